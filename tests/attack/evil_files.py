"""Files that are meant to harm whoever opens them, each built on the fly, with what must come of it.

`EVIL` lists them: `make()` gives the content, `name` the name under which it is uploaded, `kind` what it claims to be
(table, xlsform or json), `expected` either "read" or the code of the refusal. Where readers may rightly differ (a
broken part that one skips and the next refuses) it is "either". None may cost the server more than the limits of
`app/core/reading/foreign.py` say, and none may be answered by an error of the server.
"""

from tests.attack import evil_forms, evil_texts
from tests.attack.evil_workbooks import EVIL as EVIL
from tests.attack.evil_workbooks import Evil as Evil

assert evil_forms and evil_texts  # they have entered theirs
