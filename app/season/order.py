"""The rooms of a season in the order in which they come: a new one is a file in `rooms` and a line here."""

from app.season.delivery import (
    acceptance,
    engagements,
    evaluations,
    findings,
    payments,
    ratings,
    sessions,
    sources,
    spending,
    spot_draws,
)
from app.season.room import Room
from app.season.rooms import (
    awards,
    bids,
    contracts,
    needs,
    notices,
    offers,
    panels,
    parties,
    reference,
    selection,
    surveys,
)

ROOMS: tuple[Room, ...] = (
    reference.ROOM,
    parties.ROOM,
    needs.ROOM,
    offers.ROOM,
    surveys.ROOM,
    notices.ROOM,
    bids.ROOM,
    panels.ROOM,
    awards.ROOM,
    selection.ROOM,
    contracts.ROOM,
    engagements.ROOM,
    evaluations.ROOM,
    spending.ROOM,
    acceptance.ROOM,
    sessions.ROOM,
    findings.ROOM,
    payments.ROOM,
    spot_draws.ROOM,
    ratings.ROOM,
    sources.ROOM,
)
