"""Every room's tables in one place, for migrations and for the test that compares the two."""

import app.areas.models
import app.core.audit
import app.core.db
import app.core.web
import app.parties.models
import app.taxonomy.models

TABLES = app.core.db.Base.metadata
