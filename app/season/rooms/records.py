"""What is recorded of organisations, for the demonstration: one has to mend what its inspection found; another did not
in time, is on the list of abnormal activity, and has answered."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.parties.models import Party
from app.records.models import Record
from app.records.rules import Fact, Inspection, RecordKind
from app.records.service import answer_record, enter_record, supersede_record
from app.records.terms import after

HEARD_SINCE, DECIDED_SINCE = timedelta(days=24), timedelta(days=3)
BUREAU = "昆明市呈贡区民政局"
FOUND: dict[str, Any] = {
    "words": "2017年度检查结论：不合格",
    "issuer": BUREAU,
    "source": "年度检查结论通知书（演示）",
    "requirement": "补报2017年度财务会计报告，按章程召开理事会并报送会议记录。",
}
LISTED: dict[str, Any] = {
    "words": "年度检查基本合格，逾期未报送整改报告，列入活动异常名录",
    "issuer": BUREAU,
    "source": "列入活动异常名录决定书（演示）",
    "requirement": "报送整改报告，说明业务活动经费的使用情况。",
}
ANSWER = "整改报告已于本周报送，附业务活动经费明细和理事会会议记录。"


async def record_of_the_season(session: AsyncSession, bureau: Actor, scheme: str) -> None:
    """Of organisations of the bureau's area that the season `scheme` brought; in a season without such, nothing."""
    today = shanghai_date(await now(session))
    due_on = after(today, "inspection_corrected")
    way_back: dict[str, Any] = {"due_on": due_on, "shown_until": after(due_on, "inspection")}
    failed = await _inspected(session, bureau, scheme, Inspection.unqualified)
    if failed:
        kept = {"value": failed.value, "valid_until": failed.valid_until, **FOUND, **way_back}
        await supersede_record(session, bureau, failed.id, valid_from=None, **kept)
    late = await _inspected(session, bureau, scheme, Inspection.basically_qualified)
    if late:
        await _list(session, bureau, late.party_id, today, way_back)


async def _list(session: AsyncSession, bureau: Actor, party_id: int, today: date, way_back: dict[str, Any]) -> None:
    heard, decided = today - HEARD_SINCE, today - DECIDED_SINCE
    fact = Fact(
        RecordKind.abnormal, "correction_late", valid_from=decided, heard_on=heard, decided_on=decided, **LISTED
    )
    entry = await enter_record(session, bureau, party_id, replace(fact, **way_back))
    await answer_record(session, Actor(None, Role.organization, party_id), entry.id, ANSWER)


async def _inspected(session: AsyncSession, bureau: Actor, scheme: str, outcome: Inspection) -> Record | None:
    here = Party.ref_scheme == scheme, Party.area_code.startswith(bureau.area, autoescape=True)
    query = sa.select(Record).join(Party, Party.id == Record.party_id).where(*here)
    query = query.where(Record.kind == RecordKind.inspection, Record.value == outcome)
    return await session.scalar(query.order_by(Record.id).limit(1))
