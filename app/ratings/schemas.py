"""Ratings on the wire."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from app.assessments.rules import AssessmentStatus
from app.core.actors import Actor
from app.core.fields import Id, Line, Prose
from app.core.http.unit import example
from app.parties.queries import PartyName
from app.ratings.models import Rating, RatingMember
from app.ratings.policy import actions, page_actions
from app.ratings.queries import Cast, RatingPage
from app.ratings.rules import Ballot, RatingStatus, quorum, shown_as
from app.ratings.terms import mapping, rating_terms
from app.ratings.warnings import Danger, Warned
from app.records.rules import FourLevel, RatingA, RecordKind

Reason = Annotated[str, Prose(2000, least=1)]
Source = Annotated[str, Line(300, least=1)]


class RatingApply(BaseModel):
    """`scheme`: `national_5a` or `local_four_level`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(scheme="local_four_level"))

    scheme: Annotated[str, Line(40, least=1)]


class RatingDecline(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(reason="申请材料不全。"))

    reason: Reason


class BallotCastBy(BaseModel):
    """How a member of the committee voted in the open ballot."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(member_id=3, choice="aye"))

    member_id: Id
    choice: Ballot


class RatingConfirm(BaseModel):
    """`source`: the paper by which it is so."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(source="呈民发〔2018〕20号"))

    source: Source


class RatingRule(BaseModel):
    """`source`: the paper by which it is so; `reason`: on what ground, or what is to be put right."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=example(source="呈民发〔2018〕21号", reason="年度检查不合格。")
    )

    source: Source
    reason: Reason


class RatingMemberAppoint(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(name="李委员", works_for_id=None))

    name: Annotated[str, Line(100, least=1)]
    works_for_id: Id | None = None


class RatingMemberRead(BaseModel):
    id: int
    name: str
    works_for_id: int | None
    from_on: date
    until_on: date

    @classmethod
    def of(cls, member: RatingMember) -> "RatingMemberRead":
        return cls.model_validate(member, from_attributes=True)


class RatingSeen(BaseModel):
    """A rating as lists show it. `shown_as`: beside which local grade a national one is shown; it never takes the place
    of one. `plate_due_on`: until when the plate of a grade that was taken away goes back."""

    model_config = ConfigDict(
        json_schema_extra=example(id=4, party_id=12, scheme="national_5a", status="confirmed", grade="4A")
    )

    id: int
    party_id: int
    party_zh: str
    party_en: str
    scheme: str
    assessment_id: int | None
    status: RatingStatus
    grade: str
    shown_as: FourLevel | None
    valid_from: date | None
    valid_until: date | None
    source: str
    reason: str
    due_on: date | None
    plate_due_on: date | None
    plate_returned_on: date | None
    applied_at: datetime
    version: int
    actions: list[str]

    @classmethod
    def seen_by(cls, actor: Actor, rating: Rating, party: PartyName) -> "RatingSeen":
        return cls(**_seen(actor, rating, party))


def _seen(actor: Actor, rating: Rating, party: PartyName) -> dict[str, object]:
    put = {"party_zh", "party_en", "shown_as", "actions"}
    is_national = rating.grade and rating_terms(rating.scheme).kind is RecordKind.rating_a
    return {
        **{name: getattr(rating, name) for name in RatingSeen.model_fields.keys() - put},
        "party_zh": party.zh,
        "party_en": party.en,
        "shown_as": shown_as(RatingA(rating.grade), mapping()) if is_national else None,
        "actions": actions(actor, rating),
    }


class BallotRead(BaseModel):
    member_id: int
    name: str
    choice: Ballot
    cast_at: datetime

    @classmethod
    def of(cls, cast: Cast) -> "BallotRead":
        member, ballot = cast
        return cls(member_id=member.id, name=member.name, choice=ballot.choice, cast_at=ballot.cast_at)


class VoteRead(BaseModel):
    """The open ballot: `quorum` of all members have to be present, `ayes_needed` to agree."""

    members: list[RatingMemberRead]
    ballots: list[BallotRead]
    quorum: int
    ayes_needed: int
    source: str


class RatingRead(RatingSeen):
    """With the vote on it (null: the scheme asks for none), where its assessment stands, and the points and grade that
    this came to, once they are on notice; `is_linked`: the reader may open that."""

    model_config = ConfigDict(json_schema_extra=example(id=4, party_id=12, scheme="national_5a", vote=None))

    is_linked: bool
    assessment_status: AssessmentStatus | None
    notice_ends_on: date | None
    total: Decimal | None
    band: str
    vote: VoteRead | None

    @classmethod
    def of(cls, page: RatingPage, actor: Actor, at: datetime) -> "RatingRead":
        rating, found = page.rating, page.assessment
        result = page.result if page.is_told else None
        return cls(
            **_seen(actor, rating, page.party) | {"actions": page_actions(actor, rating, found, at, page.refused)},
            is_linked=page.is_linked,
            assessment_status=found.status if found else None,
            notice_ends_on=found.notice_ends_on if found else None,
            total=result.total if result else None,
            band=result.band if result else "",
            vote=_vote(page) if page.is_told else None,
        )


def _vote(page: RatingPage) -> VoteRead | None:
    body = rating_terms(page.rating.scheme).body
    if body is None:
        return None
    members = len(page.members)
    return VoteRead(
        members=[RatingMemberRead.of(each) for each in page.members],
        ballots=[BallotRead.of(each) for each in page.cast],
        quorum=quorum(members, body.present),
        ayes_needed=quorum(members, body.ayes),
        source=body.source,
    )


class RatingWarning(BaseModel):
    """What may cost an organisation its grade: how many such things, and the day that counts."""

    party_id: int
    party_zh: str
    party_en: str
    danger: Danger
    things: int
    due_on: date | None

    @classmethod
    def of(cls, warned: Warned, party: PartyName) -> "RatingWarning":
        return cls(**warned._asdict(), party_zh=party.zh, party_en=party.en)
