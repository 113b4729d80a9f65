"""Paths on the wire: each stage with its state, date, partner and amount, as far as they are public."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from app.contracts.announcements import Announcement
from app.contracts.rules import Acceptance
from app.core.days.calendar import end_of_day, shanghai_date
from app.core.http.unit import example
from app.core.money import Money, yuan
from app.needs.models import Need
from app.needs.rules import standing
from app.paths import ahead, rules, stages
from app.paths.ahead import Ahead
from app.paths.figures import Figures, StreetNeeds
from app.paths.queries import Cited, Way
from app.paths.rules import DONE, NOT_REACHED, State, Step
from app.paths.stage_schemas import (
    AcceptanceStage,
    ContractStage,
    Names,
    Partner,
    SatisfactionStage,
    Stage,
    WillingnessStage,
    stand_of,
)
from app.selection.rules import Basis
from app.surveys.questionnaires.definition import Label
from app.surveys.questionnaires.queries import definition_of
from app.tenders.awards.rules import AwardStatus

PARTNER = {"id": 12, "name_zh": "昆明市呈贡区萤火社会工作服务中心", "name_en": "Firefly Social Work Service Centre"}
AMOUNT = {"amount": "79000.00", "currency": "CNY"}
AHEAD = {"step": "report", "due_at": "2019-02-01T00:00:00+08:00", "rule": ""}


class EvidenceStage(Stage):
    """`share` of `n` answers; `community_code` null: all communities asked together. `survey_id`, once its figures are
    published."""

    survey_id: int | None
    survey_title: Label | None
    community_code: str | None
    category_code: str | None
    n: int | None
    share: Decimal | None
    low: Decimal | None
    high: Decimal | None
    note: str
    no_evidence_reason: str
    is_taken_over: bool

    @classmethod
    def of(cls, need: Need, cited: Cited | None) -> "EvidenceStage":
        is_given = bool(cited or need.evidence_note or need.no_evidence_reason)
        survey = cited.survey if cited and cited.is_published else None
        return cls(
            **stand_of(DONE if is_given else NOT_REACHED, survey.closed_at if survey else None),
            survey_id=survey.id if survey else None,
            survey_title=definition_of(survey).title if survey else None,
            community_code=cited.result.community_code if cited else None,
            category_code=cited.result.category_code if cited else None,
            n=need.evidence_n,
            share=need.evidence_share,
            low=need.evidence_low,
            high=need.evidence_high,
            note=need.evidence_note,
            no_evidence_reason=need.no_evidence_reason,
            is_taken_over=need.is_taken_over,
        )


class PublicationStage(Stage):
    """`reason`: why the need was withdrawn, in its committee's words."""

    expires_on: date | None
    reason: str

    @classmethod
    def of(cls, need: Need, day: date) -> "PublicationStage":
        stand = rules.publication(standing(need, day))
        ended = need.withdrawn_at or (end_of_day(need.expires_on) if need.expires_on else None)
        at = ended if stand.state is State.ended else need.published_at
        return cls(**stand_of(stand, at), expires_on=need.expires_on, reason=need.withdrawal_reason)


class ChoiceStage(Stage):
    """In a round, in a lot of a notice, or in both one after the other. `basis`: what a confirmed pair leads to."""

    round_id: int | None
    round_zh: str
    round_en: str
    offer_id: int | None
    offer_title: str
    partner: Partner | None
    basis: Basis | None
    tender_id: int | None
    tender_zh: str
    tender_en: str
    lot: str
    lot_zh: str
    lot_en: str

    @classmethod
    def of(cls, way: Way, names: Names) -> "ChoiceStage":
        round, chosen, asked = way.round, way.chosen, way.asked
        return cls(
            **stand_of(*stages.choice(way)),
            round_id=round.id if round else None,
            round_zh=round.title_zh if round else "",
            round_en=round.title_en or round.title_zh if round else "",
            offer_id=chosen.offer.id if chosen else None,
            offer_title=chosen.offer.title if chosen else "",
            partner=Partner.of(chosen.pair.offer_party_id, names) if chosen else None,
            basis=chosen.pair.basis if chosen else None,
            tender_id=asked.tender.id if asked else None,
            tender_zh=asked.tender.title_zh if asked else "",
            tender_en=asked.tender.title_en or asked.tender.title_zh if asked else "",
            lot=(asked.item or asked.lot).code if asked else "",
            lot_zh=asked.lot.title_zh if asked else "",
            lot_en=asked.lot.title_en or asked.lot.title_zh if asked else "",
        )


class AwardStage(Stage):
    """`place` of the `of` bids scored in the lot; nothing before the result is announced."""

    status: AwardStatus | None
    partner: Partner | None
    place: int | None
    of: int | None
    score: Decimal | None
    amount: Money | None

    @classmethod
    def of_way(cls, way: Way, names: Names) -> "AwardStage | None":
        """None on a way that leads from a pair to its contract."""
        if way.is_direct:
            return None
        first = way.awards[0] if way.awards else None
        award = first.award if first else None
        at = (award.confirmed_at if award else None) or (first.result.published_at if first else None)
        return cls(
            **stand_of(stages.award(way), at),
            status=award.status if award else None,
            partner=Partner.of(award.party_id, names) if award else None,
            place=award.place if award else None,
            of=first.of if first else None,
            score=award.score if award else None,
            amount=Money.of(award.amount if award else None),
        )


class MilestonesStage(Stage):
    """`met` of `total` milestones, and `paid` of `amount`."""

    met: int
    total: int
    paid: Money | None
    amount: Money | None

    @classmethod
    def of(cls, contract: Announcement | None) -> "MilestonesStage":
        if contract is None or contract.contract.signed_at is None:
            return cls(**stand_of(NOT_REACHED), met=0, total=0, paid=None, amount=None)
        steps, met = stages.steps_of(contract), stages.met_of(contract)
        last = max((each.decided_at for each in met if each.decided_at), default=None)
        return cls(
            **stand_of(stages.milestones(contract), contract.contract.terminated_at or last),
            met=len(met),
            total=len(steps),
            paid=Money(amount=contract.paid),
            amount=Money(amount=contract.contract.amount),
        )


class AheadRead(BaseModel):
    """What happens next; `due_at`: until when, where a day is set; `rule`: where it comes from."""

    step: Step
    due_at: datetime | None
    rule: str

    @classmethod
    def of(cls, next: Ahead | None) -> "AheadRead | None":
        return cls(step=next.step, due_at=next.due_at, rule=next.rule) if next else None


class WayRead(BaseModel):
    """From the choice to what the residents say. `award` is null where a pair leads straight to its contract,
    `willingness` where residents were not asked before the service started, `satisfaction` where nobody was asked how
    content they are."""

    choice: ChoiceStage
    award: AwardStage | None
    contract: ContractStage
    willingness: WillingnessStage | None
    milestones: MilestonesStage
    satisfaction: SatisfactionStage | None
    acceptance: AcceptanceStage

    @classmethod
    def stages(cls, way: Way, names: Names) -> dict[str, Any]:
        return {
            "choice": ChoiceStage.of(way, names),
            "award": AwardStage.of_way(way, names),
            "contract": ContractStage.of(way, names),
            "willingness": WillingnessStage.of(way),
            "milestones": MilestonesStage.of(way.contract),
            "satisfaction": SatisfactionStage.of(way),
            "acceptance": AcceptanceStage.of(way.contract),
        }


class NeedPathRead(WayRead):
    """What became of a need, for everybody."""

    model_config = ConfigDict(json_schema_extra=example(need_id=171, next=AHEAD))

    need_id: int
    evidence: EvidenceStage
    publication: PublicationStage
    next: AheadRead | None

    @classmethod
    def of(cls, need: Need, cited: Cited | None, way: Way, names: Names, at: datetime) -> "NeedPathRead":
        return cls(
            need_id=need.id,
            evidence=EvidenceStage.of(need, cited),
            publication=PublicationStage.of(need, shanghai_date(at)),
            **cls.stages(way, names),
            next=AheadRead.of(ahead.of_need(need, way, at)),
        )


class RecordRead(WayRead):
    """One thing that an organisation was chosen for. `need` is null where a notice was open to any idea."""

    title: str
    need_id: int | None
    community_code: str | None
    next: AheadRead | None

    @classmethod
    def of(cls, way: Way, need: Need | None, names: Names, at: datetime) -> "RecordRead":
        contract = way.contract.contract if way.contract else None
        offer = way.chosen.offer.title if way.chosen else ""
        lot = way.asked.lot.title_zh if way.asked else ""
        return cls(
            title=(contract.title if contract else "") or (need.title if need else "") or offer or lot,
            need_id=need.id if need else None,
            community_code=need.community_code if need else contract.area_code if contract else None,
            **cls.stages(way, names),
            next=AheadRead.of(ahead.of_record(need, way, at)),
        )


class PartyPathRead(BaseModel):
    """What an organisation was chosen for, the latest first; `served` communities' needs, `amount` of its contracts,
    `accepted` by residents."""

    model_config = ConfigDict(json_schema_extra=example(party_id=12, needs=1, contracts=1, amount=AMOUNT, accepted=1))

    party_id: int
    needs: int
    contracts: int
    amount: Money
    accepted: int
    records: list[RecordRead]

    @classmethod
    def of(cls, party_id: int, ways: list[Way], needs: dict[int, Need], names: Names, at: datetime) -> "PartyPathRead":
        signed = [way.contract for way in ways if way.contract and way.contract.contract.signed_at]
        return cls(
            party_id=party_id,
            needs=len({way.need_id for way in ways if way.need_id in needs}),
            contracts=len(signed),
            amount=Money(amount=sum((each.contract.amount for each in signed), Decimal(0))),
            accepted=sum(each.acceptance is Acceptance.accepted for each in signed),
            records=[RecordRead.of(way, needs.get(way.need_id or 0), names, at) for way in ways],
        )


class StreetNeedsRead(BaseModel):
    """`code` and `path` of the street, district first; `stands`: how many of its `needs` read what today."""

    code: str
    path: list[str]
    needs: int
    stands: dict[str, int]

    @classmethod
    def of(cls, street: StreetNeeds) -> "StreetNeedsRead":
        names = [area.name for area in street.path]
        return cls(code=street.path[-1].code, path=names, needs=street.needs, stands=street.stands)


class SeasonRead(BaseModel):
    """`answers` of residents, public `needs`, `pairs` confirmed by both sides, `projects` whose award is final and the
    `money` for them."""

    model_config = ConfigDict(
        json_schema_extra=example(answers=494, needs=245, pairs=101, projects=26, money=AMOUNT, streets=[])
    )

    answers: int
    needs: int
    pairs: int
    projects: int
    money: Money
    streets: list[StreetNeedsRead]

    @classmethod
    def of(cls, figures: Figures) -> "SeasonRead":
        numbers = {name: getattr(figures, name) for name in ("answers", "needs", "pairs", "projects")}
        streets = [StreetNeedsRead.of(street) for street in figures.streets]
        return cls(**numbers, money=Money(amount=yuan(figures.money)), streets=streets)
