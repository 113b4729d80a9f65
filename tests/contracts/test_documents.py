"""Contracts and results on paper: what stands in the PDF and in the Word file."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader

from app.core.days.calendar import SHANGHAI
from app.papers import fonts
from app.papers.blocks import Paper
from app.papers.contents import (
    ContractFacts,
    InstalmentLine,
    LotLines,
    ResultFacts,
    ResultLine,
    Side,
    TargetLine,
    capital_amount,
    contract_paper,
    result_paper,
    until,
)
from app.papers.fonts import ChineseTypeMissing
from app.papers.pdf import pdf
from app.papers.word import word
from app.papers.words import PURCHASE_RESULT

Write = Callable[[Paper], bytes]
Read = Callable[[bytes], str]
TYPED = '青年#eval("1+1")与$x$街坊*粗*@参照<b>\\陪伴'
CONTRACT = ContractFacts(
    number="CG-2018-01-B05",
    kind="公益创投项目",
    title="青年与街坊·联大社工站",
    basis="“首届呈贡区社会服务项目大赛”（编号 CG-2018-01）的评审结果和公示",
    lot="社区社工站（5个）",
    places="呈贡区洛龙街道联大社区居民委员会",
    purchaser=Side("昆明市呈贡区民政局"),
    contractor=Side("昆明市呈贡区邻里家社区营造中心", "52530114FIC0000245"),
    amount=Decimal(79_000),
    starts_on=date(2018, 8, 15),
    ends_on=date(2019, 7, 31),
    drafted_on=date(2018, 8, 7),
    instalments=(
        InstalmentLine("首款", Decimal("0.50"), Decimal(39_500), ("signing",)),
        InstalmentLine("中期款", Decimal("0.30"), Decimal(23_700), ("midterm_evaluation",)),
        InstalmentLine("尾款", Decimal("0.20"), Decimal(15_800), ("final_evaluation", "resident_acceptance")),
    ),
    targets=(TargetLine("高龄独居老人定期探访", "20 例"),),
    acceptance_answers=5,
    acceptance_share=Decimal("0.80"),
    demonstration=True,
)
RESULT = ResultFacts(
    number="CG-2018-01",
    title="首届呈贡区社会服务项目大赛",
    purchaser="昆明市呈贡区民政局",
    published_on=date(2018, 7, 30),
    notice_ends_on=date(2018, 8, 5),
    objections_end=datetime(2018, 8, 7, 0, 0, tzinfo=SHANGHAI),
    notice_rule="公示期 5 至 7 日",
    lots=(
        LotLines(
            title="社会服务项目（9个）",
            rule="按比例核减",
            budget=Decimal(180_000),
            lines=(
                ResultLine(
                    1, "乡音课堂", "昆明市呈贡区萤火社会工作服务中心", Decimal("88.40"), Decimal(20_500), "入选"
                ),
                ResultLine(2, "四〇三厂邻里", "佴家湾老街坊", Decimal("77.00"), None, "超出预算"),
            ),
            comparison=(("依次递补", 8, Decimal(166_000)), ("按比例核减", 9, Decimal(179_900))),
        ),
    ),
    sheets_counted=383,
    corrections=("B45 由 J2 评分，纸面合计 84.5，各项相加 74.5",),
    corrected=("P1 由 J1 评分，原总分 42.00，更正为 43.00；事由：评分畸高、畸低；评委申请，审计机构核准",),
    missing=("B15（J6）",),
    recusals=8,
    demonstration=False,
)


def pdf_text(content: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


def word_text(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    headers = [line.text for line in document.sections[0].header.paragraphs]
    return "".join("".join([*(p.text for p in document.paragraphs), *cells, *headers]).split())


@pytest.mark.parametrize(("write", "read"), [(pdf, pdf_text), (word, word_text)])
def test_a_contract_names_both_sides_the_amount_and_every_instalment(write: Write, read: Read) -> None:
    text = read(write(contract_paper(CONTRACT)))
    wanted = (
        "公益创投项目协议书",
        "昆明市呈贡区民政局",
        "昆明市呈贡区邻里家社区营造中心",
        "52530114FIC0000245",
        "人民币柒万玖仟元整",
        "79,000.00",
        "39,500.00",
        "23,700.00",
        "15,800.00",
        "末期评估通过，且服务对象验收认可后",
        "2018年8月15日至2019年7月31日",
        "演示数据/demonstrationdata",
    )
    assert [line for line in wanted if line not in text] == []


@pytest.mark.parametrize(("write", "read"), [(pdf, pdf_text), (word, word_text)])
def test_a_result_names_every_applicant_the_reason_and_the_rules_compared(write: Write, read: Read) -> None:
    text = read(write(result_paper(RESULT)))
    wanted = (
        "首届呈贡区社会服务项目大赛评审结果公示",
        "昆明市呈贡区萤火社会工作服务中心",
        "四〇三厂邻里",
        "佴家湾老街坊",
        "超出预算",
        "“依次递补”8个、166,000.00元；“按比例核减”9个、179,900.00元",
        "有效评分表383张",
        "至2018年8月5日止",
        "2018年8月6日24时前",
    )
    assert [line for line in wanted if line not in text] == []
    assert "演示数据" not in text


@pytest.mark.parametrize(("write", "read"), [(pdf, pdf_text), (word, word_text)])
def test_what_a_user_typed_stays_text(write: Write, read: Read) -> None:
    assert TYPED in read(write(contract_paper(replace(CONTRACT, title=TYPED))))


@pytest.mark.parametrize(("write", "read"), [(pdf, pdf_text), (word, word_text)])
def test_what_no_paper_can_hold_is_left_out(write: Write, read: Read) -> None:
    side = replace(CONTRACT.contractor, name="邻里\x01家\ufffe", address="斗南\x0b\u202e街道")
    text = read(write(contract_paper(replace(CONTRACT, title="青年\x00与\ud800街坊", contractor=side))))
    assert [word for word in ("青年与街坊", "邻里家", "斗南街道") if word not in text] == []


@pytest.mark.parametrize(("write", "read"), [(pdf, pdf_text), (word, word_text)])
def test_the_result_of_a_purchase_is_announced_in_the_words_of_procurement(write: Write, read: Read) -> None:
    won, lost = RESULT.lots[0].lines
    lots = (replace(RESULT.lots[0], lines=(replace(won, outcome=""), lost)),)
    text = read(write(result_paper(replace(RESULT, lots=lots, words=PURCHASE_RESULT))))
    wanted = ("中标（成交）结果公告", "中标（成交）项目1个", "名次服务项目供应商得分", "提出质疑", "采购人（盖章）")
    assert [line for line in wanted if line not in text] == []
    assert [line for line in ("资助", "申报", "立项", "异议") if line in text] == []


@pytest.mark.parametrize(("write", "read"), [(pdf, pdf_text), (word, word_text)])
def test_a_provisional_deadline_says_so_on_paper(write: Write, read: Read) -> None:
    assert "24时前（暂定：相应年度的放假安排尚未公布" in read(write(result_paper(replace(RESULT, provisional=True))))
    assert "暂定" not in read(write(result_paper(RESULT)))


def test_the_same_contract_gives_the_same_pdf() -> None:
    paper = contract_paper(CONTRACT)
    assert pdf(paper) == pdf(paper)


def test_a_signature_on_the_platform_shows_under_the_contract() -> None:
    signed = Side("昆明市呈贡区民政局", signed_by="王科长", signed_at=datetime(2018, 8, 15, 10, 0, tzinfo=SHANGHAI))
    assert "2018年8月15日由王科长在平台签署" in pdf_text(pdf(contract_paper(replace(CONTRACT, purchaser=signed))))


def test_a_long_result_repeats_its_header_on_every_page() -> None:
    line = ResultLine(1, "乡音课堂", "萤火社会工作服务中心", Decimal("88.40"), None, "未入选")
    lot = replace(RESULT.lots[0], lines=(line,) * 60)
    pages = PdfReader(io.BytesIO(pdf(result_paper(replace(RESULT, lots=(lot,)))))).pages
    assert ["申报单位得分" in "".join(page.extract_text().split()) for page in pages[:2]] == [True, True]


def test_without_chinese_type_the_refusal_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FAMILIES", ("No Such Type",))
    with pytest.raises(ChineseTypeMissing):
        pdf(contract_paper(CONTRACT))


def test_the_type_of_the_built_front_end_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts.settings(), "web_dir", tmp_path)
    (tmp_path / "fonts").mkdir()
    assert fonts.shipped_folders() == (tmp_path / "fonts",)


@pytest.mark.parametrize(
    ("amount", "capital"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("10", "壹拾元整"),
        ("1005", "壹仟零伍元整"),
        ("78500", "柒万捌仟伍佰元整"),
        ("80000", "捌万元整"),
        ("20030", "贰万零叁拾元整"),
        ("10050.30", "壹万零伍拾元叁角整"),
        ("12.05", "壹拾贰元零伍分"),
        ("1010000", "壹佰零壹万元整"),
        ("100010000.01", "壹亿零壹万元零壹分"),
    ],
)
def test_amounts_in_capital_numerals(amount: str, capital: str) -> None:
    assert capital_amount(Decimal(amount)) == capital


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ((2018, 8, 7, 0, 0), "2018年8月6日24时"),
        ((2018, 8, 7, 17, 0), "2018年8月7日17时"),
        ((2018, 8, 7, 9, 30), "2018年8月7日9时30分"),
    ],
)
def test_a_deadline_at_midnight_belongs_to_the_day_that_ends(end: tuple[int, int, int, int, int], words: str) -> None:
    assert until(datetime(*end, tzinfo=SHANGHAI)) == words
