"""What was found, on the wire."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from app.core.http.unit import example
from app.search.queries import Group
from app.search.rules import Kind


class FoundRead(BaseModel):
    """`place`: district, street and community; `party`: who needs, offers or buys it; `excerpt`: the words around what
    was found beside the title."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    title_zh: str
    title_en: str
    status: str | None
    place: list[str]
    party_zh: str
    party_en: str
    excerpt: str


class GroupRead(BaseModel):
    """The nearest of one kind; `total`: how many the list of that kind shows for the same `q`."""

    model_config = ConfigDict(from_attributes=True)

    kind: Kind
    total: int
    items: list[FoundRead]


class SearchRead(BaseModel):
    """The kinds always stand in the same order, those with nothing found among them."""

    model_config = ConfigDict(
        json_schema_extra=example(
            groups=[
                {
                    "kind": "needs",
                    "total": 1,
                    "items": [
                        {
                            "id": 12,
                            "title_zh": "小学生放学后没人看护",
                            "title_en": "",
                            "status": "published",
                            "place": ["呈贡区", "斗南街道", "斗南社区居民委员会"],
                            "party_zh": "斗南社区居民委员会",
                            "party_en": "Dounan Residents' Committee",
                            "excerpt": "",
                        }
                    ],
                }
            ]
        )
    )

    groups: list[GroupRead]

    @classmethod
    def of(cls, groups: Iterable[Group]) -> "SearchRead":
        return cls(groups=[GroupRead.model_validate(group) for group in groups])
