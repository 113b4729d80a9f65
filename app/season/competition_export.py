"""A competition as `competition.json` has it, read back from the tender and what followed of it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import SHANGHAI
from app.needs.models import Need
from app.parties.models import Party
from app.parties.queries import parties_by_id, require_party
from app.parties.rules import APPLICANTS
from app.selection.models import Round
from app.surveys.questionnaires.models import Survey
from app.surveys.waves.models import Wave
from app.tenders.awards.models import Result
from app.tenders.awards.queries import latest_result
from app.tenders.bids.models import Bid
from app.tenders.bids.policy import HANDED_IN
from app.tenders.bids.queries import Entry, bids_of, entries
from app.tenders.notices.models import Lot, Tender
from app.tenders.notices.queries import criteria_of, lots_of, profile_of
from app.tenders.panels.models import Panel, Pitch
from app.tenders.panels.queries import find_panel, members_of, recusals_of, sheets_of
from app.tenders.profiles.rules import Gate, profile_document


async def competition_document(session: AsyncSession, name: str, tender: Tender, survey: Survey) -> dict[str, Any]:
    """The whole file; reading it again gives the same competition."""
    bids = await entries(session, await bids_of(session, tender.id, HANDED_IN))
    parties = await parties_by_id(session, {entry.bid.party_id for entry in bids})
    criteria = await criteria_of(session, tender.id)
    members = await members_of(session, tender.id)
    return {
        "id": tender.ref,
        "title_zh": tender.title_zh,
        "title_en": tender.title_en,
        "requirements_zh": tender.requirements,
        "district_code": tender.area_code,
        "organiser": (await require_party(session, tender.party_id)).name_zh,
        "fictional_proposals": tender.is_demonstration,
        "facts_from_sources": {"total_fund_cny": _number(tender.budget)},
        "profile": tender.profile,
        "overspend_rule": tender.overspend_rule.value,
        "tie_criterion": tender.tie_criterion,
        "rules": _own_rules(tender),
        "timeline": await _timeline(session, name, tender, survey),
        "lots": await _lots(session, tender),
        "criteria": [{"id": c.code, "zh": c.label_zh, "en": c.label_en, "max": _number(c.maximum)} for c in criteria],
        "judges": [
            {"id": m.ref, "name": m.name, "role_zh": m.role_zh, "role_en": m.role_en, "expert": m.is_expert}
            for m in members
        ],
        "recusals": [
            {"judge": member.ref, "applicant": parties[recusal.party_id].ref, "reason": recusal.reason}
            for member, recusal in await recusals_of(session, tender.id)
        ],
        "pitch_order": await _pitch_order(session, tender),
        "proposals": [_proposal(entry, parties[entry.bid.party_id]) for entry in bids],
        "scores": await _scores(session, tender),
    }


def _own_rules(tender: Tender) -> dict[str, Any]:
    """The settings in which the notice differs from its profile, section by section."""
    own, common = tender.profile_document or {}, profile_document(tender.profile)
    return {
        section: {name: value for name, value in settings.items() if value != common[section].get(name)}
        for section, settings in own.items()
        if isinstance(settings, dict) and settings != common[section]
    }


async def _timeline(session: AsyncSession, name: str, tender: Tender, survey: Survey) -> dict[str, Any]:
    result, panel = await latest_result(session, tender.id), await find_panel(session, tender.id)
    query = sa.select(Wave).where(Wave.survey_id == survey.id).order_by(Wave.id).limit(1)
    wave = (await session.scalars(query)).one()
    rounds = sa.select(Round).where(Round.seed.startswith(f"{name} ", autoescape=True)).order_by(Round.id).limit(1)
    selection: Round | None = await session.scalar(rounds)
    line: dict[str, Any] = {
        "needs_survey": [_hour(wave.opens_at), _hour(wave.closes_at)],
        "call": _hour(tender.published_at),
        "enquiries": _hour(tender.enquiries_end),
        "deadline": _hour(tender.bids_end),
        "prequalification": [_hour(tender.opened_at), _hour(tender.prequalification_end)],
        **_decided(tender, result, panel),
        "end": str(tender.contract_end),
    }
    return line | ({"selection": [_hour(selection.opens_at), _hour(selection.closes_at)]} if selection else {})


def _decided(tender: Tender, result: Result | None, panel: Panel | None) -> dict[str, Any]:
    assert result is not None and panel is not None  # only finished seasons are exported
    terms = profile_of(tender).instalments
    first_gate = {term.name: next(gate for gate in term.gates) for term in terms}
    return {
        "pitch_day": _day(panel.closed_at),
        "public_notice": [_hour(result.published_at), str(result.notice_ends_on)],
        "contract": [str(tender.contract_start), _hour(tender.contracts_end)],
        "payments": [
            {
                "name_zh": term.zh,
                "name_en": term.en,
                "share": _number(term.share),
                "after": "" if first_gate[term.name] is Gate.signing else first_gate[term.name].value,
            }
            for term in terms
        ],
    }


async def _lots(session: AsyncSession, tender: Tender) -> list[dict[str, Any]]:
    lots = await lots_of(session, tender.id)
    asked = {item.need_id for parts in lots for item in parts.items} | {id for parts in lots for id in parts.need_ids}
    query = sa.select(Need.id, Need.ref).where(Need.id.in_({id for id in asked if id}))
    refs = {id: ref for id, ref in (await session.execute(query))}
    return [
        {
            "id": parts.lot.code,
            "title_zh": parts.lot.title_zh,
            "title_en": parts.lot.title_en,
            "kind": parts.lot.kind,
            "awards": parts.lot.places,
            "budget_cny": _number(parts.lot.budget),
            "ceiling_per_award": _number(parts.lot.ceiling),
            "items": [
                {"id": item.code, "need_id": refs.get(item.need_id or 0), "community_code": item.community_code}
                for item in parts.items
            ],
            "need_ids": [refs[id] for id in parts.need_ids],
        }
        for parts in lots
    ]


async def _pitch_order(session: AsyncSession, tender: Tender) -> dict[str, list[str]]:
    query = sa.select(Lot.code, Bid.ref).join(Pitch, Pitch.lot_id == Lot.id).join(Bid, Bid.id == Pitch.bid_id)
    rows = await session.execute(query.where(Lot.tender_id == tender.id).order_by(Lot.position, Pitch.position))
    order: dict[str, list[str]] = {}
    for lot, bid in rows:
        order.setdefault(lot, []).append(bid or "")
    return order


def _proposal(entry: Entry, party: Party) -> dict[str, Any]:
    assert entry.version is not None  # only bids that were handed in are written
    is_listed = party.legal_kind not in APPLICANTS
    return {
        "id": entry.bid.ref,
        "lot": entry.lot.code,
        "item": entry.item.code if entry.item else None,
        "applicant": party.ref,
        "applicant_kind": "org" if is_listed or party.legal_kind is None else party.legal_kind.value,
        "applicant_name": party.name_zh,
        "title_zh": entry.version.title,
        "amount_cny": _number(entry.version.amount),
        "plan": entry.version.plan,
        "submitted_at": _hour(entry.version.received_at),
    }


async def _scores(session: AsyncSession, tender: Tender) -> list[dict[str, Any]]:
    return [
        {
            "proposal": each.bid,
            "judge": each.judge,
            "recused": False,
            "scores": {code: _number(mark) for code, mark in each.marks.items()},
            "total": _number(each.sheet.total),
            "total_written_on_sheet": None if each.sheet.written_total is None else _number(each.sheet.written_total),
        }
        for each in await sheets_of(session, tender.id)
    ]


def _hour(at: datetime | None) -> str:
    assert at is not None  # a finished tender has all its dates
    return at.astimezone(SHANGHAI).replace(tzinfo=None).isoformat()


def _day(at: datetime | None) -> str:
    return _hour(at)[:10]


def _number(value: Decimal) -> int | float:
    """As a JSON number; two decimals survive the way through a float's shortest form."""
    return int(value) if value == value.to_integral_value() else float(value)
