"""Areas on the wire: a code with the names of where it lies."""

from pydantic import BaseModel, ConfigDict

from app.areas.models import Area
from app.areas.rules import AreaLevel
from app.core.http.unit import example


class AreaRead(BaseModel):
    """`path` names the area and what it lies in, district first."""

    model_config = ConfigDict(
        json_schema_extra=example(
            code="530114003004",
            scheme="CN-NBS-2023",
            name="斗南社区居民委员会",
            level="community",
            path=["呈贡区", "斗南街道", "斗南社区居民委员会"],
        )
    )

    code: str
    scheme: str
    name: str
    level: AreaLevel
    path: list[str]

    @classmethod
    def of(cls, path: list[Area]) -> "AreaRead":
        *_, area = path
        names = [step.name for step in path]
        return cls(code=area.code, scheme=area.scheme, name=area.name, level=area.level, path=names)
