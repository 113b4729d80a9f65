"""The communities of an office: what is asked there, what is needed, what is late, what is under contract."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.areas.queries import areas_with_parents
from app.areas.rules import AreaLevel
from app.contracts.models import Contract
from app.contracts.policy import visible as contract_visible
from app.contracts.queries import overdue
from app.contracts.rules import ContractStatus
from app.core.actors import Actor
from app.core.days.calendar import shanghai_date
from app.needs.models import Need
from app.needs.policy import standing_column
from app.needs.policy import visible as need_visible
from app.needs.rules import NeedStatus
from app.overviews.rules import SEASON
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.policy import visible as survey_visible
from app.surveys.questionnaires.rules import SurveyStatus
from app.surveys.results.models import SurveyFigures
from app.surveys.waves.models import Wave, WaveCommunity
from app.surveys.waves.rules import RateWithN, WaveStatus, rate_of
from app.surveys.waves.tallies import Tally, counted

COMMUNITIES = (AreaLevel.community, AreaLevel.village)
RUNNING = (ContractStatus.signed, ContractStatus.performing)


@dataclass
class Asked:
    """The surveys that run in a community: how many, what came back, and how many waves have run their time."""

    surveys: set[int] = field(default_factory=set)
    issued: int = 0
    returned_of_issued: int = 0
    returned: int = 0
    overdue: int = 0

    @property
    def recovery(self) -> RateWithN:
        """Of what was handed out; what came in by open links, of which nobody knows how many saw them, left out."""
        return rate_of(self.returned_of_issued, self.issued or None)

    def add(self, wave: Wave, tally: Tally, at: datetime) -> None:
        self.surveys.add(wave.survey_id)
        self.returned += tally.returns.returned
        self.overdue += wave.closes_at is not None and wave.closes_at <= at
        if tally.returns.issued is not None:
            self.issued += tally.returns.issued
            self.returned_of_issued += tally.returns.returned


@dataclass(frozen=True)
class Community:
    """`stands`: how many of its needs read what today. `overdue`: what of its contracts is past its day."""

    path: Sequence[Area]
    asked: Asked
    last_closed_at: datetime | None
    is_asked: bool
    stands: dict[str, int]
    contracts: int
    overdue: int

    @property
    def late(self) -> dict[str, int]:
        """Waves that have run their time, needs past their last day, milestones of contracts past theirs."""
        return {
            "surveys": self.asked.overdue,
            "needs": self.stands.get(NeedStatus.expired, 0),
            "contracts": self.overdue,
        }


async def communities_of(session: AsyncSession, actor: Actor, at: datetime) -> list[Community]:
    """Every community in the actor's area, those first that nobody has asked for a year."""
    if not actor.area:
        return []
    codes = await session.scalars(sa.select(Area.code).where(Area.level.in_(COMMUNITIES), _inside(Area.code, actor)))
    paths = await areas_with_parents(session, list(codes))
    asked, closed = await _asked(session, actor, at), await _last_closed(session, actor)
    stands, contracts = await _needs(session, actor, at), await _contracts(session, actor)
    late = Counter(each.contract.area_code for each in await overdue(session, contract_visible(actor), at))
    found = [
        Community(
            path,
            asked[code],
            last := closed.get(code),
            bool(asked[code].surveys) or (last is not None and last > at - SEASON),
            stands[code],
            contracts.get(code, 0),
            late[code],
        )
        for code, path in sorted(paths.items())
    ]
    return sorted(found, key=lambda each: each.is_asked)


def _inside(code: sa.ColumnElement[str] | sa.orm.InstrumentedAttribute[str], actor: Actor) -> sa.ColumnElement[bool]:
    return code.startswith(actor.area, autoescape=True)


async def _asked(session: AsyncSession, actor: Actor, at: datetime) -> dict[str, Asked]:
    """Community → what runs there now, of the surveys that the actor sees."""
    running = sa.and_(Survey.status == SurveyStatus.published, Wave.status == WaveStatus.open)
    waves = sa.select(Wave).join(Survey, Survey.id == Wave.survey_id).where(running, survey_visible(actor))
    asked = defaultdict[str, Asked](Asked)
    for each in await counted(session, list(await session.scalars(waves))):
        for tally in each.tallies:
            if tally.community_code in each.frame:
                asked[tally.community_code].add(each.wave, tally, at)
    return asked


async def _last_closed(session: AsyncSession, actor: Actor) -> dict[str, datetime]:
    """Community → when it was last asked: in surveys that the actor sees, or whose figures are there for everybody."""
    published = Survey.id.in_(sa.select(SurveyFigures.survey_id))
    query = (
        sa.select(WaveCommunity.community_code, sa.func.max(Wave.closed_at))
        .join(Wave, Wave.id == WaveCommunity.wave_id)
        .join(Survey, Survey.id == Wave.survey_id)
        .where(Wave.status == WaveStatus.closed, sa.or_(survey_visible(actor), published))
        .where(_inside(WaveCommunity.community_code, actor))
        .group_by(WaveCommunity.community_code)
    )
    return {code: at for code, at in await session.execute(query) if at is not None}


async def _needs(session: AsyncSession, actor: Actor, at: datetime) -> dict[str, dict[str, int]]:
    """Community → how many of its needs read what today, drafts only where the actor sees them."""
    query = (
        sa.select(Need.community_code, standing_column(shanghai_date(at)), sa.func.count())
        .where(need_visible(actor), _inside(Need.community_code, actor))
        .group_by(sa.text("1, 2"))
    )
    stands = defaultdict[str, dict[str, int]](dict)
    for code, standing, count in await session.execute(query):
        stands[code][standing] = count
    return stands


async def _contracts(session: AsyncSession, actor: Actor) -> dict[str, int]:
    """Place of delivery → contracts under way."""
    query = sa.select(Contract.area_code, sa.func.count()).where(contract_visible(actor), Contract.status.in_(RUNNING))
    return {code: count for code, count in await session.execute(query.group_by(Contract.area_code))}
