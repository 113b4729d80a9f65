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


# What the columns of a party held before they became records; one says the same twice.
FLAT = """
SET session_replication_role = replica;
INSERT INTO parties (id, kind, name_zh, legal_kind, created_at, rating_a, rating_four_level, rating_year, rectification,
                     rectification_from, rectification_until, annual_inspection, annual_inspection_year,
                     party_building, qualifications)
    OVERRIDING SYSTEM VALUE VALUES
    (1, 'organization', '甲', 'association', '2018-05-01Z', '4A', 'excellent', 2015, NULL, NULL, NULL,
     'qualified', 2017, 'own_branch', '["社团证书", "督导", "社团证书"]'),
    (2, 'organization', '乙', 'association', '2018-05-01Z', NULL, 'unqualified', 2016, '2017-07至2018-06整改期',
     '2017-07-01', '2018-06-30', 'unqualified', 2017, 'none', '[]'),
    (3, 'organization', '丙', 'association', '2018-05-01Z', NULL, NULL, NULL, '限期整改', NULL, NULL, NULL, NULL,
     NULL, '[]'),
    (4, 'firm', '所', NULL, '2018-05-01Z', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '[]');
"""
RECORDS = [
    (1, "rating_a", "4A", "", "", "2015-01-01", None),
    (1, "rating_four_level", "excellent", "", "", "2015-01-01", None),
    (2, "rating_four_level", "unqualified", "", "", "2016-01-01", None),
    (2, "rectification", "ordered", "", "2017-07至2018-06整改期", "2017-07-01", "2018-06-30"),
    (3, "rectification", "ordered", "", "限期整改", None, None),
    (1, "inspection", "qualified", "", "", "2017-01-01", "2017-12-31"),
    (2, "inspection", "unqualified", "", "", "2017-01-01", "2017-12-31"),
    (1, "party_building", "own_branch", "", "", None, None),
    (2, "party_building", "none", "", "", None, None),
    (1, "qualification", "", "社团证书", "", None, None),
    (1, "qualification", "", "督导", "", None, None),
]
FLAT_COLUMNS = (
    "SELECT rating_a, rating_four_level, rating_year, rectification, rectification_from::text,"
    " rectification_until::text, annual_inspection, annual_inspection_year, party_building, qualifications"
    " FROM parties ORDER BY id"
)


def test_what_the_columns_of_parties_held_becomes_records_and_back_again(own_database: str) -> None:
    command.downgrade(alembic_config(own_database), "panel_agreements")
    with psycopg.connect(own_database) as connection:
        connection.execute(FLAT)
        before = connection.execute(FLAT_COLUMNS).fetchall()
    upgrade(own_database)
    with psycopg.connect(own_database) as connection:
        query = "SELECT party_id, kind, value, title, words, valid_from::text, valid_until::text FROM records"
        assert connection.execute(query + " ORDER BY id").fetchall() == RECORDS
        query = "SELECT DISTINCT visibility, issuer_id, source, superseded_at, recorded_at = '2018-05-01Z' FROM records"
        assert connection.execute(query).fetchall() == [("public", None, "", None, True)]
    command.downgrade(alembic_config(own_database), "panel_agreements")
    with psycopg.connect(own_database) as connection:
        after = connection.execute(FLAT_COLUMNS).fetchall()
    assert [row[:-1] for row in after] == [row[:-1] for row in before]
    assert [row[-1] for row in after] == [["社团证书", "督导"], [], [], []]


# Four surveys: one that nothing used, one each that spoke for willingness and acceptance, one that spoke for both.
SPOKEN = """
SET session_replication_role = replica;
INSERT INTO surveys (id, party_id, definition, status, created_at)
    OVERRIDING SYSTEM VALUE SELECT id, 1, '{}', 'draft', '2026-11-01Z' FROM generate_series(1, 4) id;
INSERT INTO waves (id, survey_id, channel, state, created_at)
    OVERRIDING SYSTEM VALUE SELECT id, survey, 'paper', 'draft', '2026-11-01Z'
    FROM (VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 4)) given (id, survey);
INSERT INTO voices (contract_id, purpose, method, wave_id, question, rule, status, asked_at)
    SELECT wave, purpose, 'survey', wave, 'Q1', CASE purpose WHEN 'willingness' THEN 'low_half' END, 'asked', at
    FROM (VALUES (2, 'willingness', timestamptz '2026-11-02Z'), (3, 'acceptance', '2026-11-02Z'),
                 (5, 'willingness', '2026-11-02Z'), (4, 'acceptance', '2026-11-03Z')) given (wave, purpose, at);
"""


def test_a_survey_is_for_what_it_was_last_asked_to_say_and_else_for_needs(own_database: str) -> None:
    command.downgrade(alembic_config(own_database), "voices")
    with psycopg.connect(own_database) as connection:
        connection.execute(SPOKEN)
    upgrade(own_database)
    with psycopg.connect(own_database) as connection:
        purposes = connection.execute("SELECT purpose FROM surveys ORDER BY id").fetchall()
    assert [purpose for (purpose,) in purposes] == ["need", "willingness", "acceptance", "acceptance"]
