"""Files over HTTP: attached, seen by whoever sees what they hang on, opened safely, taken down."""

from hashlib import sha256
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.core.audit import AuditEvent
from app.core.settings import Settings
from app.files import rules
from app.files.models import Attachment, StoredFile
from app.files.policy import HOLDINGS, WHO
from app.files.rules import ACCEPTED, MEDIA, FileKind, Holder
from app.files.store import place_of
from app.needs.models import Need
from app.needs.rules import NeedStatus
from tests.conftest import ClientOf
from tests.factories.files import JPEG, PDF, WEBP, make_attachment, office, png
from tests.factories.needs import make_need
from tests.factories.offers import make_offer
from tests.factories.parties import make_party
from tests.factories.reference import LONGJIE

pytestmark = pytest.mark.anyio
K = FileKind


async def committee(session: AsyncSession, **facts: Any) -> tuple[Actor, Need]:
    """Somebody of a committee, and its need."""
    need = await make_need(session, **facts)
    actor = Actor(71, Role.committee, need.party_id, "530114003001")
    await session.commit()
    return actor, need


async def attach(
    client: AsyncClient, need: Need, content: bytes = PDF, name: str = "报告.pdf", **more: Any
) -> Response:
    return await client.post(f"/files/need/{need.id}", files={"upload": (name, content)}, **more)


async def test_a_file_is_attached_listed_read_and_taken_down(session: AsyncSession, client_of: ClientOf) -> None:
    actor, need = await committee(session)
    async with client_of(actor) as client:
        attached = (await attach(client, need)).json()
        listed = (await client.get(f"/files/need/{need.id}")).json()
        content = await client.get(f"/files/{attached['id']}")
        gone = await client.delete(f"/files/{attached['id']}")
        after = (await client.get(f"/files/need/{need.id}")).json()
    facts = {name: attached[name] for name in ("name", "kind", "size", "sha256", "party_id", "actions")}
    assert facts == {
        "name": "报告.pdf",
        "kind": "pdf",
        "size": len(PDF),
        "sha256": sha256(PDF).hexdigest(),
        "party_id": need.party_id,
        "actions": ["remove"],
    }
    assert (listed["items"], listed["actions"]) == ([attached], ["attach"])
    assert (listed["most"], listed["largest"], listed["accepts"]) == (10, 10 * 2**20, ACCEPTED)
    assert (content.content, gone.status_code, after["items"]) == (PDF, 204, [])
    events = sa.select(AuditEvent).where(AuditEvent.stream == f"needs:{need.id}").order_by(AuditEvent.seq)
    told = [(each.event, each.account_id) for each in await session.scalars(events)]
    assert told == [("file.attached", 71), ("file.removed", 71)]


@pytest.mark.parametrize(
    ("content", "name", "media", "shown"),
    [
        (PDF, "a.pdf", MEDIA[K.pdf], "inline"),
        (png(), "a.png", "image/png", "inline"),
        (JPEG, "a.jpg", "image/jpeg", "inline"),
        (WEBP, "a.webp", "image/webp", "inline"),
        (office(K.docx), "a.docx", MEDIA[K.docx], "attachment"),
        (office(K.xlsx), "a.xlsx", MEDIA[K.xlsx], "attachment"),
    ],
)
async def test_a_browser_shows_pictures_and_pdf_and_runs_nothing(
    session: AsyncSession, client_of: ClientOf, content: bytes, name: str, media: str, shown: str
) -> None:
    actor, need = await committee(session)
    async with client_of(actor) as client:
        attached = (await attach(client, need, content, name)).json()
        answer = await client.get(f"/files/{attached['id']}", headers={"Accept-Encoding": "gzip"})
    headers = answer.headers
    assert (headers["content-type"], headers["content-disposition"]) == (media, f'{shown}; filename="{name}"')
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    policy = headers["content-security-policy"]
    assert ("sandbox" in policy, "script-src" in policy, "default-src 'none'" in policy) == (True, False, True)
    assert (answer.content, "content-encoding" in headers) == (content, False)


async def test_a_part_of_a_file_can_be_asked_for(session: AsyncSession, client_of: ClientOf) -> None:
    actor, need = await committee(session)
    async with client_of(actor) as client:
        attached = (await attach(client, need)).json()
        part = await client.get(f"/files/{attached['id']}", headers={"Range": "bytes=0-7"})
    assert (part.status_code, part.content) == (206, PDF[:8])


async def test_what_poses_as_a_pdf_is_refused_and_nothing_is_kept(session: AsyncSession, client_of: ClientOf) -> None:
    actor, need = await committee(session)
    html = b"<!doctype html><script>alert(document.cookie)</script>"
    async with client_of(actor) as client:
        refused = await attach(client, need, html, "报告.pdf")
    assert (refused.status_code, refused.json()["code"]) == (422, "AttachmentKindUnknown")
    assert not place_of(sha256(html).hexdigest()).exists()
    assert await session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) == 0


async def test_a_file_is_as_large_as_the_installation_allows_and_not_a_byte_larger(
    session: AsyncSession, client_of: ClientOf
) -> None:
    actor, need = await committee(session)
    limit = Settings().upload_bytes
    async with client_of(actor) as client:
        answers = [
            await attach(client, need, PDF + bytes(limit + more - len(PDF)), f"{more}.pdf") for more in (0, 1, 10_001)
        ]
        far = await attach(client, need, PDF + bytes(limit + 100_000))
    assert [each.status_code for each in (*answers, far)] == [201, 413, 413, 413]
    assert {each.json()["code"] for each in answers[1:]} == {"FileTooLarge"}


async def test_a_name_leads_nowhere(session: AsyncSession, client_of: ClientOf) -> None:
    actor, need = await committee(session)
    async with client_of(actor) as client:
        for number, name in enumerate(("../../../etc/cron.d/x", "..\\..\\boot.ini", "/etc/passwd", "a\x00b.pdf")):
            answer = await attach(client, need, PDF + bytes([number]), name)
            said = answer.json()
            assert answer.status_code == 422 or not set(said["name"]) & {"/", "\\", "\0"}, said
    rows = await session.scalars(sa.select(Attachment))
    assert all(place_of(each.sha256).is_file() for each in rows)


async def test_a_file_sent_again_under_its_key_is_attached_once(session: AsyncSession, client_of: ClientOf) -> None:
    actor, need = await committee(session)
    key = {"Idempotency-Key": "the-file-of-this-morning"}
    async with client_of(actor) as client:
        first, again = await attach(client, need, headers=key), await attach(client, need, headers=key)
        other = await attach(client, need, PDF + b"x", headers=key)
        twice = await attach(client, need, name="anders.pdf")
    assert (first.json(), other.json()["code"], twice.json()["code"]) == (again.json(), "KeyReused", "AttachedAlready")


async def test_files_of_a_draft_are_seen_by_nobody_else_by_number_or_by_content(
    session: AsyncSession, client_of: ClientOf
) -> None:
    actor, need = await committee(session, status=NeedStatus.draft)
    foreign = Actor(72, Role.committee, (await make_party(session, area_code=LONGJIE)).id, "530114001")
    own = await make_offer(session)
    await session.commit()
    async with client_of(actor) as client:
        attached = (await attach(client, need)).json()
    for stranger in (foreign, RESIDENT, Actor(73, Role.organization, own.party_id)):
        async with client_of(stranger) as client:
            answers = [
                await client.get(f"/files/{attached['id']}"),
                await client.get(f"/files/need/{need.id}"),
                await client.get(f"/files/{attached['sha256']}"),
                await client.delete(f"/files/{attached['id']}"),
            ]
        assert {each.status_code for each in answers} <= {401, 403, 404, 422}, stranger
        assert answers[0].json()["facts"] == {"attachment": attached["id"]}


async def test_the_same_content_elsewhere_is_stored_once_and_tells_nobody(
    session: AsyncSession, client_of: ClientOf
) -> None:
    actor, need = await committee(session, status=NeedStatus.draft)
    offer = await make_offer(session)
    await session.commit()
    async with client_of(actor) as client:
        first = (await attach(client, need)).json()
    async with client_of(Actor(74, Role.organization, offer.party_id)) as client:
        second = await client.post(f"/files/offer/{offer.id}", files={"upload": ("mine.pdf", PDF)})
        hidden = await client.get(f"/files/{first['id']}")
    assert (second.status_code, second.json()["name"], hidden.status_code) == (201, "mine.pdf", 404)
    assert await session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) == 1


async def test_what_another_hung_there_is_not_taken_down(session: AsyncSession, client_of: ClientOf) -> None:
    actor, need = await committee(session)
    theirs = await make_attachment(session, Holder.need, need.id, (await make_party(session)).id)
    await session.commit()
    async with client_of(actor) as client:
        (listed,) = (await client.get(f"/files/need/{need.id}")).json()["items"]
        refused = await client.delete(f"/files/{theirs.id}")
    assert (listed["actions"], refused.status_code, refused.json()["code"]) == ([], 403, "Denied")


async def test_nothing_is_attached_to_what_is_withdrawn(session: AsyncSession, client_of: ClientOf) -> None:
    actor, need = await committee(session, status=NeedStatus.withdrawn)
    async with client_of(actor) as client:
        listed = (await client.get(f"/files/need/{need.id}")).json()
        refused = await attach(client, need)
    assert (listed["actions"], refused.json()["code"]) == ([], "MoveRefused")


async def test_there_is_an_end_to_how_many_hang_on_one_thing(
    session: AsyncSession, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rules.MOST_FILES, Holder.need, 2)
    actor, need = await committee(session)
    async with client_of(actor) as client:
        codes = [(await attach(client, need, PDF + bytes([n]))).json().get("code") for n in range(3)]
    assert codes == [None, None, "TooManyAttachments"]


async def test_a_file_that_a_restore_left_out_is_said_to_be_missing(session: AsyncSession, client_of: ClientOf) -> None:
    actor, need = await committee(session)
    async with client_of(actor) as client:
        attached = (await attach(client, need, PDF + b"lost")).json()
        place_of(attached["sha256"]).unlink()
        answer = await client.get(f"/files/{attached['id']}")
        again = await client.delete(f"/files/{attached['id']}")
        mended = await attach(client, need, PDF + b"lost")
    assert (answer.status_code, answer.json()["code"]) == (404, "FileLost")
    assert (again.status_code, mended.status_code, place_of(attached["sha256"]).exists()) == (204, 201, True)


async def test_a_scanner_that_is_set_is_asked(session: AsyncSession, client_of: ClientOf) -> None:
    actor, need = await committee(session)
    async with client_of(actor) as client:
        client._transport.app.state.settings = Settings(clamd="/nowhere/clamd.sock")  # type: ignore[attr-defined]
        answer = await attach(client, need)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "ScannerAway", "30")


def test_whoever_may_attach_somewhere_comes_through_the_gate() -> None:
    assert set(HOLDINGS) == set(Holder)
    assert WHO["attach"] == {Role.committee, Role.organization, Role.purchaser, Role.evaluator}
