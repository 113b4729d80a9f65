"""Applications to take part on the wire."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.core.actors import Actor
from app.core.fields import Code, Line, Name, Prose
from app.core.http.pages import password_link
from app.core.http.unit import example
from app.parties.rules import Admission, LegalKind, Newcomer
from app.registrations.models import Registration
from app.registrations.policy import actions, receipt_actions
from app.registrations.queries import RegistrationSeen
from app.registrations.rules import RegistrationStatus

GARDEN: dict[str, Any] = {
    "name_zh": "昆明市呈贡区花圃社会工作服务中心",
    "name_en": "",
    "legal_kind": "social_service_agency",
    "credit_code": "52530114MJX000001B",
    "area_code": "530114003000",
    "introduction": "在斗南街道开展为老服务和亲子活动。",
    "domain_codes": ["01"],
    "contact_name": "李花",
    "contact_phone": "0871-60000000",
}


Typed = Annotated[str, Line(100)]  # a receipt code, as its holder typed it


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RegistrationSubmit(_Input):
    """Legal persons, and only they, have a unified social credit code."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(**GARDEN))

    name_zh: Name
    name_en: Annotated[str, Line(200)] = ""
    legal_kind: LegalKind
    credit_code: Annotated[str, Line(18)] | None = None
    area_code: Code
    introduction: Annotated[str, Prose(4000, least=1)]
    domain_codes: list[Code] = Field(default=[], max_length=50)
    contact_name: Annotated[str, Line(100, least=1)]
    contact_phone: Annotated[str, Line(40, least=5, pattern=r"^[0-9+()\- ]*$")]

    def newcomer(self) -> Newcomer:
        return Newcomer(**self.model_dump(exclude={"contact_name", "contact_phone"}))


class RegistrationSubmitted(BaseModel):
    """The receipt code is shown only once; with it the application is followed and withdrawn."""

    model_config = ConfigDict(json_schema_extra=example(receipt_code="7KQ2M9XD"))

    receipt_code: str


class RegistrationAdmit(_Input):
    """The name of the first account, and of the person who uses it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(username="huapu", display_name="李花"))

    username: Annotated[str, Line(64, least=1)]
    display_name: Name


class RegistrationRefuse(_Input):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(reason="登记证书已过期，请换证后再申请。"))

    reason: Annotated[str, Prose(2000)]


class RegistrationFollowed(BaseModel):
    """What became of an application, for whoever holds its receipt."""

    model_config = ConfigDict(
        json_schema_extra=example(
            name_zh=GARDEN["name_zh"],
            status="submitted",
            submitted_at="2026-11-20T10:00:00+08:00",
            settled_at=None,
            reason="",
            actions=["withdraw"],
        )
    )

    name_zh: str
    status: RegistrationStatus
    submitted_at: datetime
    settled_at: datetime | None
    reason: str
    actions: list[str]

    @classmethod
    def of(cls, registration: Registration) -> "RegistrationFollowed":
        facts = {name: getattr(registration, name) for name in cls.model_fields.keys() - {"actions"}}
        return cls(**facts, actions=receipt_actions(registration.status))


class RegistrationRead(BaseModel):
    model_config = ConfigDict(
        json_schema_extra=example(
            id=3,
            **GARDEN,
            area_path=["呈贡区", "斗南街道"],
            status="submitted",
            submitted_at="2026-11-20T10:00:00+08:00",
            settled_at=None,
            reason="",
            party_id=None,
            actions=["admit", "refuse"],
        )
    )

    id: int
    name_zh: str
    name_en: str
    legal_kind: LegalKind
    credit_code: str | None
    area_code: str
    area_path: list[str]
    introduction: str
    domain_codes: list[str]
    contact_name: str
    contact_phone: str
    status: RegistrationStatus
    submitted_at: datetime
    settled_at: datetime | None
    reason: str
    party_id: int | None
    actions: list[str]

    @classmethod
    def seen_by(cls, actor: Actor, seen: RegistrationSeen) -> "RegistrationRead":
        registration, path = seen
        facts = {name: getattr(registration, name) for name in cls.model_fields.keys() - {"area_path", "actions"}}
        return cls(**facts, area_path=[area.name for area in path], actions=actions(actor, registration))


class RegistrationAdmitted(BaseModel):
    """`link`: where the person sets the password, within seven days and once; it is told here and never again."""

    model_config = ConfigDict(json_schema_extra=example(party_id=12, link=password_link("…")))

    party_id: int | None
    link: str

    @classmethod
    def of(cls, admission: Admission) -> "RegistrationAdmitted":
        return cls(party_id=admission.party_id, link=password_link(admission.secret))
