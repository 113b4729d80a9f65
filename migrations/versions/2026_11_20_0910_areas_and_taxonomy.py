"""Administrative divisions, service categories, target populations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "areas_and_taxonomy"
down_revision = "ground_floor"

LEVELS = ("city", "district", "street", "town_or_other", "community", "village")


def text_enum(name: str, *values: str) -> sa.Enum:
    """Text with a CHECK, named after the Python enum in lower case."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "areas",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("aliases", sa.Text, nullable=False, server_default=""),
        sa.Column("parent_code", sa.Text, sa.ForeignKey("areas.code", name="fk_areas_parent_code")),
        sa.Column(
            "level",
            sa.Enum(*LEVELS, name="arealevel", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("lon_gcj02", sa.Numeric(9, 6)),
        sa.Column("lat_gcj02", sa.Numeric(9, 6)),
        sa.UniqueConstraint("prefix", name="uq_areas_prefix"),
        sa.CheckConstraint("code ~ '^[0-9]{12}$'", name="code_has_12_digits"),
        sa.CheckConstraint("code LIKE prefix || '%'", name="prefix_of_code"),
        sa.CheckConstraint("(level = 'city') = (parent_code IS NULL)", name="only_the_city_has_no_parent"),
    )
    op.create_index("ix_areas_folded", "areas", ["folded"])
    op.create_table(
        "categories",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("parent_code", sa.Text, sa.ForeignKey("categories.code", name="fk_categories_parent_code")),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("label_zh", sa.Text, nullable=False),
        sa.Column("label_en", sa.Text, nullable=False),
        sa.Column("synonyms", JSONB, nullable=False),
        sa.CheckConstraint("code ~ '^([0-9]{2}){1,3}$'", name="code_has_2_4_or_6_digits"),
        sa.CheckConstraint("level = length(code) / 2", name="level_of_code"),
        sa.CheckConstraint("parent_code IS NULL OR code LIKE parent_code || '%'", name="nests_in_parent"),
        sa.CheckConstraint("(level = 1) = (parent_code IS NULL)", name="only_the_top_has_no_parent"),
    )
    op.create_table(
        "populations",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("parent_code", sa.Text, sa.ForeignKey("populations.code", name="fk_populations_parent_code")),
        sa.Column("label_zh", sa.Text, nullable=False),
        sa.Column("label_en", sa.Text, nullable=False),
        sa.Column("age_min", sa.SmallInteger),
        sa.Column("age_max", sa.SmallInteger),
        sa.Column("synonyms", JSONB, nullable=False),
        sa.CheckConstraint("code ~ '^P([0-9]{2}){1,2}$'", name="code_form"),
        sa.CheckConstraint("parent_code IS NULL OR code LIKE parent_code || '%'", name="nests_in_parent"),
        sa.CheckConstraint("age_min <= age_max", name="ages_in_order"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("populations", "categories", "areas"):
        op.drop_table(table)
