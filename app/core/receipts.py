"""Receipt codes: by one a person without an account finds again what they handed in. Only a keyed hash is kept."""

import re
import secrets

from app.core.errors import DomainError


class ReceiptMalformed(DomainError):
    status = 422


RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 O 1 I L, which people misread
RECEIPT_LENGTH = 8
_RECEIPT = re.compile(f"[{RECEIPT_ALPHABET}]{{{RECEIPT_LENGTH}}}")


def new_receipt_code() -> str:
    """One of 31^8 = 8.5 × 10^11 codes: too many to guess when tries are limited."""
    return "".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(RECEIPT_LENGTH))


def read_receipt_code(typed: str) -> str:
    """The code as issued, whatever case, spaces and hyphens it was typed with."""
    code = re.sub(r"[\s-]", "", typed).upper()
    if not _RECEIPT.fullmatch(code):
        raise ReceiptMalformed()
    return code
