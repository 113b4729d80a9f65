"""Who acts in a season: its bureaus, committees and organisations, found by the season's own numbers."""

from collections import Counter

from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.rules import DIGITS, AreaLevel
from app.core.actors import Actor, Role
from app.parties.models import Party
from app.parties.queries import PartyUnknown, find_party_by_ref, offices_of
from app.parties.rules import PartyKind
from app.season.files import Season

OPERATOR = Actor(None, Role.admin)
DISTRICT = DIGITS[AreaLevel.district]


def district_of(season: Season) -> str:
    """The district that buys: the one named, else that of the lots' items, else the one with the most needs."""
    competition = season.competition
    if competition.district_code:
        return competition.district_code
    place = {row["id"]: row["community_code"] for row in season.records("needs")}
    asked = [place[item.need_id] for lot in competition.lots for item in lot.items if item.need_id in place]
    counts = Counter(whole_district(code) for code in asked or place.values())
    return min(counts, key=lambda code: (-counts[code], code))


def districts_of(season: Season) -> list[str]:
    """Every district with needs, and the one that buys."""
    needs = {whole_district(row["community_code"]) for row in season.records("needs")}
    return sorted(needs | {district_of(season)})


def whole_district(code: str) -> str:
    return code[:DISTRICT].ljust(len(code), "0")


def bureau_ref(district: str) -> str:
    return f"bureau-{district}"


async def party_of(session: AsyncSession, season: Season, ref: str) -> Party:
    """The party that the season's files call `ref`."""
    party = await find_party_by_ref(session, ref, season.name)
    if party is None:
        raise PartyUnknown(party=ref)
    return party


async def purchaser_of(session: AsyncSession, season: Season, district: str = "") -> Actor:
    """The bureau of a district, by default the one that buys."""
    district = district or district_of(season)
    bureau = await party_of(session, season, bureau_ref(district))
    return Actor(None, Role.purchaser, bureau.id, district[:DISTRICT])


async def bidder_of(session: AsyncSession, season: Season, ref: str) -> Actor:
    return organization(await party_of(session, season, ref))


def organization(party: Party) -> Actor:
    return Actor(None, Role.organization, party.id)


async def committee_of(session: AsyncSession, community: str) -> Actor:
    committee = (await offices_of(session, PartyKind.committee, [community]))[community]
    return Actor(None, Role.committee, committee.id, community)
