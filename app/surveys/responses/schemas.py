"""Responses on the wire: to residents by their link or receipt, to staff with what the rules found and who decided."""

from collections import Counter
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.core.actors import Actor
from app.core.fields import Code, Line, Loose, Prose
from app.core.http.unit import example
from app.core.problems import RowProblem, problem_of
from app.surveys.questionnaires.definition import Answer, Label, SurveyDefinition
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.queries import definition_of
from app.surveys.questionnaires.rules import SurveyPurpose
from app.surveys.questionnaires.survey_read import QUESTIONNAIRE
from app.surveys.responses.models import Response, ResponseReview
from app.surveys.responses.policy import actions, receipt_actions, seen_answers
from app.surveys.responses.rules import Quality, Source
from app.surveys.responses.tables.mapping import AnswerMapping, By, MappedColumn, MappingUnclear, Proposal
from app.surveys.waves.models import Wave
from app.surveys.waves.rules import ResponseStatus, not_taking
from app.surveys.waves.serials import SERIAL

Note = Annotated[str, Prose(500)]
Typed = Annotated[str, Line(100)]  # a link's secret or a receipt code, as the resident has it
CELLS_SHOWN = 200  # of a column, so that a person sees what it holds
Serial = Annotated[str, Line(SERIAL, least=1)]
EXAMPLE = {
    "survey_id": 3,
    "purpose": "need",
    "survey": QUESTIONNAIRE,
    "wave": {
        "community": {"name": "斗南社区居民委员会", "path": ["呈贡区", "斗南街道", "斗南社区居民委员会"]},
        "closes_at": "2026-11-30T18:00:00+08:00",
        "open": True,
    },
    "demonstration": False,
}
ASKING = {"asked_by": {"zh": "斗南社区居民委员会", "en": "Dounan Residents' Committee"}, "minutes": 3}


class Place(BaseModel):
    """District first, the community last."""

    name: str
    path: list[str]

    @classmethod
    def of(cls, names: list[str]) -> "Place":
        return cls(name=names[-1] if names else "", path=names)


class WaveSeen(BaseModel):
    """What a resident sees of a wave; `open`: answers are taken now."""

    community: Place
    closes_at: datetime | None
    open: bool

    @classmethod
    def of(cls, wave: Wave, place: list[str], at: datetime) -> "WaveSeen":
        return cls(community=Place.of(place), closes_at=wave.closes_at, open=not_taking(wave, at) is None)


class Questionnaire(BaseModel):
    survey_id: int
    purpose: SurveyPurpose
    survey: SurveyDefinition
    wave: WaveSeen
    demonstration: bool

    @classmethod
    def facts(cls, survey: Survey, wave: Wave, place: list[str], at: datetime) -> dict[str, Any]:
        return {
            "survey_id": survey.id,
            "purpose": survey.purpose,
            "survey": definition_of(survey),
            "wave": WaveSeen.of(wave, place, at),
            "demonstration": survey.is_demonstration,
        }


class AnsweringRead(Questionnaire):
    """The questionnaire behind a link, who asks, and about how many minutes answering takes."""

    model_config = ConfigDict(json_schema_extra=example(**EXAMPLE, **ASKING))

    asked_by: Label
    minutes: int

    @classmethod
    def of(cls, survey: Survey, wave: Wave, place: list[str], asked_by: Label, at: datetime) -> "AnsweringRead":
        facts = cls.facts(survey, wave, place, at)
        return cls(**facts, asked_by=asked_by, minutes=facts["survey"].minutes())


class AnswersSubmit(BaseModel):
    """Question name → answer; `seconds`: how long answering took."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(answers={"Q1": ["01"]}, seconds=95))

    answers: Loose
    seconds: Annotated[int, Field(ge=0, le=10_000_000)] | None = None


class AnswersCorrect(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(answers={"Q1": ["01"]}))

    answers: Loose


class Submitted(BaseModel):
    """The receipt code is shown only once; with it the answers can be seen, corrected, withdrawn and followed."""

    model_config = ConfigDict(json_schema_extra=example(receipt_code="7KQ2M9XD"))

    receipt_code: str


class ReceiptRead(Questionnaire):
    """What became of the answers; `GET /needs?survey_id=…` lists the needs that came of the survey."""

    model_config = ConfigDict(
        json_schema_extra=example(
            **EXAMPLE,
            answers={"Q1": ["01"]},
            status="submitted",
            submitted_at="2026-11-20T10:00:00+08:00",
            actions=["correct", "withdraw"],
        )
    )

    answers: dict[str, Answer]
    status: ResponseStatus
    submitted_at: datetime
    actions: list[str]

    @classmethod
    def held(cls, survey: Survey, wave: Wave, response: Response, place: list[str], at: datetime) -> "ReceiptRead":
        return cls(
            **cls.facts(survey, wave, place, at),
            answers=response.answers,
            status=response.status,
            submitted_at=response.submitted_at,
            actions=receipt_actions(survey, wave, response, at),
        )


class ResponseEnter(BaseModel):
    """`community_code`: null where the number of the sheet, or the wave itself, says where it was handed out."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(community_code="530114003004", serial="7-0001", answers={"Q1": ["01"]}),
    )

    community_code: Code | None = None
    serial: Serial | None = None
    answers: Loose


class SuggestionRead(BaseModel):
    """A doubt and its facts: seconds, numbers or names of questions, an area code, a serial."""

    code: Quality
    facts: dict[str, int | str | list[str]]


class ResponseRow(BaseModel):
    """`suggestions` are what the rules found doubtful."""

    id: int
    wave_id: int
    community_code: str
    serial: str | None
    source: Source
    status: ResponseStatus
    reason: Quality | None
    suggestions: list[SuggestionRead]
    seconds: int | None
    submitted_at: datetime
    actions: list[str]

    @classmethod
    def of(cls, response: Response, survey: Survey, actor: Actor) -> "ResponseRow":
        return cls(**_response_row(response, survey, actor))


def _response_row(response: Response, survey: Survey, actor: Actor) -> dict[str, Any]:
    plain = {field: getattr(response, field) for field in ResponseRow.model_fields if field != "actions"}
    return {**plain, "actions": actions(actor, survey, response.status)}


class ReviewRead(BaseModel):
    """One decision: who (null: the respondent), what, why."""

    verb: str
    before: ResponseStatus | None
    after: ResponseStatus
    reason: Quality | None
    note: str
    account_id: int | None
    at: datetime

    @classmethod
    def of(cls, review: ResponseReview) -> "ReviewRead":
        return cls(**{field: getattr(review, field) for field in cls.model_fields})


class ResponseRead(ResponseRow):
    """`answers` without the personal and sensitive ones, unless the reader's own party asked."""

    survey_id: int
    answers: dict[str, Answer]
    reviews: list[ReviewRead]
    version: int

    @classmethod
    def seen(cls, response: Response, survey: Survey, actor: Actor, reviews: list[ResponseReview]) -> "ResponseRead":
        return cls(
            **_response_row(response, survey, actor),
            survey_id=survey.id,
            answers=seen_answers(actor, survey, definition_of(survey), response.answers),
            reviews=[ReviewRead.of(review) for review in reviews],
            version=response.version,
        )


class ResponseEntered(BaseModel):
    """`receipt_code`: for the person who was asked by phone or at the meeting; null for paper."""

    response: ResponseRead
    receipt_code: str | None


class Decide(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(note="电话核实"))

    note: Note = ""


UNEXPLAINED = Decide()


class Invalidate(Decide):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(reason="too_fast", note="18 题用时 12 秒"))

    reason: Quality


class Confirmed(BaseModel):
    count: int


class ResponsesImportedRead(BaseModel):
    """`unchanged`: rows that were on record with the same answers. `not_returned`: sheets that did not come back."""

    model_config = ConfigDict(json_schema_extra=example(added=494, unchanged=0, not_returned=106))

    added: int
    unchanged: int
    not_returned: int


class CellRead(BaseModel):
    """What cells of a column say, in how many rows, and the option it is taken for (null: none; "": no answer)."""

    text: str
    count: int
    option: str | None


class ColumnProposed(BaseModel):
    """`question`: empty where nobody knows it. Of columns that hold no options the most frequent cells are shown."""

    column: int
    title: str
    question: str
    part: str
    cells: list[CellRead]

    @classmethod
    def of(cls, column: MappedColumn, cells: Counter[str]) -> "ColumnProposed":
        shown = cells.most_common(None if column.options else CELLS_SHOWN)
        return cls(
            **column.model_dump(exclude={"options"}),
            cells=[CellRead(text=text, count=count, option=column.options.get(text)) for text, count in shown],
        )


class ResponsesPreview(BaseModel):
    """How a file would be read. With `doubts` it is not imported until somebody has decided them and sends the
    mapping back: `by` and of each column its number, title, question, part and options."""

    by: By
    kinds: list[By]
    columns: list[ColumnProposed]
    doubts: list[RowProblem]

    @classmethod
    def of(cls, proposal: Proposal) -> "ResponsesPreview":
        mapping = proposal.mapping
        return cls(
            by=mapping.by,
            kinds=list(proposal.kinds),
            columns=[ColumnProposed.of(column, proposal.cells[column.column - 1]) for column in mapping.columns],
            doubts=problem_of(MappingUnclear(proposal.doubts)).rows,
        )


class ImportRead(BaseModel):
    """A file that was imported, and how it was read."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    source: Source
    mapping: AnswerMapping
    is_decided: bool
    added: int
    unchanged: int
    account_id: int | None
    at: datetime
