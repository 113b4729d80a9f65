"""Who acts in a season: its bureaus, committees and organisations, found by the season's own numbers."""

from collections import Counter

from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.rules import DIGITS, AreaLevel
from app.core.actors import Actor, Role
from app.matching.ranking.records import area_prefix
from app.parties.models import Party
from app.parties.queries import find_party_by_ref
from app.parties.rules import PartyUnknown
from app.season.competition import asked_for
from app.season.files import Season

OPERATOR = Actor(None, Role.admin)
DISTRICT, CITY = DIGITS[AreaLevel.district], DIGITS[AreaLevel.city]


def district_of(season: Season) -> str:
    """The district that buys: the one named, else that of the lots' needs, else the one with the most needs, else the
    first of the areas."""
    competition = season.competition
    if competition.district_code:
        return competition.district_code
    place = {row["id"]: row["community_code"] for row in season.records("needs")}
    asked = [place[need] for need in asked_for(competition) if need in place]
    listed = [row["code"] for row in season.records("areas") if row["level"] == AreaLevel.district]
    counts = Counter(whole(code, DISTRICT) for code in asked or place.values() or listed[:1])
    return min(counts, key=lambda code: (-counts[code], code))


def districts_of(season: Season) -> list[str]:
    """Every district with needs, and the one that buys."""
    needs = {whole(row["community_code"], DISTRICT) for row in season.records("needs")}
    return sorted(needs | {district_of(season)})


def surveyed_areas(season: Season) -> dict[str, list[str]]:
    """Whose bureau surveys which communities: the district's if all lie in one, else that of each city."""
    codes = sorted({response.community_code for response in season.responses})
    digits = DISTRICT if len({whole(code, DISTRICT) for code in codes}) == 1 else CITY
    areas: dict[str, list[str]] = {}
    for code in codes:
        areas.setdefault(whole(code, digits), []).append(code)
    return areas


def whole(code: str, digits: int) -> str:
    """The area that the first digits of a code stand for."""
    return code[:digits].ljust(len(code), "0")


def bureau_ref(area: str) -> str:
    return f"bureau-{area}"


async def party_of(session: AsyncSession, season: Season, ref: str) -> Party:
    """The party that the season's files call `ref`."""
    party = await find_party_by_ref(session, ref, season.name)
    if party is None:
        raise PartyUnknown(party=ref)
    return party


async def purchaser_of(session: AsyncSession, season: Season, area: str = "") -> Actor:
    """The bureau of a district or city, by default the one that buys."""
    area = area or district_of(season)
    bureau = await party_of(session, season, bureau_ref(area))
    return Actor(None, Role.purchaser, bureau.id, area_prefix(area))


async def bidder_of(session: AsyncSession, season: Season, ref: str) -> Actor:
    return organization(await party_of(session, season, ref))


def organization(party: Party) -> Actor:
    return Actor(None, Role.organization, party.id)
