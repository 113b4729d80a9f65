"""Categories and populations on the wire: the reference that turns codes into labels."""

from pydantic import BaseModel

from app.taxonomy.models import Category, Population


class CategoryRead(BaseModel):
    code: str
    parent_code: str | None
    level: int
    label_zh: str
    label_en: str
    synonyms: list[str]

    @classmethod
    def of(cls, term: Category) -> "CategoryRead":
        return cls.model_validate(term, from_attributes=True)


class PopulationRead(BaseModel):
    code: str
    parent_code: str | None
    label_zh: str
    label_en: str
    age_min: int | None
    age_max: int | None
    synonyms: list[str]

    @classmethod
    def of(cls, term: Population) -> "PopulationRead":
        return cls.model_validate(term, from_attributes=True)
