"""How far the result of a tender is, on the wire."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.core.actors import Actor
from app.core.http.unit import example
from app.core.problems import Lack
from app.tenders.awards.models import Award
from app.tenders.awards.policy import Progress, result_actions, waits
from app.tenders.awards.rules import ResultStatus
from app.tenders.awards.schemas import AwardRead


class ProgressRead(BaseModel):
    """How far the result of a tender is, as far as the reader may know it. `is_readable`: it has a page for them.

    `objections_end`: until when the published result may be objected to. `waits`: the step that is next for the
    purchaser (`field`), and what it waits for. `cuts`: the reader's own awards of less than was asked for.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            id=1,
            status="undecided",
            is_readable=False,
            objections_end=None,
            actions=["propose"],
            waits=[],
            cuts=[],
        )
    )

    id: int
    status: ResultStatus
    is_readable: bool
    objections_end: datetime | None
    actions: list[str]
    waits: list[Lack]
    cuts: list[AwardRead]

    @classmethod
    def of(cls, progress: Progress, cuts: Sequence[Award], actor: Actor) -> "ProgressRead":
        return cls(
            id=progress.tender.id,
            status=progress.status,
            is_readable=progress.result is not None,
            objections_end=progress.result.objections_end if progress.result else None,
            actions=result_actions(actor, progress),
            waits=[Lack.of(verb, refusal) for verb, refusal in waits(actor, progress)],
            cuts=[AwardRead.read(award, actor) for award in cuts],
        )
