"""draft --publish--> published --pause--> paused --resume--> published
draft | published | paused | expired --withdraw--> withdrawn

A published offer is `expired` when the last day on which it is available has passed: that follows from the date and
is never stored.
"""

from enum import StrEnum


class OfferStatus(StrEnum):
    draft = "draft"
    published = "published"
    paused = "paused"
    withdrawn = "withdrawn"
    expired = "expired"
