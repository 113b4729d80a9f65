"""Applications as the demonstration shows them, for bids of which a season tells title and amount alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.days.calendar import period_end
from app.core.money import CENT, Money
from app.season.competition import Competition, Proposal
from app.season.files import Season
from app.tenders.forms.application import Application
from app.tenders.forms.defaults import default_form

ANSWERS = {
    "need": "项目对应公告列出的社区需求：居民反映服务少、不固定，老人、儿童和新居民参与最难。",
    "surveyed": "notice",
    "aim": "让服务对象有固定的活动可参加，有熟悉的人可求助，并带动居民自己把活动办下去。",
    "method": "每月固定开展活动，社工个案跟进，志愿者结对；每次活动签到、留照片和反馈，按月公布。",
    "participation": "邀请楼栋长和居民骨干共同策划；链接辖区学校、卫生服务站和商户提供场地、义诊和物资。",
    "vulnerable": "yes",
    "protection": "活动由两名以上工作人员在场，未成年人由家长签到接送；照片和个案资料经本人或监护人同意，专人保管。",
    "experience": "团队近三年在本区开展过同类活动，参与居民反馈良好。",
    "sustainability": "项目期内培养居民志愿队，结束后由社区活动室和志愿队继续。",
    "other_grants": "no",
    "declared": "yes",
}
MONTHS = 3  # activities are shown for


def with_applications(season: Season) -> Season:
    """The season with the form that its profile brings, and every bid with an application that comes to its amount."""
    own, group = season.competition, next(iter(season.records("populations")))["code"]
    proposals = [bid.model_copy(update={"application": _application(bid, own, group)}) for bid in own.proposals]
    changed = own.model_copy(update={"application_form": default_form(own.profile), "proposals": proposals})
    return replace(season, competition=changed)


def begun(application: Application) -> Application:
    """As far as somebody has come who has begun: the first answers, the budget, nobody named yet."""
    first = {name: ANSWERS[name] for name in ("need", "surveyed", "aim")}
    return application.model_copy(update={"answers": first, "team": [], "activities": [], "risks": []})


def _application(bid: Proposal, competition: Competition, group: str) -> Application:
    starts_on = competition.timeline.contract.first_day
    people = max(20, int(bid.amount_cny / 200))
    return Application.model_validate(
        {
            "answers": ANSWERS,
            "targets": [
                {"indicator": "开展活动", "unit": "次", "number": 24},
                {"indicator": "服务居民", "unit": "人次", "number": people * 6},
            ],
            "activities": [
                {"month": month, "activity": "主题活动和入户走访", "place": "社区活动室", "people": people}
                for month in _months(starts_on)
            ],
            "people_served": [{"group_code": group, "people": people}],
            "team": [
                {"person": "李敏（示例）", "duty": "项目负责人", "certificate": "社会工作师"},
                {"person": "杨帆（示例）", "duty": "活动执行和档案"},
            ],
            "budget": [*_budget(bid.amount_cny)],
            "risks": [{"risk": "活动参与人数不足", "response": "提前两周由楼栋长逐户邀请，必要时改为入户服务"}],
        }
    )


def _months(first: date) -> Iterator[str]:
    return (f"{period_end(first, number):%Y-%m}" for number in range(1, MONTHS + 1))


def _budget(amount: Decimal) -> Iterator[dict[str, Any]]:
    """Half of it for people and three tenths for materials, by the unit; what is left for everything else."""
    left = amount
    for heading, detail, share, quantity in (
        ("人员费用", "社工和兼职人员补贴（月）", Decimal("0.5"), 10),
        ("活动费用", "活动物资（次）", Decimal("0.3"), 24),
    ):
        price = (amount * share / quantity).quantize(Decimal(1))
        if 0 < price * quantity < left:
            left -= price * quantity
            yield _line(heading, detail, price, quantity)
    yield _line("其他费用", "交通、宣传、保险和审计", left, 1)


def _line(heading: str, detail: str, price: Decimal, quantity: int) -> dict[str, Any]:
    return {
        "heading": heading,
        "detail": detail,
        "unit_price": Money(amount=price.quantize(CENT)),
        "quantity": quantity,
    }
