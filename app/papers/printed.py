"""A paper as a file: which kinds there are, and how one is answered."""

import asyncio
from typing import Annotated, Literal

from fastapi import Query, Response

from app.core.reading.files import answers_file, download
from app.papers.blocks import Paper
from app.papers.pdf import pdf
from app.papers.word import WORD, word

WRITERS = {"pdf": (pdf, "application/pdf"), "docx": (word, WORD)}
PAPER = answers_file(*(media for _, media in WRITERS.values()))
PaperKind = Annotated[Literal["pdf", "docx"], Query(alias="format")]


async def printed(paper: Paper, name: str, kind: str) -> Response:
    """Setting type takes a moment of the processor: other requests go on meanwhile."""
    write, media = WRITERS[kind]
    return download(f"{name}.{kind}", await asyncio.to_thread(write, paper), media)
