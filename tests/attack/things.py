"""What the attacks need to exist, made as its users make it: through the API, as the demonstration accounts."""

import uuid
from typing import Any

from app.season.rooms.applications import ANSWERS
from app.tenders.forms.application import APPLICATION
from tests.attack.known import API
from tests.attack.wire import Request, Send, asking

REASON = "居民代表会议提出"
# All that the demonstration's open notice asks of who applies: what is incomplete cannot be handed in.
COMPLETE: dict[str, Any] = {
    **APPLICATION,
    "answers": ANSWERS,
    "targets": [{"indicator": name, "unit": "人次", "number": "480"} for name in ("入户陪伴", "开展活动")],
    "team": [{"person": name, "duty": "活动执行", "certificate": ""} for name in ("李红", "王芳")],
}


class Unmade(RuntimeError):
    """Something an attack needs could not be made; the answer says why."""


async def made(send: Send, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """What the API answers to a request that must succeed."""
    answer = await send(asking(method, f"{API}{path}", body, headers=_named(headers)))
    if answer.status >= 300:
        raise Unmade(f"{method} {path}: {answer.status} {answer.body[:500]!r}")
    return answer.json() if answer.body else None


def _named(headers: dict[str, str]) -> list[tuple[str, str]]:
    return [(name.replace("_", "-"), value) for name, value in headers.items()]


async def draft_need(send: Send, title: str) -> dict[str, Any]:
    need: dict[str, Any] = await made(send, "POST", "/needs", {"title": title, "no_evidence_reason": REASON})
    return need


async def publishable_need(send: Send) -> dict[str, Any]:
    """A draft as the API's own example has it, with a reason for having no evidence."""
    categories = await made(send, "GET", "/taxonomy/categories")
    body = {
        "title": f"社区助餐 {uuid.uuid4().hex[:8]}",
        "description": "辖区老人午饭凑合的多，居委会可提供场地，缺运营力量。",
        "category_code": _first(categories, "code"),
        "beneficiaries": 60,
        "budget": {"amount": "20000.00", "currency": "CNY"},
        "period_months": 12,
        "no_evidence_reason": REASON,
    }
    need: dict[str, Any] = await made(send, "POST", "/needs", body)
    return need


async def open_wave(send: Send, *, channel: str = "open_link", closes_at: str | None = None) -> dict[str, Any]:
    """A survey with a question and one for free text, and an open wave of it."""
    label = {"zh": "最需要哪些服务？", "en": "Which services?"}
    questions = [
        {"name": "Q1", "type": "single", "label": label, "options": [{"name": "01", "label": label}], "public": True},
        {"name": "Q2", "type": "open", "label": label, "sensitive": "personal", "public": False},
    ]
    survey = await made(send, "POST", "/surveys", {"definition": {"title": label, "questions": questions}})
    await made(send, "POST", f"/surveys/{survey['id']}/publish")
    own = (await made(send, "GET", "/session"))["current"]["area"]
    body = {"title": "试", "channel": channel, "communities": [own], "closes_at": closes_at}
    wave = await made(send, "POST", f"/surveys/{survey['id']}/waves", body)
    opened: dict[str, Any] = await made(send, "POST", f"/surveys/waves/{wave['id']}/open")
    return opened


def answering(wave: dict[str, Any]) -> str:
    """Where anybody may answer an open wave."""
    return f"/surveys/answering/{wave['open_path'].rsplit('/', 1)[-1]}"


def answer(path: str, text: str = "无") -> Request:
    """A resident's answer, as a page sends it."""
    body = {"answers": {"Q1": "01", "Q2": text}, "seconds": 60}
    return asking("POST", f"{API}{path}", body, headers=[("Idempotency-Key", uuid.uuid4().hex)])


async def own_bid(send: Send) -> dict[str, Any]:
    """The bid that the organisation has begun."""
    bids = (await made(send, "GET", "/bids"))["items"]
    if not (begun := [bid for bid in bids if bid["status"] == "draft"]):
        raise Unmade("the organisation has begun no bid")
    bid: dict[str, Any] = await made(send, "GET", f"/bids/{begun[0]['id']}")
    return bid


def edit_bid(bid: dict[str, Any], plan: str) -> Request:
    """The bid written anew, complete."""
    body = {"title": "邻里客厅", "plan": plan, "application": COMPLETE}
    return asking("PUT", f"{API}/bids/{bid['id']}", body, headers=[("If-Match", f'"{bid["version"]}"')])


def _first(found: Any, name: str) -> str:
    rows = found["items"] if isinstance(found, dict) else found
    return str(rows[0][name])
