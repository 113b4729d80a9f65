"""How a bureau's season ended: the money of a year's contracts, what was held under them, what residents said, what was
found wanting, what became of each contract, and what was asked for and never bought.

Every figure has one source here, for the page, the paper and the table alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import areas_with_parents
from app.budgets.queries import Spent, spent_under
from app.contracts.lines import ContractLine, lines_of
from app.contracts.models import Contract, ResidentAcceptance
from app.contracts.rules import ContractStatus
from app.core.actors import Actor
from app.core.days.calendar import shanghai_date
from app.core.errors import NotFound
from app.findings.models import Finding, FindingAnswer
from app.findings.rules import UNSETTLED
from app.needs.models import Need
from app.needs.policy import visible as need_visible
from app.overviews.season import Year, begun_in, money_of, year_of
from app.ratings.models import Rating
from app.service_sessions.models import ServiceSession, SignIn
from app.service_sessions.queries import all_checked
from app.service_sessions.rules import SessionStatus, Supported, supported
from app.surveys.results.suppression import SMALL
from app.taxonomy.queries import vocabulary
from app.voices.queries import last_voices
from app.voices.rules import VoicePurpose, content_counts

NOTHING = Spent(Decimal(0), Decimal(0))


class Said(NamedTuple):
    """What residents said of contracts: how many were asked, answered, and accept."""

    asked: int = 0
    answers: int = 0
    accepting: int = 0

    @property
    def is_told(self) -> bool:
        """Fewer answers would tell what each of them said."""
        return self.answers >= SMALL

    def __add__(self, other: Any) -> "Said":
        return Said(*map(sum, zip(self, other, strict=True)))


class Found(NamedTuple):
    """Findings of contracts: all, those that held payments, still unsettled ones, answers that came late."""

    raised: int = 0
    holding: int = 0
    unsettled: int = 0
    late: int = 0


@dataclass(frozen=True)
class Project:
    """A contract at its end. `claimed`: sign-ins to what was held; `checked`: what call-backs support of those who were
    drawn of, where it may be told. `content`: how many of those who were asked are content with the service, where
    everybody may read it. `grade`: the last one that its contractor was given since the signatures."""

    line: ContractLine
    spent: Spent
    sessions: int
    claimed: int
    checked: Supported | None
    said: Said
    content: Said
    found: Found
    grade: str

    @property
    def status(self) -> ContractStatus:
        return self.line.contract.status


class Verdict(NamedTuple):
    """What the residents of a place said; `path`: its names, the largest area first. Contracts of which too few said
    something are left out where others are counted, or they could be subtracted. `content`: of those who were asked how
    content they are."""

    path: Sequence[str]
    contracts: int
    said: Said
    content: Said


class Unbought(NamedTuple):
    """A service of the first level (None: needs that name none): needs published in the year, and those of them for
    which no contract was ever signed."""

    category: str | None
    zh: str
    en: str
    asked: int
    never: int


@dataclass(frozen=True)
class SeasonReport:
    money: Year
    projects: Sequence[Project]
    verdicts: Sequence[Verdict]
    unbought: Sequence[Unbought]
    is_demonstration: bool

    @property
    def spent(self) -> Spent:
        """What was vouched and disallowed under all contracts."""
        rows = [each.spent for each in self.projects]
        return Spent(sum((row.vouched for row in rows), Decimal(0)), sum((row.disallowed for row in rows), Decimal(0)))

    @property
    def claimed(self) -> int:
        return sum(each.claimed for each in self.projects)

    @property
    def checked(self) -> list[Supported]:
        return [each.checked for each in self.projects if each.checked]

    @property
    def supported(self) -> tuple[int, int, int, int]:
        """Of so many who were drawn of so many are supported, between so many and so many: the sums over contracts. The
        interval holds for each contract, so that the sum of the bounds is the wider."""
        rows = [(each.claimed, each.count, each.least, each.most) for each in self.checked]
        claimed, count, least, most = map(sum, zip(*rows, strict=True)) if rows else (0, 0, 0, 0)
        return claimed, count, least, most

    @property
    def told(self) -> Said:
        """Of the places whose figures are shown, so that nobody subtracts those that are not."""
        return sum((each.said for each in self.verdicts if each.said.is_told), Said())

    @property
    def content(self) -> Said:
        return sum((each.content for each in self.verdicts), Said())

    @property
    def found(self) -> Found:
        return Found(*map(sum, zip(*(each.found for each in self.projects), strict=True)) if self.projects else ())

    @property
    def states(self) -> dict[str, int]:
        """State → contracts in it."""
        states = [each.status.value for each in self.projects]
        return {status.value: states.count(status) for status in ContractStatus if status in states}


async def report_of(session: AsyncSession, actor: Actor, year: int) -> SeasonReport:
    """Of the notices that the bureau published in that year, and of contracts that it made without one. Refusal:
    NotFound, where it has neither money nor contracts of that year."""
    money = next((each for each in await money_of(session, actor) if each.year == year), None)
    if money is None:
        raise NotFound(year=year)
    found = list(await session.scalars(sa.select(Contract).where(_own(actor, year)).order_by(Contract.number)))
    projects = await _projects(session, found, _own(actor, year))
    return SeasonReport(
        money,
        projects,
        await _verdicts(session, projects),
        await _unbought(session, actor, year),
        any(each.is_demonstration for each in found),
    )


def _own(actor: Actor, year: int) -> sa.ColumnElement[bool]:
    return sa.and_(Contract.purchaser_id == actor.party_id, Contract.signed_at.is_not(None), begun_in(year))


async def _projects(session: AsyncSession, contracts: Sequence[Contract], own: sa.ColumnElement[bool]) -> list[Project]:
    spent, held, said = await spent_under(session, own), await _held(session, own), await _said(session, own)
    found, grades = await _found(session, own), await _grades(session, contracts)
    checked, content = await _checked(session, own), await _content(session, own)
    projects = []
    for line in await lines_of(session, contracts):
        id = line.contract.id
        sessions, claimed = held.get(id, (0, 0))
        projects.append(
            Project(
                line,
                spent.get(id, NOTHING),
                sessions,
                claimed,
                checked.get(id),
                said.get(id, Said()),
                content.get(id, Said()),
                found.get(id, Found()),
                grades.get(line.contractor.id, ""),
            )
        )
    return projects


async def _held(session: AsyncSession, own: sa.ColumnElement[bool]) -> dict[int, tuple[int, int]]:
    """Contract → sessions that were held, and who signed in to them."""
    query = (
        sa.select(Contract.id, sa.func.count(ServiceSession.id.distinct()), sa.func.count(SignIn.id))
        .join(ServiceSession, ServiceSession.contract_id == Contract.id)
        .outerjoin(SignIn, SignIn.service_session_id == ServiceSession.id)
        .where(own, ServiceSession.status == SessionStatus.concluded)
        .group_by(Contract.id)
    )
    return {id: (sessions, people) for id, sessions, people in await session.execute(query)}


async def _checked(session: AsyncSession, own: sa.ColumnElement[bool]) -> dict[int, Supported]:
    """Contract → what call-backs support, where it may be told."""
    found = {id: each for id, each in (await all_checked(session, own)).items() if each.may_be_shown}
    return {id: supported(each.draw.population, each.confirmed, each.reached) for id, each in found.items()}


async def _said(session: AsyncSession, own: sa.ColumnElement[bool]) -> dict[int, Said]:
    """Contract → what its residents said by all channels."""
    of = ResidentAcceptance
    sums = (sa.func.sum(column) for column in (of.asked, of.answers, of.accepting))
    query = sa.select(Contract.id, *sums).join(of, of.contract_id == Contract.id).where(own).group_by(Contract.id)
    return {id: Said(*counts) for id, *counts in await session.execute(query)}


async def _content(session: AsyncSession, own: sa.ColumnElement[bool]) -> dict[int, Said]:
    """Contract → how many are content with its service, by the last wave that was heard, where it may be told."""
    found = await last_voices(session, own, VoicePurpose.satisfaction)
    counts = {
        id: (each.asked or 0, *content_counts(each.served, each.answers, each.ayes)) for (id, _), each in found.items()
    }
    return {id: Said(asked, answers, ayes) for id, (asked, answers, ayes) in counts.items() if answers and ayes}


async def _found(session: AsyncSession, own: sa.ColumnElement[bool]) -> dict[int, Found]:
    late = sa.exists().where(FindingAnswer.finding_id == Finding.id, FindingAnswer.is_late)
    counts = (
        sa.func.count(),
        sa.func.count().filter(Finding.is_holding),
        sa.func.count().filter(Finding.status.in_(UNSETTLED)),
        sa.func.count().filter(late),
    )
    query = sa.select(Contract.id, *counts).join(Finding, Finding.contract_id == Contract.id).where(own)
    return {id: Found(*found) for id, *found in await session.execute(query.group_by(Contract.id))}


async def _grades(session: AsyncSession, contracts: Sequence[Contract]) -> dict[int, str]:
    """Contractor → the last grade that it was given since it signed."""
    signed = {each.contractor_id: shanghai_date(each.signed_at) for each in contracts if each.signed_at}
    query = sa.select(Rating).where(Rating.party_id.in_(signed), Rating.grade != "").order_by(Rating.id)
    given = await session.scalars(query)
    return {each.party_id: each.grade for each in given if each.valid_from and each.valid_from >= signed[each.party_id]}


async def _verdicts(session: AsyncSession, projects: Sequence[Project]) -> list[Verdict]:
    """Place by place, where residents were asked."""
    places: dict[str, list[Project]] = {}
    for each in projects:
        if each.said.asked or each.content.asked:
            places.setdefault(each.line.contract.area_code, []).append(each)
    paths = await areas_with_parents(session, sorted(places))
    return [_verdict([area.name for area in paths[code]], of) for code, of in sorted(places.items())]


def _verdict(path: Sequence[str], of: Sequence[Project]) -> Verdict:
    said = [each.said for each in of if each.said.asked]
    return Verdict(path, len(of), _together(said), sum((each.content for each in of), Said()))


def _together(said: Sequence[Said]) -> Said:
    told = [each for each in said if each.is_told]
    return sum(told, Said()) if told else Said(sum(each.asked for each in said))


async def _unbought(session: AsyncSession, actor: Actor, year: int) -> list[Unbought]:
    """Kind of service → needs of the bureau's area that were published in the year, those asked for most first."""
    kind = sa.func.left(Need.category_code, 2)
    bought = sa.exists().where(Contract.need_id == Need.id, Contract.signed_at.is_not(None))
    here = need_visible(actor), Need.community_code.startswith(actor.area, autoescape=True)
    query = sa.select(kind, sa.func.count(), sa.func.count().filter(~bought)).group_by(kind)
    rows = await session.execute(query.where(*here, year_of(Need.published_at) == year))
    names = (await vocabulary(session)).categories
    found = [Unbought(code, *names.get(code, ("", "")), asked, never) for code, asked, never in rows]
    return sorted(found, key=lambda row: (-row.never, row.category or ""))
