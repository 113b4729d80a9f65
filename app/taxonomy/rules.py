"""Service categories in three levels (01, 0101, 010101), populations in two (P01, P0101): codes nest by prefix."""

from app.core.errors import DomainError


class CategoryUnknown(DomainError):
    status = 422


class PopulationUnknown(DomainError):
    status = 422


class TermMalformed(DomainError):
    """A code that does not nest under its parent, or a blank label."""

    status = 422


def split_synonyms(text: str) -> list[str]:
    """Synonyms are written one after another with semicolons, Chinese or Latin."""
    return [word.strip() for word in text.replace("；", ";").split(";") if word.strip()]
