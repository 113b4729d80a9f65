"""Jobs of surveys: the figures of those closed before figures were frozen. The migration that brought the freezing
defers one for each."""

from app.core.actors import CLOCK
from app.core.installation.jobs import AGAIN, jobs, unit
from app.surveys.results import service


@jobs.task(name="surveys.freeze_figures", retry=AGAIN)
async def freeze_figures(survey_id: int) -> None:
    async with unit() as session:
        await service.freeze_figures(session, CLOCK, survey_id)
