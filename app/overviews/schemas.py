"""The overviews on the wire."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from app.contracts.rules import ContractStatus, MilestoneStatus
from app.core.actors import Role
from app.core.http.unit import example
from app.core.money import Money, yuan
from app.core.waiting import Waiting
from app.overviews.communities import Community
from app.overviews.engaged import Engaged
from app.overviews.market import Street
from app.overviews.obstacles import Obstacles
from app.overviews.rules import Obstacle, Stand
from app.overviews.season import Underway, Year
from app.parties.models import Party
from app.tenders.profiles.rules import Gate

DOUNAN = {"code": "530114003004", "path": ["呈贡区", "斗南街道", "斗南社区居民委员会"]}
YUAN = {"amount": "80000.00", "currency": "CNY"}


class LateCounts(BaseModel):
    """Waves that have run their time, expired needs, milestones of contracts past their day."""

    surveys: int
    needs: int
    contracts: int


class CommunityRead(BaseModel):
    """`is_asked` false: nobody has asked there for a year. `rate` of `issued`, null where nothing was handed out that
    is counted; `returned` also counts what came by open links. `needs`: how many read what today; `contracts` under
    way there."""

    code: str
    path: list[str]
    is_asked: bool
    surveys: int
    issued: int
    returned: int
    rate: str | None
    last_closed_at: datetime | None
    needs: dict[str, int]
    contracts: int
    late: LateCounts

    @classmethod
    def of(cls, community: Community) -> "CommunityRead":
        asked = community.asked
        return cls(
            code=community.path[-1].code,
            path=[area.name for area in community.path],
            is_asked=community.is_asked,
            surveys=len(asked.surveys),
            issued=asked.issued,
            returned=asked.returned,
            rate=asked.recovery.rate,
            last_closed_at=community.last_closed_at,
            needs=community.stands,
            contracts=community.contracts,
            late=LateCounts(**community.late),
        )


class CommunitiesRead(BaseModel):
    """Every community of the reader's area, those first that nobody has asked."""

    model_config = ConfigDict(
        json_schema_extra=example(
            communities=[
                {
                    **DOUNAN,
                    "is_asked": True,
                    "surveys": 1,
                    "issued": 100,
                    "returned": 62,
                    "rate": "0.6200",
                    "last_closed_at": None,
                    "needs": {"published": 3, "matched": 1},
                    "contracts": 1,
                    "late": {"surveys": 0, "needs": 1, "contracts": 0},
                }
            ]
        )
    )

    communities: list[CommunityRead]

    @classmethod
    def of(cls, found: Iterable[Community]) -> "CommunitiesRead":
        return cls(communities=[CommunityRead.of(each) for each in found])


class NextMilestone(BaseModel):
    gate: Gate
    status: MilestoneStatus
    due_on: date | None


class EngagedRead(BaseModel):
    """`next`: the first milestone that is not met; `actions`: what the reader may do today."""

    id: int
    number: str
    title: str
    path: list[str]
    status: ContractStatus
    purchaser_zh: str
    purchaser_en: str
    contractor_zh: str
    contractor_en: str
    amount: Money
    paid: Money
    ends_on: date
    next: NextMilestone | None
    actions: list[str]

    @classmethod
    def of(cls, engaged: Engaged) -> "EngagedRead":
        contract, awaited = engaged.line.contract, engaged.next
        return cls(
            id=contract.id,
            number=contract.number,
            title=contract.title,
            path=[area.name for area in engaged.place],
            status=contract.status,
            purchaser_zh=engaged.line.purchaser.name_zh,
            purchaser_en=engaged.line.purchaser.english_name,
            contractor_zh=engaged.line.contractor.name_zh,
            contractor_en=engaged.line.contractor.english_name,
            amount=Money(amount=yuan(contract.amount)),
            paid=Money(amount=yuan(engaged.line.paid)),
            ends_on=contract.ends_on,
            next=awaited and NextMilestone(gate=awaited.gate, status=awaited.status, due_on=awaited.due_on),
            actions=engaged.actions,
        )


class EngagedContractsRead(BaseModel):
    """The contracts that the reader's firm is engaged for, those under way first."""

    model_config = ConfigDict(
        json_schema_extra=example(
            contracts=[
                {
                    "id": 3,
                    "number": "cg-2018-01-B01",
                    "title": "花乡睦邻·斗南社工站",
                    "path": DOUNAN["path"],
                    "status": "performing",
                    "purchaser_zh": "呈贡区民政局",
                    "purchaser_en": "Civil Affairs Bureau of Chenggong",
                    "contractor_zh": "昆明市呈贡区萤火社会工作服务中心",
                    "contractor_en": "Firefly Social Work Service Centre",
                    "amount": YUAN,
                    "paid": {"amount": "40000.00", "currency": "CNY"},
                    "ends_on": "2019-07-31",
                    "next": {"gate": "midterm_evaluation", "status": "reported", "due_on": "2019-02-06"},
                    "actions": ["attach", "meet", "return", "miss"],
                }
            ]
        )
    )

    contracts: list[EngagedRead]
    total: int

    @classmethod
    def of(cls, found: Iterable[Engaged], total: int) -> "EngagedContractsRead":
        return cls(contracts=[EngagedRead.of(each) for each in found], total=total)


class DateRead(BaseModel):
    """`name`: the field of the round or notice that says it."""

    name: str
    at: datetime


class UnderwayRead(BaseModel):
    """A round or notice that is not over; `next`: which of its dates comes next."""

    thing: Literal["round", "tender"]
    id: int
    title_zh: str
    title_en: str
    status: str
    dates: list[DateRead]
    next: DateRead | None

    @classmethod
    def of(cls, of: Underway) -> "UnderwayRead":
        dates = [DateRead(name=name, at=at) for name, at in of.dates.items()]
        facts = {name: getattr(of, name) for name in ("thing", "id", "title_zh", "title_en", "status")}
        return cls(**facts, dates=dates, next=next((date for date in dates if date.name == of.next), None))


class YearRead(BaseModel):
    """`planned` in notices, `awarded`, `contracted`, of it `direct` without a notice, `paid`."""

    year: int
    planned: Money
    awarded: Money
    contracted: Money
    direct: Money
    paid: Money

    @classmethod
    def of(cls, year: Year) -> "YearRead":
        sums = {name: Money(amount=yuan(amount)) for name, amount in vars(year).items() if name != "year"}
        return cls(year=year.year, **sums)


class LateRead(BaseModel):
    """What is past its day: `verb` is what somebody has yet to do, `context` the milestone that it is about."""

    verb: str
    contract_id: int
    title: str
    context: str
    due_at: datetime | None

    @classmethod
    def of(cls, item: Waiting) -> "LateRead":
        return cls(
            verb=item.verb, contract_id=item.thing_id, title=item.title, context=item.context, due_at=item.due_at
        )


class StandRead(BaseModel):
    """`category` null: needs that name none; `supply`: offers that reach the whole street."""

    model_config = ConfigDict(from_attributes=True)

    category: str | None
    demand: int
    supply: int


class MarketCellRead(StandRead):
    """A service of the first level; `thin`: what is needed of it that may find nobody to apply."""

    thin: list[StandRead]


class StreetRead(BaseModel):
    code: str
    path: list[str]
    cells: list[MarketCellRead]

    @classmethod
    def of(cls, street: Street) -> "StreetRead":
        path = street.path
        cells = [MarketCellRead.model_validate(cell) for cell in street.cells]
        return cls(code=path[-1].code, path=[area.name for area in path], cells=cells)


class SeasonOverviewRead(BaseModel):
    """What a bureau has under way, its money by year, what is late of its contracts, and supply against demand."""

    model_config = ConfigDict(
        json_schema_extra=example(
            underway=[],
            money=[{"year": 2026, "planned": YUAN, "awarded": YUAN, "contracted": YUAN, "direct": YUAN, "paid": YUAN}],
            late=[],
            streets=[
                {
                    "code": "530114003000",
                    "path": ["呈贡区", "斗南街道"],
                    "cells": [
                        {
                            "category": "01",
                            "demand": 3,
                            "supply": 4,
                            "thin": [{"category": "0102", "demand": 1, "supply": 0}],
                        }
                    ],
                }
            ],
        )
    )

    underway: list[UnderwayRead]
    money: list[YearRead]
    late: list[LateRead]
    streets: list[StreetRead]

    @classmethod
    def of(
        cls, underway: Iterable[Underway], money: Iterable[Year], late: Iterable[Waiting], streets: Iterable[Street]
    ) -> "SeasonOverviewRead":
        return cls(
            underway=[UnderwayRead.of(each) for each in underway],
            money=[YearRead.of(each) for each in money],
            late=[LateRead.of(each) for each in late],
            streets=[StreetRead.of(each) for each in streets],
        )


class ObstacleRead(BaseModel):
    """What keeps an instalment from being paid: a closed gate, or a finding by its number. Whose turn it is (`role`,
    and the party by name where one is known), to do which `verb` of which `room`, until when by which rule."""

    gate: Gate | None
    finding_id: int | None
    role: Role
    party_zh: str
    party_en: str
    room: str
    verb: str
    until: date | None
    rule: str
    is_late: bool

    @classmethod
    def of(cls, obstacle: Obstacle, party: Party | None, today: date) -> "ObstacleRead":
        until = obstacle.until
        return cls(
            gate=obstacle.gate,
            finding_id=obstacle.finding_id,
            **obstacle.turn._asdict(),
            party_zh=party.name_zh if party else "",
            party_en=party.english_name if party else "",
            until=until,
            rule=obstacle.rule,
            is_late=until is not None and until < today,
        )


class StandingRead(BaseModel):
    """An instalment; `cut`: what the final audit takes off it; `left`: what is still to be paid."""

    name: str
    label_zh: str
    label_en: str
    amount: Money
    paid: Money
    cut: Money
    left: Money
    stand: Stand
    obstacles: list[ObstacleRead]


class ContractObstacles(BaseModel):
    """What stands between the contractor and the money, instalment by instalment, or of the settlement after an early
    end: the same for all whom it concerns. `excess`: what is to be paid back, since more was paid than is allowed."""

    contract_id: int
    excess: Money
    items: list[StandingRead]

    @classmethod
    def of(cls, found: Obstacles, today: date) -> "ContractObstacles":
        labels = found.parts.labels
        return cls(
            contract_id=found.parts.contract.id,
            excess=Money(amount=found.parts.excess),
            items=[
                StandingRead(
                    name=part.name,
                    label_zh=labels[part.name][0],
                    label_en=labels[part.name][1],
                    **{name: Money(amount=getattr(part, name)) for name in ("amount", "paid", "cut", "left")},
                    stand=stand,
                    obstacles=[ObstacleRead.of(each, found.parties.get(each.turn.role), today) for each in obstacles],
                )
                for part, stand, obstacles in found.standings
            ],
        )
