"""Texts are found by the pairs of characters they hold, lists are sorted by indexes.

`pairs_of` takes no extension: a word of two Chinese characters has no trigram, and dictionaries do not know names.
"""

import sqlalchemy as sa
from alembic import op

revision = "pairs"
down_revision = "market_edits"

# Every two neighbouring characters, and the last one alone. Of capitals only A to Z are made small, so that no locale
# matters.
PAIRS_OF = """
CREATE FUNCTION pairs_of(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_to_tsvector(array_agg(sign || coalesce(after, ''))), ''::tsvector)
    FROM (
        SELECT sign, lead(sign) OVER (ORDER BY place) AS after
        FROM unnest(string_to_array(lower(said COLLATE "C"), NULL)) WITH ORDINALITY AS each (sign, place)
    ) AS signs
$$
"""
SAID = {
    "needs": "title || '|' || description || '|' || requirements",
    "offers": "title || '|' || description",
    "parties": "name_zh || '|' || name_en || '|' || introduction",
}
SORTED = {
    "ix_needs_ref_id": ("needs", "ref"),
    "ix_offers_ref_id": ("offers", "ref"),
    "ix_needs_title_id": ("needs", "title"),
    "ix_needs_sorted_status_id": ("needs", "coalesce(held_as, CAST(status AS text))"),
    "ix_needs_sorted_budget_id": ("needs", "coalesce(budget, -1)"),
    "ix_needs_sorted_start_id": ("needs", "coalesce(starts_on, DATE '2200-12-31')"),
    "ix_needs_sorted_at_id": ("needs", "coalesce(published_at, created_at)"),
    "ix_needs_community_code_id": ("needs", "community_code"),
    "ix_offers_title_id": ("offers", "title"),
    "ix_offers_status_id": ("offers", "status"),
    "ix_offers_sorted_price_id": ("offers", "coalesce(price, -1)"),
    "ix_offers_sorted_at_id": ("offers", "coalesce(published_at, created_at)"),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(PAIRS_OF)
    for table, said in SAID.items():
        op.create_index(f"ix_{table}_pairs", table, [sa.text(f"pairs_of({said})")], postgresql_using="gin")
    for name, (table, column) in SORTED.items():
        op.create_index(name, table, [sa.text(f"({column})"), "id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for name, (table, _column) in SORTED.items():
        op.drop_index(name, table)
    for table in SAID:
        op.drop_index(f"ix_{table}_pairs", table)
    op.execute("DROP FUNCTION pairs_of(text)")
