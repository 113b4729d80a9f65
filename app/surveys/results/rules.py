"""What has to be settled before a survey's results are drawn."""

from app.core.errors import DomainError


class WavesStillOpen(DomainError): ...


class ReviewsPending(DomainError):
    """Responses that nobody has reviewed would be missing from the results without a trace."""
