"""Categories and populations on the wire: the reference that turns codes into labels."""

from pydantic import BaseModel

from app.matching.pinyin import spelled
from app.taxonomy.models import Category, Population


class CategoryRead(BaseModel):
    """`spelled`: how its Chinese names are pronounced, whole and by initials, so that pickers find it by that."""

    code: str
    parent_code: str | None
    level: int
    label_zh: str
    label_en: str
    synonyms: list[str]
    spelled: str

    @classmethod
    def of(cls, term: Category) -> "CategoryRead":
        given = {name: getattr(term, name) for name in cls.model_fields.keys() - {"spelled"}}
        return cls(**given, spelled=_sound(term))


class PopulationRead(BaseModel):
    """`spelled` as of categories."""

    code: str
    parent_code: str | None
    label_zh: str
    label_en: str
    age_min: int | None
    age_max: int | None
    synonyms: list[str]
    spelled: str

    @classmethod
    def of(cls, term: Population) -> "PopulationRead":
        given = {name: getattr(term, name) for name in cls.model_fields.keys() - {"spelled"}}
        return cls(**given, spelled=_sound(term))


def _sound(term: Category | Population) -> str:
    return " ".join(map(spelled, [term.label_zh, *term.synonyms]))
