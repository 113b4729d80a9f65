"""When this has happened, that follows; what may carry files or records, and who answers for it; what open pages
follow, and which events change it. Every bond between rooms that does not run downwards stands on this page.

Reactions run in the transaction of what they follow from, and do not set off further ones. They may insert anywhere.
Locks: a use case locks its own subject first; a reaction then locks rows of earlier rooms, by number. Nothing holding
a row of an earlier room (a need) goes on to lock one of a later room (a tender, a contract), so no two can deadlock.
"""

from app.accounts import service as accounts
from app.assessments import service as assessments
from app.assessments.policy import of_subjects
from app.assessments.rules import SubjectKind
from app.budgets import attaching as budget_files
from app.contracts import acceptance
from app.contracts import attaching as contract_files
from app.contracts import service as contracts
from app.core.events import changing, when
from app.core.http.changes import followed, followed_as_own
from app.errands import jobs as errands
from app.errands.models import Errand
from app.evaluations import policy as evaluation_policy
from app.evaluations import queries as evaluation_queries
from app.files.keeping import held_by
from app.files.policy import hang_on
from app.files.rules import Holder
from app.findings import attaching as finding_files
from app.installation import jobs as checks
from app.jobs import policy as jobs
from app.needs import attaching as need_files
from app.needs import service as needs
from app.notifications import policy as inboxes
from app.notifications import service as notifications
from app.notifications.occasions import OCCASIONS
from app.offers import attaching as offer_files
from app.parties import queries as party_queries
from app.parties import recording
from app.parties import service as parties
from app.records import service as records
from app.records.policy import of_parties
from app.service_sessions import attaching as session_files
from app.surveys.waves import policy as waves
from app.tenders.awards import policy as results
from app.tenders.awards import service as awards
from app.tenders.bids import attaching as bid_files
from app.tenders.bids import service as bids
from app.tenders.comparisons import jobs as pricing
from app.tenders.comparisons import service as comparisons
from app.tenders.notices import service as notices
from app.tenders.objections import service as objections
from app.tenders.panels import attaching as panel_files
from app.tenders.panels import policy as panels
from app.voices import service as voices

when("registration.admitted", parties.admit_newcomer, accounts.invite_first)
when("party.imported", records.keep_enrolled)

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
when("result.proposed", comparisons.keep_agreement)
when("inclusion.asked", pricing.start_pricing)
when("audit_check.asked", checks.start_check)
when("errand.asked", errands.start_errand)

when("contract.signed", needs.hold_as("contracted", by="contract", after=("matched", "tendered")))
when("contract.completed", needs.fulfil_needs)
when("finding.raised", contracts.hold_payments)
when("finding.accepted", contracts.release_payments)
when("finding.waived", contracts.release_payments)
when("audit_report.signed", contracts.take_audit)
when("contract.terminated", needs.release_needs, assessments.give_up(SubjectKind.contract, "id"))
when("engagement.ended", assessments.give_up(SubjectKind.contract, "contract_id", "party_id"))
when("evaluation.begun", assessments.plan_assessment)
when("evaluation_report.signed", assessments.announce_assessment, contracts.take_evaluation)
when("evaluation.confirmed", assessments.confirm_assessment)

when("rating.admitted", assessments.plan_assessment)
when("rating.announced", assessments.announce_assessment)
when("rating.confirmed", assessments.confirm_assessment, records.keep_ruling)
when("rating.lowered", assessments.lower_assessment, records.keep_ruling)
when("rating.revoked", assessments.revoke_assessment, records.keep_ruling)
when("rating.rectified", records.keep_ruling)
when("rating.passed", records.keep_ruling)
when("rating.failed", records.keep_ruling)
when("inspection.recorded", records.keep_ruling)

# The only locks that go upwards: a wave, then the contract that it speaks for. What holds a contract locks no wave.
when("voice.asked", acceptance.await_wave)
when("wave.closed", voices.for_the_contract(acceptance.keep_voice, acceptance.keep_willingness))
when("meeting.heard", acceptance.keep_willingness)

# Last of all, when everything else has followed: people are told. Each event and whom it concerns stand in OCCASIONS.
for event, occasion in OCCASIONS.items():
    when(event, notifications.telling(event, occasion))

of_parties(recording.read_holder, recording.lock_holder)
of_subjects(SubjectKind.party, party_queries.party_names)
of_subjects(SubjectKind.contract, evaluation_queries.contract_names, evaluation_policy.who_sits)

held_by(Errand.sha256)
hang_on(Holder.need, need_files.access, need_files.read_verbs)
hang_on(Holder.offer, offer_files.access, offer_files.read_verbs)
hang_on(Holder.bid, bid_files.access, bid_files.read_verbs, panel_files.read_verbs)
hang_on(Holder.contract, contract_files.access, contract_files.read_verbs)
hang_on(Holder.milestone, contract_files.access_milestone, contract_files.read_milestone_verbs)
hang_on(Holder.finding, finding_files.access, finding_files.read_verbs)
hang_on(Holder.statement, budget_files.access, budget_files.read_verbs)
hang_on(Holder.service_session, session_files.access, session_files.read_verbs)

followed("wave", waves.read_wave)
followed("panel", panels.read_sheets)
followed("comparison", results.read_result)
followed_as_own("jobs", jobs.told_as)
followed_as_own("notifications", lambda actor: [inboxes.inbox_of(actor.account_id)])

# Topic, and which attribute of the subject is its number → the events that change it. Steps of jobs are no events: they
# tell it themselves, as does whatever is written in an inbox.
CHANGES = {
    ("wave", "wave_id"): (
        "response.submitted",
        "response.corrected",
        "response.withdrawn",
        "response.entered",
        "response.confirmed",
        "response.invalidated",
        "response.marked_duplicate",
        "response.restored",
    ),
    ("wave", "id"): (
        "wave.edited",
        "wave.opened",
        "wave.closed",
        "questionnaires.issued",
        "tokens.made",
        "sheets.made",
        "sheets.issued",
        "responses.imported",
        "responses.confirmed",
    ),
    ("panel", "tender_id"): (
        "interests.declared",
        "sheet.saved",
        "sheet.delivered",
        "sheet.entered",
        "sheet.confirmed",
        "sheet.imported",
        "reopening.asked",
        "reopening.approved",
        "reopening.refused",
        "scoring.closed",
    ),
}
for (topic, number), events in CHANGES.items():
    for event in events:
        when(event, changing(topic, number))
