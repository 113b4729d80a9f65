"""Setting a paper as PDF: Typst, with Chinese type. What people typed travels as JSON and stays text."""

import json
from dataclasses import asdict
from datetime import datetime, time
from functools import cache
from pathlib import Path

import typst

from app.contracts.blocks import DEMONSTRATION, Paper
from app.core.calendar import SHANGHAI
from app.core.errors import DomainError
from app.core.settings import PROJECT, settings

TEMPLATE = Path(__file__).with_name("paper.typ")
# First the type that travels with the front end, then what systems have; the first one present sets the paper.
FAMILIES = (
    "Noto Sans S Chinese",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Serif CJK SC",
    "PingFang SC",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Micro Hei",
)


class ChineseTypeMissing(DomainError):
    """No font on this machine can set Chinese."""

    status = 503


def pdf(paper: Paper) -> bytes:
    """The paper as PDF; the same paper gives the same bytes. Refused with ChineseTypeMissing."""
    folders = tuple(str(folder) for folder in font_folders() if folder.is_dir())
    fonts, families = type_in(folders)
    contents = json.dumps(_plain(paper), ensure_ascii=False)
    compiler = typst.Compiler(
        TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=fonts,
        sys_inputs={"paper": contents, "families": json.dumps(families)},
    )
    made_at = datetime.combine(paper.made_on, time.min, SHANGHAI)
    result = compiler.compile(format="pdf", timestamp=int(made_at.timestamp()))
    assert isinstance(result, bytes)  # a list only where pages are images
    return result


def font_folders() -> list[Path]:
    """Where the type may lie: in the built front end, or in its packages before it is built."""
    return [settings().web_dir / "fonts", PROJECT / "frontend" / "node_modules" / "@embedpdf" / "fonts-sc" / "fonts"]


@cache
def type_in(folders: tuple[str, ...]) -> tuple[typst.Fonts, list[str]]:
    """The fonts of the first folder given, else those of the system, and the families to set with."""
    fonts = typst.Fonts(include_system_fonts=not folders, include_embedded_fonts=False, font_paths=list(folders[:1]))
    present = set(fonts.families())
    families = [family for family in FAMILIES if family in present]
    if not families:
        raise ChineseTypeMissing()
    return fonts, families


def _plain(paper: Paper) -> dict[str, object]:
    return {
        "title": list(paper.title),
        "number": paper.number,
        "demonstration": paper.demonstration,
        "mark": DEMONSTRATION,
        "blocks": [
            {key: sorted(value) if isinstance(value, frozenset) else value for key, value in asdict(block).items()}
            | {"kind": type(block).__name__}
            for block in paper.blocks
        ],
    }
