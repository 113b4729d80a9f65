"""Rounds, lists and pairs on the wire."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.core.actors import Actor
from app.core.fields import Code, Id, Instant, Line
from app.core.http.unit import example
from app.core.money import Amount, Money
from app.needs.models import Need
from app.offers.models import Offer
from app.selection.models import Pair, Round, RoundNeed, RoundOffer
from app.selection.policy import actions, denial, pair_actions, pair_standing
from app.selection.queries import OwnList
from app.selection.rules import Answer, Basis, Counted, ListSource, PairStatus, RoundStatus, Side

Ids = Annotated[list[Id], Field(max_length=200)]
IdGroups = Annotated[list[Ids], Field(max_length=200)]


class RoundCreate(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(
            area_code="530114000000",
            title_zh="2026 年冬季双选",
            title_en="Winter 2026 double selection",
            opens_at="2026-11-20T09:00:00+08:00",
            closes_at="2026-11-27T17:00:00+08:00",
            micro_grant_limit="10000.00",
        ),
    )

    area_code: Code
    title_zh: Annotated[str, Line(200, least=1)]
    title_en: Annotated[str, Line(200)] = ""
    opens_at: Instant
    closes_at: Instant
    micro_grant_limit: Amount = Decimal(10000)


class UnmatchedRead(BaseModel):
    """Each key without a pair, and why."""

    needs: dict[str, str]
    offers: dict[str, str]


class MissingRead(BaseModel):
    """How many needs and offers have no list yet."""

    needs: int
    offers: int


class RoundRead(BaseModel):
    """`missing`: of an open round, who would be given a list by `derive`; for the bureau that runs it alone.
    `unmatched` gives, once proposed, each key without a pair and why; `digest` is that of its export.
    `needs_elsewhere`: how many needs of the area sat in another round when this one opened."""

    id: int
    party_id: int
    area_code: str
    title_zh: str
    title_en: str
    status: RoundStatus
    opens_at: datetime
    closes_at: datetime
    micro_grant_limit: Money
    seed: str
    needs_elsewhere: int
    missing: MissingRead | None
    pairs: dict[PairStatus, int] | None
    proposed_at: datetime | None
    digest: str | None
    unmatched: UnmatchedRead | None
    version: int
    actions: list[str]

    @classmethod
    def of(cls, round: Round, actor: Actor, at: datetime, counted: Counted) -> "RoundRead":
        columns = {name: getattr(round, name) for name in cls.model_fields if hasattr(round, name)}
        own = denial(actor, "derive", round) is None and any(counted.missing)
        return cls(
            **{
                **columns,
                "micro_grant_limit": Money(amount=round.micro_grant_limit),
                "missing": MissingRead(**counted.missing._asdict()) if own else None,
                "pairs": dict(counted.pairs) if round.proposed_at else None,
                "actions": actions(actor, round, at, counted.missing),
            }
        )


class Seat(BaseModel):
    """A need or an offer that takes part, by its key in lots and certificate; `is_here`: it can still be had."""

    id: int
    key: str
    title: str
    description: str
    party_id: int
    party_zh: str
    party_en: str
    places: int = 1
    is_here: bool


class PreferencesSubmit(BaseModel):
    """Tie groups of partner ids, best first. `places`: how many needs an offer can serve."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(groups=[[12], [7, 9]], places=1))

    groups: IdGroups
    places: Annotated[int, Field(ge=-1000, le=1000)] = 1  # less than one is refused by the rules


class PreferencesRead(BaseModel):
    side: Side
    subject_id: int
    groups: IdGroups
    places: int
    source: ListSource | None
    submitted_at: datetime | None
    actions: list[str]

    @classmethod
    def of(cls, own: OwnList) -> "PreferencesRead":
        seat, handed_in = own.seat, own.handed_in
        return cls(
            side=own.side,
            subject_id=seat.need_id if isinstance(seat, RoundNeed) else seat.offer_id,
            groups=handed_in.groups if handed_in else [],
            places=seat.places if isinstance(seat, RoundOffer) else 1,
            source=handed_in.source if handed_in else None,
            submitted_at=handed_in.submitted_at if handed_in else None,
            actions=own.actions,
        )


class PairRead(BaseModel):
    """`status` as it stands today: a proposal whose need or offer is gone has `lapsed`."""

    id: int
    round_id: int
    need_id: int
    need_title: str
    offer_id: int
    offer_title: str
    need_party_id: int
    offer_party_id: int
    status: PairStatus
    need_answer: Answer | None
    offer_answer: Answer | None
    basis: Basis | None
    actions: list[str]

    @classmethod
    def of(cls, pair: Pair, need: Need, offer: Offer, actor: Actor, day: date) -> "PairRead":
        columns = {name: getattr(pair, name) for name in cls.model_fields if hasattr(pair, name)}
        columns |= {"status": pair_standing(pair, need, offer, day)}
        may = pair_actions(actor, pair, need, offer, day)
        return cls(**columns, need_title=need.title, offer_title=offer.title, actions=may)


class CheckedPairRead(BaseModel):
    """A pair that chose each other, the ranks they gave each other, and why it does not block, or `because` of what
    it does. `own`: what the seeker got; `instead_of`: the least wanted whom the provider got, at `last_rank`."""

    seeker: str
    provider: str
    seeker_rank: int
    provider_rank: int
    reason: str
    because: str | None = None
    own: str | None = None
    own_rank: int | None = None
    last_rank: int | None = None
    instead_of: str | None = None


class FaultRead(BaseModel):
    """What no proposal may do."""

    fault: str
    seeker: str | None = None
    provider: str | None = None
    seats: int | None = None
    taken: int | None = None


class TakenRead(BaseModel):
    """How many places a provider has, and how many are taken."""

    provider: str
    quota: int
    taken: int


class SizeRead(BaseModel):
    """How many needs have a partner, and how many could have one at most."""

    matched: int
    at_most: int


class CertificateRead(BaseModel):
    """Why nobody can object to the pairs of a round: needs seek, offers provide. What does not apply is absent, and so
    is `size` where a round was certified before bounds were stated."""

    stable: bool
    size: SizeRead | None = None
    capacities: list[TakenRead]
    faults: list[FaultRead]
    pairs: list[CheckedPairRead]
    blocking: list[CheckedPairRead]
