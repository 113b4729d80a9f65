"""A database of an earlier version is upgraded where it stands: what it holds keeps the rules that came since."""

import psycopg
from alembic import command

from app.core.installation.upgrade import alembic_config, upgrade

# Three rounds with one need: finished, and two that both proposed a pair for it. Keys are not followed while inserting.
TWICE = """
SET session_replication_role = replica;
INSERT INTO rounds (id, party_id, area_code, title_zh, status, opens_at, closes_at, seed, created_at, opened_at,
                    proposed_at, certificate, unmatched)
    OVERRIDING SYSTEM VALUE
    SELECT id, 1, '530114000000', '双选', status, '2026-11-01Z', '2026-11-02Z', 's', '2026-11-01Z', opened,
           '2026-11-03Z', '{}', '{}'
    FROM (VALUES (1, 'finished', timestamptz '2026-11-01Z'), (2, 'proposed', '2026-11-03Z'),
                 (3, 'proposed', '2026-11-02Z')) given (id, status, opened);
INSERT INTO round_needs (round_id, need_id, party_id, key, need_version)
    SELECT id, 7, 1, 'N7', 1 FROM generate_series(1, 3) id;
INSERT INTO pairs (id, round_id, need_id, offer_id, need_party_id, offer_party_id, status, proposed_at)
    OVERRIDING SYSTEM VALUE SELECT id, id, 7, 9, 1, 2, 'proposed', '2026-11-03Z' FROM generate_series(1, 3) id;
"""


def test_of_two_rounds_with_one_need_the_first_to_open_keeps_it_and_other_pairs_lapse(own_database: str) -> None:
    command.downgrade(alembic_config(own_database), "contract_parties")
    with psycopg.connect(own_database) as connection:
        connection.execute(TWICE)
    upgrade(own_database)
    with psycopg.connect(own_database) as connection:
        held = connection.execute("SELECT round_id FROM round_needs WHERE released_at IS NULL").fetchall()
        pairs = connection.execute("SELECT id, status FROM pairs ORDER BY id").fetchall()
    assert (held, pairs) == ([(3,)], [(1, "lapsed"), (2, "lapsed"), (3, "proposed")])


# A need of every standing there was when a need's status also said who held it.
HELD = """
SET session_replication_role = replica;
INSERT INTO needs (id, party_id, community_code, title, status, no_evidence_reason, created_at, published_at,
                   fulfilled_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, 1, '530114003004', '助餐', status, '急', '2026-11-01Z',
           CASE WHEN status <> 'draft' THEN timestamptz '2026-11-02Z' END,
           CASE WHEN status = 'fulfilled' THEN timestamptz '2026-11-03Z' END
    FROM unnest(ARRAY['draft', 'published', 'matched', 'tendered', 'contracted', 'fulfilled'])
        WITH ORDINALITY given (status, id);
"""
BEFORE = ["draft", "published", "matched", "tendered", "contracted", "fulfilled"]


def test_a_need_that_others_hold_keeps_what_it_reads_and_back_again(own_database: str) -> None:
    command.downgrade(alembic_config(own_database), "final_offers")
    with psycopg.connect(own_database) as connection:
        connection.execute(HELD)
    upgrade(own_database)
    with psycopg.connect(own_database) as connection:
        held = connection.execute("SELECT status, held_as FROM needs ORDER BY id").fetchall()
    assert [as_ or status for status, as_ in held] == BEFORE
    assert {status for status, as_ in held if as_} == {"published"}
    command.downgrade(alembic_config(own_database), "final_offers")
    with psycopg.connect(own_database) as connection:
        assert [status for (status,) in connection.execute("SELECT status FROM needs ORDER BY id")] == BEFORE
