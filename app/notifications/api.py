"""Endpoints of one's own inbox."""

from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitsApart, UnitSession, allow
from app.core.paging import Page, PagingQuery
from app.notifications import mailboxes, policy, queries, service
from app.notifications.policy import WHO
from app.notifications.schemas import (
    MailboxConfirm,
    MailboxRead,
    MailboxSet,
    NotificationCount,
    NotificationRead,
    OutboxRead,
)

router = web.router("/notifications", "notifications")


@router.get("", operation_id="list_notifications", dependencies=[allow(WHO["list"])])
async def list_notifications(session: UnitSession, actor: CurrentActor, paging: PagingQuery) -> Page[NotificationRead]:
    found = await queries.list_notifications(session, actor, paging)
    return found.page([NotificationRead.of(each) for each in found.rows])


@router.get("/count", operation_id="count_notifications", dependencies=[allow(WHO["count"])])
async def count_notifications(session: UnitSession, actor: CurrentActor) -> NotificationCount:
    return NotificationCount(unopened=await queries.count_unopened(session, actor))


@router.post("/open", status_code=204, operation_id="open_notifications", dependencies=[allow(WHO["open"])])
async def open_notifications(session: UnitSession, actor: CurrentActor) -> None:
    await service.open_notifications(session, actor)


@router.get("/mailbox", operation_id="read_mailbox", dependencies=[allow(WHO["read_mailbox"])])
async def read_mailbox(session: UnitSession, actor: CurrentActor) -> MailboxRead:
    return MailboxRead.of(await policy.find_mailbox(session, actor))


@router.put("/mailbox", operation_id="set_mailbox", dependencies=[allow(WHO["set_mailbox"])])
async def set_mailbox(session: UnitSession, actor: CurrentActor, given: MailboxSet) -> MailboxRead:
    return MailboxRead.of(await mailboxes.set_mailbox(session, actor, given.address, given.pace, given.language))


@router.post("/mailbox/confirm", operation_id="confirm_mailbox", dependencies=[allow(WHO["confirm_mailbox"])])
async def confirm_mailbox(
    session: UnitSession, units: UnitsApart, actor: CurrentActor, given: MailboxConfirm
) -> MailboxRead:
    return MailboxRead.of(await mailboxes.confirm_mailbox(session, units, actor, given.code))


@router.delete("/mailbox", status_code=204, operation_id="remove_mailbox", dependencies=[allow(WHO["remove_mailbox"])])
async def remove_mailbox(session: UnitSession, actor: CurrentActor) -> None:
    await mailboxes.remove_mailbox(session, actor)


@router.get("/mails", operation_id="list_mails", dependencies=[allow(WHO["list_mails"])])
async def list_mails(session: UnitSession) -> OutboxRead:
    return OutboxRead.of(await queries.count_waiting_mails(session), await queries.unsent_mails(session))


@router.post("/mails/{mail_id}/send", status_code=204, operation_id="send_mail", dependencies=[allow(WHO["send_mail"])])
async def send_mail(session: UnitSession, actor: CurrentActor, mail_id: Id) -> None:
    await service.send_mail(session, actor, mail_id)


@router.post(
    "/{notification_id}/open", status_code=204, operation_id="open_notification", dependencies=[allow(WHO["open"])]
)
async def open_notification(session: UnitSession, actor: CurrentActor, notification_id: Id) -> None:
    await service.open_notification(session, actor, notification_id)
