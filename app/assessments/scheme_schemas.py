"""A scheme on the wire."""

from decimal import Decimal

from pydantic import BaseModel

from app.assessments.schemes import Scheme
from app.core.actors import Role


class SchemeGroupRead(BaseModel):
    code: str
    zh: str
    en: str
    weight: Decimal
    roles: list[Role]
    least: int
    source: str
    is_given: bool


class SchemeIndicatorRead(BaseModel):
    """A heading has no `maximum`; `groups`: who marks it, empty: all."""

    code: str
    parent: str
    zh: str
    en: str
    maximum: Decimal | None
    groups: list[str]
    source: str
    is_given: bool


class SchemeBandRead(BaseModel):
    """A grade, from `bound` points on, or (`is_from` false) above them."""

    code: str
    zh: str
    en: str
    bound: Decimal
    is_from: bool
    source: str


class SchemeExclusionRead(BaseModel):
    code: str
    zh: str
    en: str
    source: str


class SchemeRead(BaseModel):
    """The scheme as it was when the assessment was planned; `is_given` false: to be set by the district."""

    name: str
    version: str
    zh: str
    en: str
    source: str
    total: Decimal
    step: Decimal
    groups: list[SchemeGroupRead]
    indicators: list[SchemeIndicatorRead]
    bands: list[SchemeBandRead]
    exclusions: list[SchemeExclusionRead]

    @classmethod
    def of(cls, scheme: Scheme) -> "SchemeRead":
        return cls.model_validate(scheme, from_attributes=True)
