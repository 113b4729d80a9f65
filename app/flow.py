"""When this has happened, that follows. Every reaction between rooms stands on this page.

Reactions run in the transaction of what they follow from, and do not set off further ones. They may insert anywhere,
but lock existing rows only in this order of rooms: surveys, needs, offers, selection, tenders, contracts.
"""

from app.contracts import service as contracts
from app.core.events import when
from app.needs import service as needs
from app.tenders.bids import service as bids
from app.tenders.notices import service as notices

when("pair.confirmed", needs.mark_matched, contracts.draft_from_pair)

when("tender.published", needs.mark_tendered)
when("tender.amended", bids.unsettle_bids)
when("bids.opened", notices.open_tender)
when("tender.cancelled", needs.release_needs)
when("tender.failed", needs.release_needs)

when("award.confirmed", contracts.draft_from_award)
when("contract.signed", needs.mark_contracted)
when("contract.completed", needs.fulfil_needs)
when("contract.terminated", needs.release_needs)
