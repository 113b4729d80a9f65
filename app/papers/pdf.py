"""Setting type as PDF: Typst, with Chinese type. What people typed travels as JSON and stays text."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, time
from functools import cache
from pathlib import Path

import typst

from app.core.days.calendar import SHANGHAI
from app.core.installation.progress import tell
from app.papers.blocks import DEMONSTRATION, Paper
from app.papers.fonts import Type, type_for

TEMPLATE = Path(__file__).with_name("paper.typ")


def pdf(paper: Paper) -> bytes:
    """The paper as PDF; the same paper gives the same bytes. Refused with ChineseTypeMissing."""
    return typeset(TEMPLATE, _plain(paper), paper.made_on)


def typeset(template: Path, contents: Mapping[str, object], made_on: date) -> bytes:
    """What `template` makes of `contents`, which it reads from `sys.inputs.paper`. Refused with ChineseTypeMissing."""
    tell("typesetting")
    plain = json.dumps(contents, ensure_ascii=False)
    setting = type_for(plain + template.read_text("utf-8"))
    told = json.dumps({"contents": json.loads(setting.spelled(plain)), "note": _note(setting)}, ensure_ascii=False)
    compiler = typst.Compiler(
        template,
        root=template.parent,
        font_paths=_fonts(setting.folders),
        sys_inputs={"paper": told, "families": json.dumps(setting.families)},
    )
    made_at = datetime.combine(made_on, time.min, SHANGHAI)
    result = compiler.compile(format="pdf", timestamp=int(made_at.timestamp()))
    assert isinstance(result, bytes)  # a list only where pages are images
    return result


@cache
def _fonts(folders: tuple[str, ...]) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders))


def _note(setting: Type) -> str:
    """What the paper says of the characters that it shows by their code points."""
    if not setting.absent:
        return ""
    absent = "、".join(setting.spelled(sign) for sign in sorted(setting.absent))
    return f"注：本机字库缺少以下字符，文中以其统一码（Unicode）编号代替，原字以 Word 文本为准：{absent}。"


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
