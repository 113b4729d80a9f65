"""Parties on the wire."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from app.core.actors import Actor
from app.core.fields import Code, Line, Name, Prose
from app.core.http.unit import example
from app.core.reading.sheets import Sheet
from app.parties.policy import actions, sees_account
from app.parties.queries import Listed, PartySeen
from app.parties.rules import LegalKind, PartyKind
from app.records.rules import FourLevel, Inspection, PartyBuilding, RatingA, RecordKind

Ref = Annotated[str, Line(100, least=1)]

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
    """What a party says of itself. The phone and mail are the office's, since everybody reads them; the bank account
    is read by the party alone, and stands in its contracts."""

    introduction: Annotated[str, Prose(4000)] | None = None
    office_phone: Annotated[str, Line(40, pattern=r"^[0-9+()\- ]*$")] | None = None
    office_email: Annotated[str, Line(200, pattern=r"^([^@\s]+@[^@\s]+)?$")] | None = None
    address: Annotated[str, Line(300)] | None = None
    legal_representative: Annotated[str, Line(100)] | None = None
    bank_name: Annotated[str, Line(200)] | None = None
    bank_account: Annotated[str, Line(40, pattern=r"^[0-9\- ]*$")] | None = None


SHEET = Sheet(
    ("社会组织", "organizations"),
    {
        "ref": ("编号", "Number"),
        "name": ("名称", "Name"),
        "legal_kind": ("组织形式", "Legal form"),
        "area_code": ("区划代码", "Area code"),
        "area": ("所在区域", "Area"),
        "rating_a": ("社会组织评估等级", "National grade"),
        "rating_four_level": ("四级评定", "Four-level grade"),
        "rating_year": ("评估年份", "Year of the grade"),
        "in_rectification": ("整改期内", "In rectification"),
        "is_fictional": ("演示单位", "Of the demonstration"),
    },
)


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
    def of(cls, seen: PartySeen) -> "PartyRow":
        return cls(**_row(seen))

    @classmethod
    def said_of(cls, seen: PartySeen) -> dict[str, Any]:
        """As a row of `SHEET`."""
        row = cls.of(seen)
        answers = {name: str(getattr(row, name)).lower() for name in ("in_rectification", "is_fictional")}
        return {**dict(row), **answers, "area": "/".join(row.area_path)}


class BarRead(BaseModel):
    """Because of this record it may not bid up to `until`, or until a rectification is passed. `is_given`: a paper says
    so; otherwise the term is to be set by the district."""

    model_config = ConfigDict(from_attributes=True)

    kind: RecordKind
    value: str
    until: date | None
    is_given: bool


class PartyRead(PartyRow):
    """`bars`: what keeps it from bidding today; where there is nothing, it may bid as far as its records tell."""

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
            bars=[],
            introduction="在呈贡区从事社区为老服务和社区营造。",
            office_phone="0871-60000000",
            office_email="office@firefly.example",
            address="昆明市呈贡区斗南街道",
            legal_representative="李萤",
            bank_name="",
            bank_account="",
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
    bars: list[BarRead]
    introduction: str
    office_phone: str
    office_email: str
    address: str
    legal_representative: str
    bank_name: str
    bank_account: str
    actions: list[str]

    @classmethod
    def seen_by(cls, actor: Actor, seen: PartySeen) -> "PartyRead":
        """The whole party, with what `actor` may do to it; its bank account only where `actor` acts for it."""
        party, own = seen.party, cls.model_fields.keys() - PartyRow.model_fields.keys() - {"actions"}
        hidden = {} if sees_account(actor, party) else {"bank_name": "", "bank_account": ""}
        return cls(**_row(seen), **_facts(seen, own) | hidden, actions=actions(actor, party))


def _row(seen: PartySeen) -> dict[str, Any]:
    path = [area.name for area in seen.path]
    return _facts(seen, PartyRow.model_fields.keys() - {"area_path"}) | {"area_path": path}


def _facts(seen: PartySeen, names: Iterable[str]) -> dict[str, Any]:
    """Each from the records where they know it, else from the party itself."""
    known = vars(seen.register)
    return {name: known[name] if name in known else getattr(seen.party, name) for name in names}


class Imported(BaseModel):
    model_config = ConfigDict(json_schema_extra=example(count=60))

    count: int


class ListedRead(BaseModel):
    """`kind`: which list; `value`: on what ground; `requirement`: what leads off it, by when; shown until when."""

    id: int
    party_id: int
    party_zh: str
    party_en: str
    kind: RecordKind
    value: str
    issuer: str
    source: str
    valid_from: date | None
    requirement: str
    due_on: date | None
    shown_until: date | None

    @classmethod
    def of(cls, listed: Listed) -> "ListedRead":
        own = cls.model_fields.keys() - {"party_zh", "party_en"}
        said = {name: getattr(listed.record, name) for name in own}
        return cls(**said, party_zh=listed.name.zh, party_en=listed.name.en)


class CoverageRead(BaseModel):
    """Of the `registered` organisations, those that a Party organisation covers and those that Party work does."""

    model_config = ConfigDict(json_schema_extra=example(registered=45, organised=22, worked_with=35))

    registered: int
    organised: int
    worked_with: int
