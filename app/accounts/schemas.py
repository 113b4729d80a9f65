"""Accounts, sessions, memberships and new passwords on the wire."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.accounts.models import AccountSession, Membership, PasswordReset
from app.accounts.policy import actions, session_actions, state_of
from app.accounts.queries import OpenSession, Seated, SessionSeen
from app.accounts.rules import DEMONSTRATION_PASSWORD, AccountState, ResetState, mandate_in, token_hash
from app.core.actors import Actor, Mandate, Role
from app.core.fields import Exact, Id, Line, Name
from app.core.http.pages import password_link
from app.core.http.unit import example
from app.parties.rules import PartyKind

Password = Annotated[str, Exact(200)]
Username = Annotated[str, Line(64, least=1)]
Secret = Annotated[str, Exact(100)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PartyBrief(BaseModel):
    id: int
    kind: PartyKind
    name_zh: str
    name_en: str


class MembershipRead(BaseModel):
    """In which role and for whom; `area` is the prefix of the codes answered for ("" = none), `mandate` what may be
    done in an organisation's name; null where everybody may do everything."""

    id: int
    role: Role
    area: str
    mandate: Mandate | None
    party: PartyBrief | None

    @classmethod
    def of(cls, seat: Membership) -> "MembershipRead":
        party = seat.party and PartyBrief.model_validate(seat.party, from_attributes=True)
        mandate = mandate_in(seat.role, seat.mandate)
        return cls(id=seat.id, role=seat.role, area=seat.area, mandate=mandate, party=party)


class SeatRead(MembershipRead):
    """A membership as administrators see it: where an organisation has no head left, they name one."""

    actions: list[str]

    @classmethod
    def in_need(cls, seat: Membership, headless: Collection[int]) -> "SeatRead":
        is_in_need = seat.role is Role.organization and seat.party_id in headless
        return cls(**dict(MembershipRead.of(seat)), actions=["change_mandate"] if is_in_need else [])


class SignIn(_Input):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra=example(username="committee", password="shuangxuan2018")
    )

    username: Username
    password: Password


class BrowserRead(BaseModel):
    """A browser in which one is signed in; `device` is a coarse word, "" when it does not say."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=31,
            device="Chrome · Windows",
            begun_at="2026-11-20T09:00:00+08:00",
            last_seen_at="2026-11-20T10:00:00+08:00",
            ends_at="2026-11-20T21:00:00+08:00",
            is_current=True,
        )
    )

    id: int
    device: str
    begun_at: datetime
    last_seen_at: datetime
    ends_at: datetime
    is_current: bool

    @classmethod
    def of(cls, opened: AccountSession, token: str) -> "BrowserRead":
        return cls(
            id=opened.id,
            device=opened.device,
            begun_at=opened.created_at,
            last_seen_at=opened.last_seen_at,
            ends_at=opened.expires_at,
            is_current=opened.token_hash == token_hash(token),
        )


class MembershipChoice(_Input):
    membership_id: Id


class PasswordChange(_Input):
    current: Password
    new: Password


class NewPassword(_Input):
    password: Password


class ResetAsk(_Input):
    username: Username


class LinkOpen(_Input):
    secret: Secret


class ResetRead(BaseModel):
    """What this browser asked for: the `code` to read out to a colleague, and from when it may set the password."""

    model_config = ConfigDict(
        json_schema_extra=example(
            state="asked", username="dounan", code="042117", effective_at=None, expires_at="2026-11-21T10:00:00+08:00"
        )
    )

    state: ResetState
    username: str = ""
    code: str | None = None
    effective_at: datetime | None = None
    expires_at: datetime | None = None

    @classmethod
    def of(cls, reset: PasswordReset | None, state: ResetState) -> "ResetRead":
        if reset is None:
            return cls(state=state)
        fields = ("username", "code", "effective_at", "expires_at")
        return cls(state=state, **{name: getattr(reset, name) for name in fields})


class SeatCreate(_Input):
    role: Role
    party_id: Id | None = None


class AccountCreate(_Input):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(
            username="dounan",
            display_name="斗南社区",
            memberships=[{"role": "committee", "party_id": 4}],
        ),
    )

    username: Username
    display_name: Name
    memberships: list[SeatCreate] = Field(min_length=1, max_length=20)


class AccountRead(BaseModel):
    model_config = ConfigDict(
        json_schema_extra=example(
            id=3,
            username="dounan",
            display_name="斗南社区",
            status="active",
            is_demonstration=False,
            created_at="2026-11-20T10:00:00+08:00",
            memberships=[],
            actions=["disable"],
        )
    )

    id: int
    username: str
    display_name: str
    status: AccountState
    is_demonstration: bool
    created_at: datetime
    memberships: list[SeatRead]
    actions: list[str]

    @classmethod
    def of(cls, seated: Seated, actor: Actor) -> "AccountRead":
        account, seats, headless = seated
        return cls(
            id=account.id,
            username=account.username,
            display_name=account.display_name,
            status=state_of(account),
            is_demonstration=account.is_demonstration,
            created_at=account.created_at,
            memberships=[SeatRead.in_need(seat, headless) for seat in seats],
            actions=actions(actor, account),
        )


class AccountInvited(AccountRead):
    """`link`: where the person sets the password, within seven days and once; it is told here and never again."""

    link: str

    @classmethod
    def with_link(cls, seated: Seated, actor: Actor, secret: str) -> "AccountInvited":
        return cls(**dict(AccountRead.of(seated, actor)), link=password_link(secret))


class DemonstrationAccount(BaseModel):
    """An account anybody may try; its password is the published one."""

    username: str
    display_name: str
    password: str
    role: Role
    party_zh: str | None
    party_en: str | None

    @classmethod
    def of(cls, seat: Membership) -> "DemonstrationAccount":
        return cls(
            username=seat.account.username,
            display_name=seat.account.display_name,
            password=DEMONSTRATION_PASSWORD,
            role=seat.role,
            party_zh=seat.party and seat.party.name_zh,
            party_en=seat.party and seat.party.english_name,
        )


class SessionRead(BaseModel):
    """Who is signed in, in which membership, until when; `at` is the server's clock, by which deadlines go.

    Nobody signed in: `role` is resident, `account_id` null. `demonstration_accounts` is empty where demonstration
    is switched off.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            account_id=3,
            username="committee",
            display_name="张桂芳",
            role="committee",
            current={
                "id": 7,
                "role": "committee",
                "area": "530114003004",
                "mandate": None,
                "party": {"id": 4, "kind": "committee", "name_zh": "斗南社区居民委员会", "name_en": ""},
            },
            memberships=[],
            ends_at="2026-11-20T22:00:00+08:00",
            at="2026-11-20T10:00:00+08:00",
            demonstration=True,
            demonstration_accounts=[],
            actions=["sign_out", "switch_membership", "change_password"],
        )
    )

    account_id: int | None = None
    username: str | None = None
    display_name: str | None = None
    role: Role = Role.resident
    current: MembershipRead | None = None
    memberships: list[MembershipRead] = []
    ends_at: datetime | None = None
    at: datetime
    demonstration: bool
    demonstration_accounts: list[DemonstrationAccount] = []
    actions: list[str] = session_actions(0)

    @classmethod
    def of(cls, seen: SessionSeen) -> "SessionRead":
        return cls(
            at=seen.at,
            demonstration=seen.demonstration is not None,
            demonstration_accounts=[DemonstrationAccount.of(seat) for seat in seen.demonstration or ()],
            **(_signed_in(seen.opened, seen.seats) if seen.opened else {}),
        )


def _signed_in(opened: OpenSession, seats: list[Membership]) -> dict[str, Any]:
    memberships = [MembershipRead.of(seat) for seat in seats]
    current = next(m for m in memberships if m.id == opened.current.id)
    return {
        "account_id": opened.account.id,
        "username": opened.account.username,
        "display_name": opened.account.display_name,
        "role": current.role,
        "current": current,
        "memberships": memberships,
        "ends_at": opened.ends_at,
        "actions": session_actions(len(seats)),
    }
