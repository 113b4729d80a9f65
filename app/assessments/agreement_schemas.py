"""How assessors agree, on the wire: what everybody concerned reads, and to each assessor the own mirror."""

from collections.abc import Mapping
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from app.assessments.agreement import Agreement, Mirror, Reliability
from app.core.actors import Actor
from app.core.http.unit import example


class ReliabilityRead(BaseModel):
    """From 0 (no more than chance) to 1: what one sheet tells, the same without strictness, and the mean of all."""

    bids: int
    judges: int
    single: Decimal
    consistent: Decimal
    mean: Decimal

    @classmethod
    def of(cls, found: Reliability) -> "ReliabilityRead":
        return cls(**vars(found))


class SurpriseRead(BaseModel):
    """An assessment, and by how many points the own sheet lies above what it and the assessor let expect."""

    assessment_id: int
    difference: Decimal


class OwnMirror(BaseModel):
    """How one marks oneself, for nobody else to read. `severity`: points above the others, below nought stricter;
    `spread`: 1 as the others tell apart, null from too few; `scatter`: standard deviation of the rest."""

    sheets: int
    severity: Decimal
    spread: Decimal | None
    scatter: Decimal
    surprises: list[SurpriseRead]

    @classmethod
    def of(cls, mirror: Mirror) -> "OwnMirror":
        told = [SurpriseRead(assessment_id=int(each.bid), difference=each.difference) for each in mirror.surprises]
        own = {name: getattr(mirror, name) for name in cls.model_fields.keys() - {"surprises"}}
        return cls(**own, surprises=told)


class GroupAgreement(BaseModel):
    """Of a group, over all announced results by the scheme; `mirror`: the reader's own."""

    group: str
    reliability: ReliabilityRead | None
    mirror: OwnMirror | None


class AssessmentAgreement(BaseModel):
    model_config = ConfigDict(json_schema_extra=example(groups=[]))

    groups: list[GroupAgreement]

    @classmethod
    def of(cls, found: Mapping[str, Agreement], actor: Actor) -> "AssessmentAgreement":
        return cls(groups=[_agreement(group, each, str(actor.account_id)) for group, each in found.items()])


def _agreement(group: str, found: Agreement, own: str) -> GroupAgreement:
    mirror = next((each for each in found.mirrors if each.judge == own), None)
    return GroupAgreement(
        group=group,
        reliability=ReliabilityRead.of(found.reliability) if found.reliability else None,
        mirror=OwnMirror.of(mirror) if mirror else None,
    )
