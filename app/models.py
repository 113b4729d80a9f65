"""Every room's tables in one place, for migrations and for the test that compares the two."""

import app.accounts.models
import app.areas.models
import app.assessments.models
import app.budgets.models
import app.contracts.models
import app.core.audit
import app.core.days.calendar_table
import app.core.db
import app.core.http.idempotency
import app.core.http.limits
import app.core.installation.queue
import app.core.installation.secret
import app.errands.models
import app.evaluations.models
import app.files.models
import app.findings.models
import app.inspections.models
import app.installation.models
import app.needs.models
import app.notifications.models
import app.offers.models
import app.parties.models
import app.rankings.models
import app.ratings.models
import app.records.models
import app.registrations.models
import app.season.models
import app.selection.models
import app.service_sessions.models
import app.surveys.questionnaires.models
import app.surveys.responses.models
import app.surveys.results.models
import app.surveys.waves.models
import app.taxonomy.models
import app.tenders.awards.models
import app.tenders.bids.models
import app.tenders.comparisons.models
import app.tenders.notices.models
import app.tenders.objections.models
import app.tenders.panels.models
import app.voices.models

TABLES = app.core.db.Base.metadata
