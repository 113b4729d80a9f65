"""When this has happened, that follows; what may carry files, and who answers for it. Every bond between rooms that
does not run downwards stands on this page.

Reactions run in the transaction of what they follow from, and do not set off further ones. They may insert anywhere.
Locks: a use case locks its own subject first; a reaction then locks rows of earlier rooms, by number. Nothing holding
a row of an earlier room (a need) goes on to lock one of a later room (a tender, a contract), so no two can deadlock.
"""

from app.accounts import service as accounts
from app.contracts import attaching as contract_files
from app.contracts import service as contracts
from app.core.events import when
from app.files.policy import hang_on
from app.files.rules import Holder
from app.installation import jobs as checks
from app.needs import attaching as need_files
from app.needs import service as needs
from app.notifications import service as notifications
from app.notifications.occasions import OCCASIONS
from app.offers import attaching as offer_files
from app.parties import service as parties
from app.tenders.awards import service as awards
from app.tenders.bids import attaching as bid_files
from app.tenders.bids import service as bids
from app.tenders.comparisons import jobs as pricing
from app.tenders.comparisons import service as comparisons
from app.tenders.notices import service as notices
from app.tenders.objections import service as objections
from app.tenders.panels import attaching as panel_files

when("registration.admitted", parties.admit_newcomer, accounts.invite_first)

when("survey.frozen", needs.forget_withheld)

when("pair.confirmed", needs.hold_as("matched", by="match", after=("published",)), contracts.draft_from_pair)

when("tender.published", needs.hold_as("tendered", by="tender", after=("published", "matched")))
when("tender.amended", bids.unsettle_bids)
when("bids.opened", notices.open_tender, needs.release_needs)
when("bid.recorded_late", notices.note_late_bid)
when("bids.prequalified", notices.note_prequalified, needs.release_needs)
when("offers.opened", notices.note_final_offers, needs.release_needs)
when("tender.cancelled", needs.release_needs)
when("tender.failed", needs.release_needs)

when("award.confirmed", contracts.draft_from_award)
when("result.confirmed", notices.award_tender)
when("result.published", objections.for_each_unanswered(awards.hold_awards))
when("objection.filed", awards.hold_awards)
when("objection.rejected", awards.release_awards)
when("objection.withdrawn", awards.release_awards)
when("objection.accepted", awards.revoke_awards)
when("result.proposed", comparisons.keep_contests)
when("inclusion.asked", pricing.start_pricing)
when("audit_check.asked", checks.start_check)

when("contract.signed", needs.hold_as("contracted", by="contract", after=("matched", "tendered")))
when("contract.completed", needs.fulfil_needs)
when("contract.terminated", needs.release_needs)

# Last of all, when everything else has followed: people are told. Each event and whom it concerns stand in OCCASIONS.
for event, occasion in OCCASIONS.items():
    when(event, notifications.telling(event, occasion))

hang_on(Holder.need, need_files.access, need_files.read_verbs)
hang_on(Holder.offer, offer_files.access, offer_files.read_verbs)
hang_on(Holder.bid, bid_files.access, bid_files.read_verbs, panel_files.read_verbs)
hang_on(Holder.contract, contract_files.access, contract_files.read_verbs)
hang_on(Holder.milestone, contract_files.access_milestone, contract_files.read_milestone_verbs)
