"""The fairness of a round on the wire."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from app.core.http.unit import example
from app.matching.allocation.fairness import Fairness, Tally

TALLY = {
    "members": 12,
    "mutual": 11,
    "matched": 9,
    "places": 12,
    "taken": 9,
    "share": "0.750",
    "mean_rank": "1.33",
    "few": False,
}


class TallyRead(BaseModel):
    """`share`: matched of all members; `mean_rank`: of the partners got, from 1, as the members ranked them; `few`:
    fewer than five members, so the figures say more about chance than about the round."""

    model_config = ConfigDict(json_schema_extra=example(**TALLY))

    members: int
    mutual: int
    matched: int
    places: int
    taken: int
    share: Decimal | None
    mean_rank: Decimal | None
    few: bool

    @classmethod
    def of(cls, tally: Tally) -> "TallyRead":
        return cls(**{name: getattr(tally, name) for name in cls.model_fields})


class AreaTallyRead(BaseModel):
    """Needs of one district (`area`: 6 digits) or street (9 digits), with its name in the register."""

    area: str
    name: str
    tally: TallyRead


class SizeTallyRead(BaseModel):
    """Offers of organisations of one size."""

    size: Literal["small", "large"]
    tally: TallyRead


class FairnessRead(BaseModel):
    """As proposed, before anybody answered. Organisations are small that put in at most `small_up_to` places, which is
    what the median organisation of the round did."""

    model_config = ConfigDict(
        json_schema_extra=example(
            needs=TALLY,
            offers=TALLY,
            by_district=[{"area": "530114", "name": "呈贡区", "tally": TALLY}],
            by_street=[{"area": "530114003", "name": "斗南街道", "tally": TALLY}],
            by_size=[{"size": "large", "tally": TALLY}, {"size": "small", "tally": TALLY}],
            small_up_to=2,
        )
    )

    needs: TallyRead
    offers: TallyRead
    by_district: list[AreaTallyRead]
    by_street: list[AreaTallyRead]
    by_size: list[SizeTallyRead]
    small_up_to: int

    @classmethod
    def of(cls, report: Fairness, names: dict[str, str]) -> "FairnessRead":
        def areas(tallies: tuple[Tally, ...]) -> list[AreaTallyRead]:
            return [AreaTallyRead(area=t.group, name=names.get(t.group, ""), tally=TallyRead.of(t)) for t in tallies]

        sizes = [{"size": each.group, "tally": TallyRead.of(each)} for each in report.by_size]
        return cls(
            needs=TallyRead.of(report.needs),
            offers=TallyRead.of(report.offers),
            by_district=areas(report.by_district),
            by_street=areas(report.by_street),
            by_size=[SizeTallyRead.model_validate(size) for size in sizes],
            small_up_to=report.small_up_to,
        )
