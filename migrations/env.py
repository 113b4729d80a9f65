"""Alembic's environment: online only, over psycopg; the queue's own tables are left out of comparisons."""

import os

import sqlalchemy as sa
from alembic import context

from app.models import TABLES

url = context.config.attributes.get("url") or os.environ["DATABASE_URL"]
engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))


def is_ours(obj: object, name: str | None, kind: str, _reflected: bool, _compare_to: object) -> bool:
    return not (name or "").startswith("procrastinate_")


with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=TABLES,
        include_object=is_ours,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
