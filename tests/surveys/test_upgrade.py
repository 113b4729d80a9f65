"""A database of before figures were frozen: what was closed then is frozen by jobs that the upgrade leaves."""

import sqlalchemy as sa
from alembic import command

from app.core.installation.postgres import EmbeddedPostgres
from app.core.installation.upgrade import alembic_config
from tests.conftest import copied

SURVEY = "INSERT INTO surveys (party_id, definition, status, created_at, published_at, closed_at) VALUES"
RESULT = """INSERT INTO survey_results (survey_id, category_code, n, votes, share, low, high, effective_n, demand_index,
    index_low, index_high, is_small) VALUES (1, '0101', 123, 51, 0.4, 0.3, 0.5, 123, 0.2, 0.1, 0.3, false)"""
JOBS = "SELECT args FROM procrastinate_jobs WHERE task_name = 'surveys.freeze_figures' AND status = 'todo'"


def test_surveys_closed_before_the_upgrade_are_frozen_by_a_job_each_and_their_results_wait_withheld(
    server: EmbeddedPostgres,
) -> None:
    with copied(server, "template1") as url:
        command.upgrade(alembic_config(url), "survey_figures-1")
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
        with engine.begin() as connection:
            connection.execute(sa.text("SET session_replication_role = replica"))  # parties are not asked for
            connection.execute(sa.text(f"{SURVEY} (1, '{{}}', 'closed', now(), now(), now())"))
            connection.execute(sa.text(f"{SURVEY} (1, '{{}}', 'published', now(), now(), NULL)"))
            connection.execute(sa.text(RESULT))
        command.upgrade(alembic_config(url), "survey_figures")
        with engine.begin() as connection:
            jobs = connection.execute(sa.text(JOBS)).scalars().all()
            withheld = connection.execute(sa.text("SELECT is_withheld FROM survey_results")).scalars().all()
        command.downgrade(alembic_config(url), "survey_figures-1")
        with engine.begin() as connection:
            small = connection.execute(sa.text("SELECT is_small FROM survey_results")).scalars().all()
        engine.dispose()
    assert (jobs, withheld, small) == ([{"survey_id": 1}], [True], [False])
