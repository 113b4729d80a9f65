"""What the people of one party do for each other, on the wire."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.accounts.colleagues import Colleagues
from app.accounts.models import Account, Membership, PasswordReset
from app.accounts.policy import WHO, seat_actions
from app.accounts.rules import mandate_in
from app.accounts.schemas import Username
from app.core.actors import Actor, Mandate, Role
from app.core.fields import Code, Name
from app.core.http.pages import password_link
from app.core.http.unit import example


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ColleagueInvite(_Input):
    """Only an organisation's people have a `mandate` of less than everything."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(username="zhangmin", display_name="张敏"))

    username: Username
    display_name: Name
    mandate: Mandate = Mandate.head


class ColleagueInvited(BaseModel):
    """`link`: where the colleague sets the password, within seven days and once; it is told here and never again."""

    model_config = ConfigDict(json_schema_extra=example(link=password_link("…")))

    link: str


class MandateChange(_Input):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(mandate="editor"))

    mandate: Mandate


class ColleagueRead(BaseModel):
    """Somebody who acts for the same party in the same role."""

    membership_id: int
    mandate: Mandate
    username: str
    display_name: str
    actions: list[str]

    @classmethod
    def of(cls, seat: Membership, actor: Actor) -> "ColleagueRead":
        return cls(
            membership_id=seat.id,
            mandate=seat.mandate,
            username=seat.account.username,
            display_name=seat.account.display_name,
            actions=seat_actions(actor, seat),
        )


class SeatAsked(BaseModel):
    """`has_password`: the person has set a password, so the seat can be confirmed."""

    membership_id: int
    role: Role
    mandate: Mandate | None
    username: str
    display_name: str
    has_password: bool

    @classmethod
    def of(cls, seat: Membership) -> "SeatAsked":
        return cls(
            membership_id=seat.id,
            role=seat.role,
            mandate=mandate_in(seat.role, seat.mandate),
            username=seat.account.username,
            display_name=seat.account.display_name,
            has_password=seat.account.password_hash is not None,
        )


class SeatConfirmed(BaseModel):
    """From when on the person may act."""

    model_config = ConfigDict(json_schema_extra=example(confirmed_at="2026-11-20T10:00:00+08:00"))

    confirmed_at: datetime | None


class ResetAsked(BaseModel):
    account_id: int
    username: str
    display_name: str
    device: str
    asked_at: datetime

    @classmethod
    def of(cls, reset: PasswordReset, account: Account) -> "ResetAsked":
        return cls(
            account_id=account.id,
            username=account.username,
            display_name=account.display_name,
            device=reset.device,
            asked_at=reset.asked_at,
        )


class ResetApproval(_Input):
    """The code that the person reads out; spaces do not matter."""

    code: Code


class ResetApproved(BaseModel):
    """From when on the browser that asked may set the password."""

    model_config = ConfigDict(json_schema_extra=example(effective_at="2026-11-20T10:00:00+08:00"))

    effective_at: datetime | None


class ResetTold(BaseModel):
    """`approved_by` is the name of who approved; null: the operator of the server."""

    username: str
    display_name: str
    set_at: datetime | None
    approved_by: str | None

    @classmethod
    def of(cls, reset: PasswordReset, account: Account) -> "ResetTold":
        return cls(
            username=account.username,
            display_name=account.display_name,
            set_at=reset.used_at,
            approved_by=reset.approver and reset.approver.display_name,
        )


class ColleaguesRead(BaseModel):
    """Who else is there, what waits for my word, and which passwords were set anew in the last two weeks.
    `actions`: what may be done to the list as a whole."""

    model_config = ConfigDict(json_schema_extra=example(people=[], seats=[], resets=[], told=[], actions=[]))

    people: list[ColleagueRead]
    seats: list[SeatAsked]
    resets: list[ResetAsked]
    told: list[ResetTold]
    actions: list[str]

    @classmethod
    def of(cls, found: Colleagues, actor: Actor) -> "ColleaguesRead":
        return cls(
            people=[ColleagueRead.of(seat, actor) for seat in found.people],
            seats=[SeatAsked.of(seat) for seat in found.seats],
            resets=[ResetAsked.of(reset, reset.account) for reset in found.resets if reset.account],
            told=[ResetTold.of(reset, reset.account) for reset in found.told if reset.account],
            actions=[verb for verb in ("invite_colleague",) if actor.may(verb, WHO[verb])],
        )
