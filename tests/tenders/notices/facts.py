"""A publishable draft as use cases take it: a competition published on 20 November 2026."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.days.calendar import SHANGHAI
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.tenders.profiles.rules import OverspendRule
from tests.factories.parties import make_party

DISTRICT = "530114000000"
DATES = {
    "enquiries_end": datetime(2026, 12, 5, 17, tzinfo=SHANGHAI),
    "bids_end": datetime(2026, 12, 10, 17, tzinfo=SHANGHAI),
    "prequalification_end": datetime(2026, 12, 15, 17, tzinfo=SHANGHAI),
    "evaluation_end": datetime(2026, 12, 25, 17, tzinfo=SHANGHAI),
    "objections_end": datetime(2027, 1, 5, tzinfo=SHANGHAI),
    "contracts_end": datetime(2027, 1, 29, 17, tzinfo=SHANGHAI),
}
MIDNIGHT = datetime(2026, 12, 11, tzinfo=SHANGHAI)


def lot(code: str = "L1", **facts: Any) -> dict[str, Any]:
    amounts = {"places": 2, "budget": Decimal(60_000), "ceiling": Decimal(30_000)}
    return {"code": code, "title_zh": "服务项目", "kind": "service", **amounts, **facts}


def criterion(code: str, maximum: int) -> dict[str, Any]:
    return {"code": code, "label_zh": f"标准{code}", "maximum": Decimal(maximum)}


def notice(**facts: Any) -> dict[str, Any]:
    said = {
        "ref": "cg-2026-01",
        "area_code": DISTRICT,
        "title_zh": "呈贡区社会服务项目大赛",
        "profile": "venture",
        "budget": Decimal(100_000),
        "overspend_rule": OverspendRule.trim,
        "tie_criterion": "C2",
        "lots": [lot()],
        "criteria": [criterion("C1", 60), criterion("C2", 40)],
    }
    return {**said, **DATES, **facts}


async def purchaser(session: AsyncSession, party: Party | None = None) -> Actor:
    """Somebody of the civil affairs bureau of Chenggong (or of `party`)."""
    party = party or await make_party(session, PartyKind.bureau)
    assert party.area_code is not None
    return Actor(1, Role.purchaser, party.id, party.area_code[:6])


async def bidder(session: AsyncSession, party: Party | None = None) -> Actor:
    """Somebody of an organisation of its own."""
    party = party or await make_party(session)
    return Actor(2, Role.organization, party.id)
