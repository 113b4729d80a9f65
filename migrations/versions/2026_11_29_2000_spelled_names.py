"""Names of places and organisations by how they are pronounced, so that they are found as they are typed."""

import sqlalchemy as sa
from alembic import op

from app.matching.pinyin import spelled

revision = "spelled_names"
down_revision = "mandates"

NAMED = {"areas": ("code", "name"), "parties": ("id", "name_zh")}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table, (key, name) in NAMED.items():
        op.add_column(table, sa.Column("spelled", sa.Text, nullable=False, server_default=""))
        rows = op.get_bind().execute(sa.text(f"SELECT {key}, {name} FROM {table}")).all()  # noqa: S608
        said = [{"key": row[0], "spelled": spelled(row[1])} for row in rows]
        if said:
            update = sa.text(f"UPDATE {table} SET spelled = :spelled WHERE {key} = :key")  # noqa: S608
            op.get_bind().execute(update, said)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in NAMED:
        op.drop_column(table, "spelled")
