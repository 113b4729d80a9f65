"""`competition.json`: what the competition asked for, who bid, who judged, and how. See docs/season-format.md.

Descriptive entries that nothing is computed from (sources, assumptions, notes) may stand beside these.
"""

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.fields import Line, Prose
from app.core.money import Amount
from app.season.dates import Instant, When
from app.tenders.forms.application import Application
from app.tenders.forms.definition import ApplicationForm
from app.tenders.profiles.rules import OverspendRule

Code = Annotated[str, Line(100, least=1)]
Words = Annotated[str, Line(200, least=1)]
Translation = Annotated[str, Line(400)]
Text = Annotated[str, Prose(100_000)]
Points = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
# What a bidder is, in the file's word: a row of organizations.csv, or one of those who apply without registration.
ApplicantKind = Literal["org", "resident_group", "student_team", "company"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Payment(_Part):
    name_zh: Words
    name_en: Translation = ""
    share: Annotated[Decimal, Field(gt=0, le=1)]
    after: Text = ""


class Timeline(_Part):
    """`selection`: when the double-selection round takes wishes; left out, it follows the call."""

    needs_survey: When
    call: When
    enquiries: When | None = None
    deadline: When
    prequalification: When
    pitch_day: When
    public_notice: When
    contract: When
    payments: list[Payment] = []
    end: When
    selection: When | None = None


class Item(_Part):
    id: Code
    need_id: Code
    community_code: Code | None = None


class Lot(_Part):
    id: Code
    title_zh: Words
    title_en: Translation = ""
    kind: Code = "service"
    awards: Annotated[int, Field(ge=1, le=1000)]
    budget_cny: Amount
    ceiling_per_award: Amount
    items: list[Item] = []
    need_ids: list[Code] = []


class Criterion(_Part):
    id: Code
    zh: Words
    en: Translation = ""
    max: Points


class Judge(_Part):
    id: Code
    name: Translation = ""
    role_zh: Words
    role_en: Translation = ""
    expert: bool = True


class Recusal(_Part):
    judge: Code
    applicant: Code
    reason: Text = ""


class Proposal(_Part):
    """`applicant` is a number in organizations.csv, or the name of whoever applies without registration. `application`
    answers the competition's form, where it has one."""

    id: Code
    lot: Code
    item: Code | None = None
    applicant: Code
    applicant_kind: ApplicantKind
    applicant_name: Words
    title_zh: Words
    amount_cny: Amount
    plan: Text = ""
    application: Application | None = None
    submitted_at: Instant


class ScoreRow(_Part):
    """One judge's sheet for one bid; without `scores` there is none: the judge is recused or did not deliver."""

    proposal: Code
    judge: Code
    recused: bool = False
    scores: dict[Code, Points] | None = None
    total: Points | None = None
    total_written_on_sheet: Points | None = None

    @property
    def written_total(self) -> Decimal | None:
        return self.total if self.total_written_on_sheet is None else self.total_written_on_sheet


class SourceFacts(_Part):
    """The facts from the sources that something is computed from."""

    total_fund_cny: Amount | None = None
    organiser: Translation = ""


class Competition(_Part):
    """`rules` changes single settings of the profile, section by section, for this competition alone."""

    id: Code
    title_zh: Words
    title_en: Translation = ""
    requirements_zh: Text = ""
    district_code: Code | None = None
    organiser: Translation = ""
    fictional_proposals: bool = False
    facts_from_sources: SourceFacts = SourceFacts()
    profile: Code = "venture"
    overspend_rule: OverspendRule | None = None
    tie_criterion: Code | None = None
    scoring_rule: Text = ""
    rules: dict[str, dict[str, Any]] = {}
    application_form: ApplicationForm | None = None
    timeline: Timeline
    lots: Annotated[list[Lot], Field(min_length=1, max_length=100)]
    criteria: Annotated[list[Criterion], Field(min_length=1, max_length=50)]
    judges: Annotated[list[Judge], Field(min_length=1, max_length=100)]
    recusals: list[Recusal] = []
    pitch_order: dict[Code, list[Code]] = {}
    proposals: Annotated[list[Proposal], Field(min_length=1, max_length=5000)]
    scores: list[ScoreRow] = []

    @property
    def budget(self) -> Decimal:
        """The fund as the sources give it, else what the lots come to."""
        given = self.facts_from_sources.total_fund_cny
        return given if given is not None else sum((lot.budget_cny for lot in self.lots), Decimal(0))

    @property
    def organiser_name(self) -> str:
        return self.organiser or self.facts_from_sources.organiser

    @property
    def tie(self) -> str | None:
        """The criterion that tells equal bids apart: the one named, or the only one that `scoring_rule` speaks of."""
        if self.tie_criterion:
            return self.tie_criterion
        words = set(re.findall(r"\w+", self.scoring_rule))
        spoken = [criterion.id for criterion in self.criteria if criterion.id in words]
        return spoken[0] if len(spoken) == 1 else None

    @property
    def applicants(self) -> dict[str, Proposal]:
        """Who bids, each with the first of their bids."""
        return {proposal.applicant: proposal for proposal in reversed(self.proposals)}


def asked_for(competition: Competition) -> set[str]:
    """The needs that its lots answer."""
    return {item.need_id for lot in competition.lots for item in lot.items} | {
        need for lot in competition.lots for need in lot.need_ids
    }


def json_number(value: Decimal) -> int | float:
    """As a JSON number; a float's shortest form keeps two decimals exactly."""
    return int(value) if value == value.to_integral_value() else float(value)
