"""Parties, accounts and sessions on the wire."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.areas.models import Area
from app.core.actors import Actor, Role
from app.core.clock import today
from app.core.fields import Code, Exact, Id, Line, Prose
from app.core.web import example
from app.parties.models import Account, AccountSession, Party
from app.parties.policy import account_actions, actions, state_of
from app.parties.queries import OpenSession, Seat
from app.parties.rules import (
    AccountState,
    FourLevel,
    Inspection,
    LegalKind,
    PartyBuilding,
    PartyKind,
    RatingA,
    is_in_rectification,
    token_hash,
)

Name = Annotated[str, Line(200, least=1)]
Ref = Annotated[str, Line(100, least=1)]
Password = Annotated[str, Exact(200)]
Username = Annotated[str, Line(64, least=1)]

FIREFLY = {
    "id": 12,
    "kind": "organization",
    "legal_kind": "social_service_agency",
    "ref": "G01",
    "name_zh": "昆明市呈贡区萤火社会工作服务中心",
    "name_en": "Firefly Social Work Service Centre",
    "area_code": "530114000000",
    "area_path": ["呈贡区"],
    "rating_a": "4A",
    "rating_four_level": "excellent",
    "rating_year": 2015,
    "in_rectification": False,
    "is_fictional": True,
}


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Registration(_Input):
    name_zh: Name
    name_en: Annotated[str, Line(200)] = ""
    area_code: Code | None = None
    credit_code: Annotated[str, Line(100)] | None = None
    ref: Ref | None = None
    is_fictional: bool = False


class PartyCreate(_Registration):
    """An office, a firm or a registered organisation; organisations, and only they, have a legal kind."""

    kind: PartyKind
    legal_kind: LegalKind | None = None


class ApplicantCreate(_Registration):
    """Somebody who may apply without being a registered social organisation."""

    legal_kind: LegalKind


class PartyUpdate(_Input):
    """What a party says of itself. The phone and mail are the office's, since everybody reads them."""

    introduction: Annotated[str, Prose(4000)] | None = None
    office_phone: Annotated[str, Line(40, pattern=r"^[0-9+()\- ]*$")] | None = None
    office_email: Annotated[str, Line(200, pattern=r"^([^@\s]+@[^@\s]+)?$")] | None = None
    address: Annotated[str, Line(300)] | None = None


class PartyRow(BaseModel):
    """`area_path` names the district, street and community; `in_rectification` is true of today."""

    model_config = ConfigDict(json_schema_extra=example(**FIREFLY))

    id: int
    kind: PartyKind
    legal_kind: LegalKind | None
    ref: str | None
    name_zh: str
    name_en: str
    area_code: str | None
    area_path: list[str]
    rating_a: RatingA | None
    rating_four_level: FourLevel | None
    rating_year: int | None
    in_rectification: bool
    is_fictional: bool

    @classmethod
    def of(cls, party: Party, path: list[Area], at: datetime) -> "PartyRow":
        return cls(**_row(party, path, at))


class PartyRead(PartyRow):
    model_config = ConfigDict(
        json_schema_extra=example(
            **FIREFLY,
            version=3,
            credit_code="52530114FIC4265776",
            founded="2014-05",
            staff=22,
            social_workers=17,
            certified_social_workers=12,
            qualifications=["民非登记证书", "具备社工督导能力"],
            domain_codes=["01", "0104", "0402"],
            rectification=None,
            rectification_from=None,
            rectification_until=None,
            annual_inspection="qualified",
            annual_inspection_year=2017,
            party_building="own_branch",
            introduction="在呈贡区从事社区为老服务和社区营造。",
            office_phone="0871-60000000",
            office_email="office@firefly.example",
            address="昆明市呈贡区斗南街道",
            actions=["edit"],
        )
    )

    version: int
    credit_code: str | None
    founded: str | None
    staff: int | None
    social_workers: int | None
    certified_social_workers: int | None
    qualifications: list[str]
    domain_codes: list[str]
    rectification: str | None
    rectification_from: date | None
    rectification_until: date | None
    annual_inspection: Inspection | None
    annual_inspection_year: int | None
    party_building: PartyBuilding | None
    introduction: str
    office_phone: str
    office_email: str
    address: str
    actions: list[str]

    @classmethod
    def seen(cls, party: Party, path: list[Area], at: datetime, actor: Actor) -> "PartyRead":
        """The whole party, with what `actor` may do to it."""
        own = {
            name: getattr(party, name) for name in cls.model_fields.keys() - PartyRow.model_fields.keys() - {"actions"}
        }
        return cls(**_row(party, path, at), **own, actions=actions(actor, party))


def _row(party: Party, path: list[Area], at: datetime) -> dict[str, Any]:
    derived = {"area_path", "in_rectification"}
    row = {name: getattr(party, name) for name in PartyRow.model_fields.keys() - derived}
    row["area_path"] = [area.name for area in path]
    row["in_rectification"] = is_in_rectification(
        party.rectification, party.rectification_from, party.rectification_until, today(at)
    )
    return row


class Imported(BaseModel):
    model_config = ConfigDict(json_schema_extra=example(count=60))

    count: int


class PartyBrief(BaseModel):
    id: int
    kind: PartyKind
    name_zh: str
    name_en: str


class MembershipRead(BaseModel):
    """In which role and for whom; `area` is the prefix of the codes answered for ("" = none)."""

    id: int
    role: Role
    area: str
    party: PartyBrief | None

    @classmethod
    def of(cls, seat: Seat) -> "MembershipRead":
        m, p = seat
        party = PartyBrief(id=p.id, kind=p.kind, name_zh=p.name_zh, name_en=p.name_en) if p else None
        return cls(id=m.id, role=m.role, area=m.area, party=party)


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


class PasswordReset(_Input):
    password: Password


class SeatCreate(_Input):
    role: Role
    party_id: Id | None = None


class AccountCreate(_Input):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(
            username="dounan",
            display_name="斗南社区",
            password="long enough to keep",
            memberships=[{"role": "committee", "party_id": 4}],
        ),
    )

    username: Username
    display_name: Name
    password: Password
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
            actions=["disable", "reset_password"],
        )
    )

    id: int
    username: str
    display_name: str
    status: AccountState
    is_demonstration: bool
    created_at: datetime
    memberships: list[MembershipRead]
    actions: list[str]

    @classmethod
    def of(cls, account: Account, seats: list[Seat], actor: Actor) -> "AccountRead":
        return cls(
            id=account.id,
            username=account.username,
            display_name=account.display_name,
            status=state_of(account),
            is_demonstration=account.is_demonstration,
            created_at=account.created_at,
            memberships=[MembershipRead.of(seat) for seat in seats],
            actions=account_actions(actor, account),
        )


class DemonstrationAccount(BaseModel):
    """An account anybody may try; its password is the published one."""

    username: str
    display_name: str
    password: str
    role: Role
    party_zh: str | None
    party_en: str | None


class SessionRead(BaseModel):
    """Who is signed in, in which membership, until when; `at` is the server's clock, by which deadlines go.

    Nobody signed in: `role` is resident, `account_id` null. `demonstration_accounts` is empty where demonstration
    is switched off.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            account_id=3,
            username="committee",
            display_name="社区居委会 Committee",
            role="committee",
            current={
                "id": 7,
                "role": "committee",
                "area": "530114003004",
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
    actions: list[str] = ["sign_in"]

    def signed_in(self, opened: OpenSession, seats: list[Seat]) -> "SessionRead":
        """This reading, with the account that holds the session."""
        memberships = [MembershipRead.of(seat) for seat in seats]
        current = next(m for m in memberships if m.id == opened.current.id)
        verbs = ["sign_out", *(["switch_membership"] if len(seats) > 1 else []), "change_password"]
        return self.model_copy(
            update={
                "account_id": opened.account.id,
                "username": opened.account.username,
                "display_name": opened.account.display_name,
                "role": current.role,
                "current": current,
                "memberships": memberships,
                "ends_at": opened.ends_at,
                "actions": verbs,
            }
        )
