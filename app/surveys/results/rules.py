"""What has to be settled before a survey's results are drawn."""

from app.core.errors import DomainError


class WavesStillOpen(DomainError): ...


class ReviewsPending(DomainError):
    """Responses that nobody has confirmed or set aside would be missing from the results unseen."""
