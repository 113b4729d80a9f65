"""Refusals on the wire: RFC 9457 problems with a stable code, the facts, and the sentence in both languages."""

import json
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from starlette.exceptions import HTTPException

from app.core.errors import LISTED, AlreadyExists, Busy, Cause, DomainError, Impossible, NotFound, RowsRefused
from app.core.words import LANGUAGES, place, said, words, wrong

CATALOGUE = Path(__file__).resolve().parents[1] / "refusals.toml"
COMMA_OF_CAUSES = {"zh": "；", "en": "; "}
NAMED = 10  # of the fields at fault, so many are named in the sentence
ABSENT_IS_SAID = True  # tests rather fail
PASSING = {429, 503}
UNREAD = {408, 413}  # the rest of the body may still be under way
log = structlog.get_logger()


class InputInvalid(DomainError):
    """The request's fields do not have the declared form."""

    status = 422


class MethodNotServed(DomainError):
    """The address takes other kinds of request (Allow says which)."""

    status = 405


class Faulty(DomainError):
    """A fault of ours; the request number finds it in the log."""

    status = 500


class RequestUnreadable(DomainError):
    """The body does not have the form that its headers say."""

    status = 422


class ValueUnstorable(DomainError):
    """The database cannot hold a value: a number too large, a text it does not know."""

    status = 422


class FieldProblem(BaseModel):
    """`code`: what is wrong, ours or pydantic's name for it; `labels` call the field, and `messages` say it, in words
    of both languages."""

    field: str
    code: str
    message: str
    labels: dict[str, str]
    messages: dict[str, str]

    @classmethod
    def of(cls, error: dict[str, Any]) -> "FieldProblem":
        refusal, facts = DomainError.registry.get(error["type"]), error.get("ctx", {})
        return cls(
            field=".".join(map(str, error["loc"])),
            code=error["type"],
            message=error["msg"],
            labels={language: place(error["loc"], language) for language in LANGUAGES},
            messages=sentences(refusal(**facts))
            if refusal
            else {language: wrong(error["type"], facts, language) for language in LANGUAGES},
        )


def input_invalid(errors: Sequence[Any]) -> tuple[InputInvalid, list[FieldProblem]]:
    """What is wrong with the fields of a request, one line per cause; the sentence names the first of them."""
    found = {(each.field, each.code): each for each in map(FieldProblem.of, errors)}
    fields = list(found.values())[:LISTED]
    faults = {
        language: COMMA_OF_CAUSES[language].join(
            dict.fromkeys(f"{f.labels[language]}{_brief(f.messages[language], language)}" for f in fields[:NAMED])
        )
        for language in LANGUAGES
    }
    return InputInvalid(faults_zh=faults["zh"], faults_en=faults["en"], count=len(found)), fields


def _brief(sentence: str, language: str) -> str:
    """What is wrong, without what to do: that is said once for all of them."""
    first = sentence.split("。")[0] if language == "zh" else sentence.split(". ")[0].rstrip(".")
    return f"（{first}）" if language == "zh" else f" ({first})"


class Lack(BaseModel):
    """What stands in a field, or is absent there, that keeps a thing from the next step: the refusal of that step."""

    field: str
    code: str
    messages: dict[str, str]

    @classmethod
    def of(cls, field: str, refusal: DomainError) -> "Lack":
        return cls(field=field, code=refusal.code, messages=sentences(refusal))


class RowProblem(BaseModel):
    """What is wrong in one column for the same reason: the first `rows`, and in how many `more`."""

    row: int
    rows: list[int] = []
    more: int = 0
    column: str
    code: str
    messages: dict[str, str]
    facts: dict[str, Any] = {}


class Problem(BaseModel):
    """`code` is stable; `detail` is the sentence in the reader's language, `messages` has both."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    messages: dict[str, str]
    facts: dict[str, Any] = {}
    fields: list[FieldProblem] = []
    rows: list[RowProblem] = []
    more: int = 0  # reasons beside those of `rows`


class ProblemResponse(JSONResponse):
    """What is refused may be quoted, and need not be UTF-8: lone surrogates become question marks."""

    media_type = "application/problem+json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    return tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))


class _Said(Formatter):
    """Only names, no attribute access: facts may come from outside. An absent fact is said to be absent."""

    def __init__(self, refusal: str, language: str) -> None:
        self.refusal, self.language = refusal, language

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        value = kwargs.get(field_name) if ABSENT_IS_SAID else kwargs[field_name]
        return said(self.refusal, field_name, value, self.language), field_name


def sentences(error: DomainError) -> dict[str, str]:
    """The refusal in zh and en; where the catalogue has words of their own for its `reason`, those."""
    entry = catalogue()[error.code]
    entry = entry.get(str(error.facts.get("reason")), entry)
    return {language: _Said(error.code, language).vformat(entry[language], (), error.facts) for language in LANGUAGES}


def problem_of(error: DomainError, language: str = "zh") -> Problem:
    messages = sentences(error)
    causes = error.causes() if isinstance(error, RowsRefused) else []
    return Problem(
        type=f"urn:shuangxuan:refusal:{error.code}",
        title=error.code,
        status=error.status,
        code=error.code,
        detail=messages[language],
        messages=messages,
        facts=_plain(error.facts),
        rows=[_told(cause) for cause in causes[:LISTED]],
        more=max(0, len(causes) - LISTED),
    )


def _told(cause: Cause) -> RowProblem:
    return RowProblem(
        row=cause.rows[0],
        rows=cause.rows[:LISTED],
        more=max(0, len(cause.rows) - LISTED),
        column=cause.column,
        code=cause.error.code,
        messages=sentences(cause.error),
        facts=_plain(cause.error.facts),
    )


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value if isinstance(value, str | int | bool | list | None) else str(value) for key, value in facts.items()
    }


def answer(request: Request, error: DomainError, **more: Any) -> JSONResponse:
    """The refusal as a response; one that passes with time says after how many seconds (Retry-After)."""
    wanted = request.headers.get("accept-language", "zh").lower()
    problem = problem_of(error, "en" if wanted.startswith("en") else "zh").model_copy(update=more)
    headers = {"Retry-After": str(error.facts.get("seconds", 1))} if error.status in PASSING else {}
    if error.status in UNREAD:
        headers["Connection"] = "close"
    return ProblemResponse(problem.model_dump(), error.status, headers=headers)


def refusal_of(error: IntegrityError) -> DomainError:
    """What the database's own constraint says, as a refusal naming the constraint."""
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or "constraint"
    unique = getattr(error.orig, "sqlstate", "") in {"23505", "23P01"}
    return AlreadyExists(constraint=constraint) if unique else Impossible(constraint=constraint)


def install(app: FastAPI) -> None:
    """Every way a request can fail ends in a problem that the API declares."""
    catalogue(), words()  # now, lest everybody waits for them at the first refusal

    @app.exception_handler(DomainError)
    async def refused(request: Request, error: DomainError) -> JSONResponse:
        return answer(request, error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        refused, fields = input_invalid(error.errors())
        return answer(request, refused, fields=fields)

    @app.exception_handler(IntegrityError)
    async def impossible(request: Request, error: IntegrityError) -> JSONResponse:
        return answer(request, refusal_of(error))

    @app.exception_handler(DBAPIError)
    async def database(request: Request, error: DBAPIError) -> JSONResponse:
        log.error("database", error=str(error.orig))
        busy = isinstance(error, OperationalError)
        return answer(request, Busy(seconds=2) if busy else ValueUnstorable())

    @app.exception_handler(NoConnectionLeft)
    async def exhausted(request: Request, error: NoConnectionLeft) -> JSONResponse:
        log.error("database", error="no connection left")
        return answer(request, Busy(seconds=2))

    @app.exception_handler(HTTPException)
    async def unserved(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 405:
            response = answer(request, MethodNotServed())
            response.headers["Allow"] = (error.headers or {}).get("Allow", "GET")
            return response
        return answer(request, NotFound() if error.status_code == 404 else RequestUnreadable())
