"""Categories and populations on the wire: the reference that turns codes into labels."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from app.core.fields import Line, Prose
from app.core.http.unit import example
from app.matching.pinyin import spelled
from app.matching.ranking.suggestions import Suggestion, Suggestions
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


class TermsSuggest(BaseModel):
    """What has been written of a need or an offer so far."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=example(title="中午给老人送饭", description="老人下楼不便，希望送饭上门。")
    )

    title: Annotated[str, Line(2000)] = ""
    description: Annotated[str, Prose(20_000)] = ""


class TermSuggested(BaseModel):
    """`words` of the text, in simplified characters, that it was read from."""

    code: str
    words: list[str]

    @classmethod
    def of(cls, suggestion: Suggestion) -> "TermSuggested":
        return cls(code=suggestion.code, words=list(suggestion.words))


class TermsSuggested(BaseModel):
    """The likeliest first, at most three of each; none where no word speaks for one."""

    categories: list[TermSuggested]
    populations: list[TermSuggested]

    @classmethod
    def of(cls, found: Suggestions) -> "TermsSuggested":
        return cls(
            categories=[TermSuggested.of(each) for each in found.categories],
            populations=[TermSuggested.of(each) for each in found.populations],
        )


def _sound(term: Category | Population) -> str:
    return " ".join(map(spelled, [term.label_zh, *term.synonyms]))
