"""Stages that more than one answer tells: the contract, and what residents say before its service and at its end."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from app.contracts.announcements import Announcement
from app.contracts.rules import Acceptance, ContractStatus
from app.core.money import Money
from app.parties.queries import name_of
from app.paths import rules, stages
from app.paths.queries import Named, Way
from app.paths.rules import NOT_REACHED, Stand, State, Why
from app.tenders.profiles.rules import Gate
from app.voices.rules import VoiceMethod, VoiceStatus, content_counts, public_counts, share_of, source_of

Names = dict[int, Named]


class Stage(BaseModel):
    """`at`: when it was done, began or ended; `why` says why it ended here."""

    state: State
    why: Why | None
    at: datetime | None


class Partner(BaseModel):
    """`id`: the party's own page, where it has one that everybody may read."""

    id: int | None
    name_zh: str
    name_en: str

    @classmethod
    def of(cls, party_id: int, names: Names) -> "Partner":
        found = names[party_id]
        name = name_of(found.party)
        return cls(id=party_id if found.is_public else None, name_zh=name.zh, name_en=name.en)


def stand_of(stand: Stand, at: datetime | None = None) -> dict[str, Any]:
    return {"state": stand.state, "why": stand.why, "at": at}


class ContractStage(Stage):
    contract_id: int | None
    number: str
    status: ContractStatus | None
    partner: Partner | None
    amount: Money | None
    starts_on: date | None
    ends_on: date | None

    @classmethod
    def of(cls, way: Way, names: Names) -> "ContractStage":
        contract = way.contract.contract if way.contract else None
        return cls(
            **stand_of(stages.contract(way), (contract.signed_at or contract.terminated_at) if contract else None),
            contract_id=contract.id if contract else None,
            number=contract.number if contract else "",
            status=contract.status if contract else None,
            partner=Partner.of(contract.contractor_id, names) if contract else None,
            amount=Money.of(contract.amount if contract else None),
            starts_on=contract.starts_on if contract else None,
            ends_on=contract.ends_on if contract else None,
        )


class AcceptanceStage(Stage):
    """`accepting` of `answers` residents, once as many answered as are required and nobody is asked any more; null
    where so few accept, or do not, that it would tell what each of them said."""

    said: Acceptance
    answers: int | None
    accepting: int | None
    required_answers: int | None

    @classmethod
    def of(cls, contract: Announcement | None) -> "AcceptanceStage":
        if contract is None or contract.contract.signed_at is None:
            blank = {"answers": None, "accepting": None, "required_answers": None}
            return cls(**stand_of(NOT_REACHED), said=Acceptance.undecided, **blank)
        at = next((each.decided_at for each in contract.milestones if each.gate is Gate.resident_acceptance), None)
        return cls(
            **stand_of(stages.acceptance(contract), at),
            said=contract.acceptance,
            **contract.counts._asdict(),
            required_answers=contract.contract.acceptance_answers,
        )


class WillingnessStage(Stage):
    """What residents said before the service started; `ayes` of `answers` want it, judged by `rule`. `answers` are null
    until heard, `ayes` also where so few want it, or do not, that it would tell what each of them said."""

    said: VoiceStatus
    method: VoiceMethod
    answers: int | None
    ayes: int | None
    rule: str

    @classmethod
    def of(cls, way: Way) -> "WillingnessStage | None":
        """None where nobody was asked."""
        voice = way.voice
        if voice is None or way.contract is None:
            return None
        return cls(
            **stand_of(stages.willingness(way.contract, voice), voice.heard_at or voice.asked_at),
            said=voice.status,
            method=voice.method,
            **public_counts(voice.answers, voice.ayes)._asdict(),
            rule=source_of(voice.purpose, voice.method, voice.rule),
        )


class SatisfactionStage(Stage):
    """How content those are whom the service reached: of `answers` residents (`needed` of the `served` were to answer)
    `ayes` are, which is `share` with its interval. Null until heard, and as in the other stages where so few are
    content, or are not, that it would tell what each of them said, and where more answered than were served."""

    served: int
    needed: int
    answers: int | None
    ayes: int | None
    share: Decimal | None
    low: Decimal | None
    high: Decimal | None

    @classmethod
    def of(cls, way: Way) -> "SatisfactionStage | None":
        """None where nobody was asked."""
        voice = way.satisfaction
        if voice is None:
            return None
        assert voice.served is not None and voice.needed is not None  # nobody is asked without
        counts = content_counts(voice.served, voice.answers, voice.ayes)
        return cls(
            **stand_of(rules.satisfaction(voice.status), voice.heard_at or voice.asked_at),
            served=voice.served,
            needed=voice.needed,
            **counts._asdict(),
            **share_of(counts)._asdict(),
        )
