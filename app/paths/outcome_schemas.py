"""What became of a survey, on the wire."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from app.core.http.unit import example
from app.needs.models import Need
from app.needs.rules import standing
from app.paths.outcomes import Outcomes
from app.paths.queries import Way
from app.paths.stage_schemas import AcceptanceStage, ContractStage, SatisfactionStage, WillingnessStage


class OutcomeRead(BaseModel):
    """A need that came of the survey, or of whose contract it was asked to speak: how it stands today, who serves it,
    and what residents said of that before, meanwhile and at its end. `is_own`: of the community of whoever holds the
    receipt."""

    need_id: int
    title: str
    status: str
    community: str
    is_own: bool
    contract: ContractStage
    willingness: WillingnessStage | None
    satisfaction: SatisfactionStage | None
    acceptance: AcceptanceStage

    @classmethod
    def of(cls, need: Need, way: Way, found: Outcomes, today: date) -> "OutcomeRead":
        return cls(
            need_id=need.id,
            title=need.title,
            status=standing(need, today),
            community=found.places[need.community_code][0],
            is_own=need.community_code == found.own_code,
            contract=ContractStage.of(way, found.names),
            willingness=WillingnessStage.of(way),
            satisfaction=SatisfactionStage.of(way),
            acceptance=AcceptanceStage.of(way.contract),
        )


class ReceiptPathRead(BaseModel):
    """What became of the survey that a receipt belongs to, the holder's own community first."""

    model_config = ConfigDict(json_schema_extra=example(survey_id=3, outcomes=[]))

    survey_id: int
    outcomes: list[OutcomeRead]

    @classmethod
    def of(cls, survey_id: int, found: Outcomes, today: date) -> "ReceiptPathRead":
        both = zip(found.needs, found.ways, strict=True)
        return cls(survey_id=survey_id, outcomes=[OutcomeRead.of(need, way, found, today) for need, way in both])
