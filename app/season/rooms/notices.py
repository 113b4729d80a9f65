"""The notice of a season's competition: its lots, criteria, rules and dates."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.rules import AreaLevel, AreaUnknown
from app.contracts.rules import PeriodBackwards
from app.core.actors import Actor
from app.core.days.calendar import from_holidays
from app.core.errors import DomainError
from app.needs.models import Need
from app.needs.rules import NeedUnknown
from app.parties.queries import require_party
from app.season.cast import district_of, purchaser_of
from app.season.competition import Competition, json_number
from app.season.dates import written_hour
from app.season.files import COMPETITION, Faults, Season
from app.season.known import Known
from app.season.room import Room
from app.season.schedule import Schedule
from app.season.steps import Step
from app.season.terms import dates_of, notice_of, overspend_rule_of, published_at, settings_of, terms_of
from app.tenders.forms.definition import check_form
from app.tenders.notices.models import Tender
from app.tenders.notices.publishing import check_publishable
from app.tenders.notices.queries import criteria_of, lots_of
from app.tenders.notices.service import create_tender, publish_tender
from app.tenders.panels.rules import check_panel
from app.tenders.profiles.rules import Profile, profile_document


class NeedUnpublished(DomainError):
    """A lot asks for a need that residents and organisations had not seen by the day of the call."""

    status = 422


def _steps(season: Season, when: Schedule) -> list[Step]:
    return [publishing_step(when, season.name)]


def publishing_step(when: Schedule, scheme: str) -> Step:
    return Step("tender published", when.published, partial(_publish, scheme=scheme))


async def tender_of(session: AsyncSession, season: Season) -> Tender:
    return (await session.scalars(sa.select(Tender).where(Tender.ref == season.competition.id))).one()


async def buyer_and_tender(session: AsyncSession, season: Season) -> tuple[Actor, Tender]:
    return await purchaser_of(session, season), await tender_of(session, season)


async def notice_facts(session: AsyncSession, season: Season, scheme: str) -> dict[str, Any]:
    """What the notice says; the needs of its lots are those that `scheme` numbers."""
    competition = season.competition
    line = competition.timeline
    needs = await session.execute(sa.select(Need.ref, Need.id).where(Need.ref_scheme == scheme))
    ids = {str(ref): id for ref, id in needs}
    return {
        "ref": competition.id,
        "area_code": district_of(season),
        "title_zh": competition.title_zh,
        "title_en": competition.title_en,
        "requirements": competition.requirements_zh,
        "profile": competition.profile,
        "profile_document": settings_of(competition) or None,
        "budget": competition.budget,
        "overspend_rule": overspend_rule_of(competition, terms_of(competition)),
        "tie_criterion": competition.tie,
        "application_form": competition.application_form and competition.application_form.document(),
        **dates_of(competition),
        "contract_start": line.contract.first_day,
        "contract_end": line.end.last_day,
        "is_demonstration": competition.fictional_proposals,
        "lots": _lots(competition, ids),
        "criteria": [
            {"code": each.id, "label_zh": each.zh, "label_en": each.en, "maximum": each.max}
            for each in competition.criteria
        ],
    }


def _lots(competition: Competition, ids: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "code": lot.id,
            "title_zh": lot.title_zh,
            "title_en": lot.title_en,
            "kind": lot.kind,
            "places": lot.awards,
            "budget": lot.budget_cny,
            "ceiling": lot.ceiling_per_award,
            "items": [
                {"code": item.id, "need_id": ids[item.need_id], "community_code": item.community_code}
                for item in lot.items
            ],
            "need_ids": [ids[need] for need in lot.need_ids],
        }
        for lot in competition.lots
    ]


async def _publish(session: AsyncSession, season: Season, *, scheme: str) -> None:
    buyer = await purchaser_of(session, season)
    tender = await create_tender(session, buyer, await notice_facts(session, season, scheme))
    await publish_tender(session, buyer, tender.id)


def _check_notice(competition: Competition, terms: Profile, faults: Faults) -> None:
    """What publication would refuse, and the panel and the contracts."""
    line, opened = competition.timeline, published_at(competition)
    for name, rows in (("judges", competition.judges), ("criteria", competition.criteria), ("lots", competition.lots)):
        faults.note_doubles(COMPETITION, name, [row.id for row in rows])
    for lot in competition.lots:
        faults.note_doubles(COMPETITION, f"lots {lot.id} items", [item.id for item in lot.items])
    years = range(opened.year, line.contract.end.year + 2)
    notice = notice_of(competition, terms)
    faults.take(COMPETITION, check_publishable, notice, terms, from_holidays(years), opened)
    if competition.application_form:
        faults.take(COMPETITION, check_form, competition.application_form)
    experts = sum(judge.expert for judge in competition.judges)
    faults.take(COMPETITION, check_panel, len(competition.judges), experts, competition.budget, terms)
    if line.end.last_day < line.contract.first_day:
        facts = {"starts_on": line.contract.first_day, "ends_on": line.end.last_day}
        faults.note(COMPETITION, 0, "timeline.end", PeriodBackwards(**facts))


def _check_district(competition: Competition, areas: Mapping[str, Mapping[str, str]], faults: Faults) -> None:
    code = competition.district_code
    if code and areas.get(code, {}).get("level") != AreaLevel.district:
        faults.note(COMPETITION, 0, "district_code", AreaUnknown(code=code))


def _check_needs(competition: Competition, needs: Mapping[str, Mapping[str, str]], faults: Faults) -> None:
    """The needs that lots and items answer: known, of the item's community, and published by the day of the call."""
    called = competition.timeline.call.first_day
    for lot in competition.lots:
        for item in lot.items:
            _check_need(f"lots {lot.id} {item.id}", item.need_id, needs, called, faults)
            place = needs.get(item.need_id, {}).get("community_code")
            if place and item.community_code not in (None, place):
                faults.note(COMPETITION, 0, f"lots {lot.id} {item.id}", AreaUnknown(code=item.community_code))
        for need in lot.need_ids:
            _check_need(f"lots {lot.id}", need, needs, called, faults)


def _check_need(where: str, ref: str, needs: Mapping[str, Mapping[str, str]], called: date, faults: Faults) -> None:
    if ref not in needs:
        return faults.note(COMPETITION, 0, where, NeedUnknown(need=ref))
    published = needs[ref].get("published", "")
    if not published or published > called.isoformat():
        faults.note(COMPETITION, 0, where, NeedUnpublished(need=ref, called=called))


def _own_rules(tender: Tender) -> dict[str, Any]:
    """The settings in which the notice differs from its profile, section by section."""
    own, common = tender.profile_document or {}, profile_document(tender.profile)
    return {
        section: {name: value for name, value in settings.items() if value != common[section].get(name)}
        for section, settings in own.items()
        if isinstance(settings, dict) and settings != common[section]
    }


async def _written_lots(session: AsyncSession, tender: Tender) -> list[dict[str, Any]]:
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
            "budget_cny": json_number(parts.lot.budget),
            "ceiling_per_award": json_number(parts.lot.ceiling),
            "items": [
                {"id": item.code, "need_id": refs.get(item.need_id or 0), "community_code": item.community_code}
                for item in parts.items
            ],
            "need_ids": [refs[id] for id in parts.need_ids],
        }
        for parts in lots
    ]


def _check(competition: Competition, terms: Profile, known: Known, faults: Faults) -> None:
    _check_notice(competition, terms, faults)
    _check_district(competition, known.areas, faults)
    _check_needs(competition, known.needs, faults)


async def _entries(session: AsyncSession, _name: str, tender: Tender) -> dict[str, Any]:
    criteria = await criteria_of(session, tender.id)
    return {
        "id": tender.ref,
        "title_zh": tender.title_zh,
        "title_en": tender.title_en,
        "requirements_zh": tender.requirements,
        "district_code": tender.area_code,
        "organiser": (await require_party(session, tender.party_id)).name_zh,
        "fictional_proposals": tender.is_demonstration,
        "facts_from_sources": {"total_fund_cny": json_number(tender.budget)},
        "profile": tender.profile,
        "overspend_rule": tender.overspend_rule.value,
        "tie_criterion": tender.tie_criterion,
        "rules": _own_rules(tender),
        **({"application_form": tender.application_form} if tender.application_form else {}),
        "timeline": {
            "call": written_hour(tender.published_at),
            "enquiries": written_hour(tender.enquiries_end),
            "deadline": written_hour(tender.bids_end),
            "prequalification": [written_hour(tender.opened_at), written_hour(tender.prequalification_end)],
            "end": str(tender.contract_end),
        },
        "lots": await _written_lots(session, tender),
        "criteria": [
            {"id": c.code, "zh": c.label_zh, "en": c.label_en, "max": json_number(c.maximum)} for c in criteria
        ],
    }


ROOM = Room(steps=_steps, check_competition=_check, entries=_entries)
