"""Mails in plain text, and the mail server that they are handed to."""

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import SplitResult, unquote, urlsplit

from app.core.http.pages import ACCOUNT, INBOX
from app.core.settings import LOOPBACK, Settings
from app.core.words import instant
from app.notifications.outbox import Parcel

SECONDS = 15
SUBJECTS = {
    "code": ("双选：确认邮箱的验证码", "Shuangxuan: the code to confirm your address"),
    "one": ("双选：{text}", "Shuangxuan: {text}"),
    "many": ("双选：您有 {count} 条新消息", "Shuangxuan: {count} new messages for you"),
}
CODE = (
    "您的验证码是 {code}，一小时内有效。请在“我的账号”页面填写：\n{account}\n\n如非本人操作，请忽略本邮件。",
    "Your code is {code}; it can be used within an hour. Enter it on the page of your account:\n{account}\n\n"
    "If you did not ask for it, ignore this mail.",
)
FOOT = (
    "查看详情：{inbox}\n不想收到邮件，请在“我的账号”页面更改：{account}",
    "See more: {inbox}\nTo be mailed less often or not at all: {account}",
)


class Refused(Exception):
    """The server will not take mail for this address, now or later."""


def compose(parcel: Parcel, settings: Settings) -> EmailMessage:
    """In the person's language; sent again it carries the same Message-ID."""
    mailbox, number = parcel.mailbox, int(parcel.mailbox.language == "en")
    places = {"inbox": settings.address + INBOX, "account": settings.address + ACCOUNT}
    texts = [it.said(mailbox.language) for it in parcel.notifications]
    code = parcel.mails[0].code
    kind = "code" if code else "one" if len(texts) == 1 else "many"
    subject = SUBJECTS[kind][number].format(text="".join(texts[:1]), count=len(texts))
    times = [instant(it.created_at.replace(second=0, microsecond=0), mailbox.language) for it in parcel.notifications]
    lines = [f"{text}\n{time}\n" for text, time in zip(texts, times, strict=True)]
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = " ".join(subject.split())
    mail["From"], mail["To"] = settings.sender, mailbox.address
    mail["Message-ID"] = f"<mails.{parcel.mails[0].id}.{len(parcel.mails)}@{settings.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    body = CODE[number].format(code=code, **places) if code else "\n".join([*lines, FOOT[number].format(**places)])
    mail.set_content(body)
    return mail


def hand_over(mail: EmailMessage, url: str) -> None:
    """To the mail server; returns once it has accepted. Raises Refused where it never will, and whatever smtplib and
    the network raise where it may later. Only a server of this machine is spoken to without TLS."""
    place = urlsplit(url)
    with _connected(place) as server:
        if place.scheme == "smtp" and place.hostname not in LOOPBACK:
            server.starttls(context=ssl.create_default_context())
        if place.username:
            server.login(unquote(place.username), unquote(place.password or ""))
        try:
            server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as refusal:
            ((code, said),) = refusal.recipients.values()
            _judge(code, said, refusal)
        except smtplib.SMTPDataError as refusal:
            _judge(refusal.smtp_code, refusal.smtp_error, refusal)


def _judge(code: int, said: bytes | str, refusal: Exception) -> None:
    """A code of 500 or more is meant for good."""
    if code < 500:
        raise refusal
    raise Refused(f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}") from refusal


def _connected(place: SplitResult) -> smtplib.SMTP:
    host = place.hostname or ""
    if place.scheme == "smtps":
        return smtplib.SMTP_SSL(host, place.port or 465, timeout=SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(host, place.port or (25 if host in LOOPBACK else 587), timeout=SECONDS)
