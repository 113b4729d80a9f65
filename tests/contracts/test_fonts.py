"""Any text on paper: what goes in is found again in the PDF and in the Word file, or its code point stands for it."""

import io
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from app.core.settings import PROJECT
from app.core.texts import printable
from app.papers import fonts
from app.papers.blocks import Fields, Grid, Heading, Paper, Paragraph
from app.papers.fonts import type_for
from app.papers.pdf import pdf
from app.papers.word import word

CHINESE = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
RARE = st.sampled_from("〇㐂㑇䶮𠮷𪚥𬭊𰻝龘鿍①㊣☑✓¥—·éêß→≥㎡")
EMOJI = st.sampled_from(["😀", "👨‍👩‍👧", "👍🏻", "❤️", "🇨🇳", "⏰", "🏠"])
ELSEWHERE = st.sampled_from(["\ue000", "\uf8ff", "ꀀꀁ", "ཀ", "ก็", "ሀ", "\U0010fffd", "̈", "ẍ̧"])
CONTROL = st.sampled_from(["\x0b", "\x03", "\x07", "\uffff", "\ufdd0", "\U0001ffff", "\ud800"])
TYPED = st.sampled_from(
    ["#panic(1)", "$x$", "*粗*", "\\", "</w:t>", "[链接]", "@a", '"', "W" * 150, "https://a.cn/" + "x" * 90]
)
TEXTS = st.lists(st.one_of(CHINESE, RARE, EMOJI, ELSEWHERE, CONTROL, TYPED), min_size=1, max_size=12).map("".join)


def paper_of(*texts: str) -> Paper:
    blocks = (Heading(texts[0]), *map(Paragraph, texts), Fields(tuple(("内容", text) for text in texts)))
    grid = Grid(("内容", "数量"), tuple((text, text) for text in texts), (70, 30), frozenset({1}))
    return Paper((texts[0],), texts[0], date(2027, 1, 1), (*blocks, grid))


def seen(text: str) -> Counter[str]:
    """Every sign that has a form, in one spelling."""
    plain = unicodedata.normalize("NFKC", text)
    return Counter(sign for sign in plain if unicodedata.category(sign)[0] not in "ZCM" or not sign.isprintable())


def of_pdf(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def of_word(content: bytes) -> list[str]:
    return [line.text for line in docx.Document(io.BytesIO(content)).paragraphs]


@pytest.fixture(autouse=True, scope="module")
def no_type_of_this_machine() -> Iterator[None]:
    """Papers of tests are set in what travels with the product."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fonts, "SYSTEM", ())
        patched.setattr(fonts.settings(), "web_dir", Path("unbuilt"))
        yield


@settings(max_examples=10, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_what_goes_in_is_found_on_paper_or_stands_there_as_its_code_point(texts: list[str]) -> None:
    paper = paper_of(*texts)
    kept = [printable(text) for text in texts]
    shown = type_for("\n".join(kept)).spelled("\n".join(kept))
    assert seen(shown) - seen(of_pdf(pdf(paper))) == Counter()
    assert [text for text in kept if text.strip() and text not in of_word(word(paper))] == []


def test_a_character_without_type_is_told_in_the_paper_and_never_blank() -> None:
    text = of_pdf(pdf(paper_of("王𪚥的家\ue000")))
    assert "王[U+2A6A5]的家[U+E000]" in text
    assert "字库缺少以下字符" in text and "[U+E000]、[U+2A6A5]" in text.replace("\u200b", "").replace("\n", "")


def test_what_common_type_shows_needs_no_note_and_no_other_type() -> None:
    setting = type_for("四〇三厂邻里，助餐 20 人次（㎡）")
    assert (len(setting.families), setting.absent) == (1, frozenset())


def test_rare_characters_of_names_and_emoji_are_shown_by_what_travels_along() -> None:
    setting = type_for("𠮷野家😀四〇三")
    assert (set(setting.families[1:]), setting.absent) == ({"Noto Sans Japanese", "Noto Emoji"}, frozenset())


def test_what_travels_along_is_helped_out_by_the_type_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chinese, japanese = PROJECT / "frontend" / "node_modules", tmp_path / "japanese"
    japanese.symlink_to(chinese / fonts.PACKAGES[1])
    monkeypatch.setattr(fonts, "shipped_folders", lambda: (chinese / fonts.PACKAGES[0],))
    assert type_for("𠮷").absent == {"𠮷"}
    monkeypatch.setattr(fonts, "SYSTEM", (japanese,))
    assert type_for("𠮷").absent == frozenset()


def test_a_letter_and_its_mark_are_shown_by_one_face_or_spelled() -> None:
    setting = type_for("家\u0e4a")
    assert setting.spelled("家\u0e4a") == "家[U+0E4A]"


def test_a_word_longer_than_its_line_stays_on_the_page() -> None:
    page = PdfReader(io.BytesIO(pdf(paper_of("W" * 200)))).pages[0]
    places: list[float] = []
    page.extract_text(visitor_text=lambda text, cm, tm, font, size: places.append(tm[4]) if "W" in text else None)
    assert len(places) > 12
