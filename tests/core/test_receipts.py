"""Receipt codes as they are made, and however they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.receipts import RECEIPT_ALPHABET, ReceiptMalformed, new_receipt_code, read_receipt_code


def test_a_receipt_code_has_eight_unmistakable_characters() -> None:
    codes = {new_receipt_code() for _ in range(500)}
    assert len(codes) == 500
    assert {len(code) for code in codes} == {8}
    assert set("".join(codes)) <= set(RECEIPT_ALPHABET)
    assert not set("01OIL") & set(RECEIPT_ALPHABET)


@given(st.text(RECEIPT_ALPHABET, min_size=8, max_size=8))
def test_a_receipt_code_is_read_however_it_is_typed(code: str) -> None:
    assert read_receipt_code(f" {code[:4].lower()}-{code[4:]} ") == code


@pytest.mark.parametrize("typed", ["", "ABCD234", "ABCD23456", "ABCD234O", "ABCD234!", "ＡＢＣＤ２３４５"])
def test_what_cannot_be_a_receipt_code_is_refused(typed: str) -> None:
    with pytest.raises(ReceiptMalformed):
        read_receipt_code(typed)
