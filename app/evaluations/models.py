"""Tables of evaluations: which assessment is of which contract, and the reports that two people answer for.

Triggers hold that a report stays as it was submitted, and a signed one until it is replaced; that nobody writes or
signs one for a firm that is not engaged; and that nobody acts for two parts of the contract.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified
from app.draws.models import DrawnLot, YearlyDraw
from app.evaluations.rules import EvaluationKind
from app.reports.models import SignedReport


class Evaluation(Base, Identified):
    """Of a contract, by `party_id`: the firm engaged for it, or (a spot check) its purchaser."""

    __tablename__ = "evaluations"

    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contracts.id"), index=True)
    kind: Mapped[EvaluationKind]
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    assessment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("assessments.id"), unique=True)
    begun_at: Mapped[datetime]
    begun_by: Mapped[int | None]


class EvaluationReport(SignedReport, Base):
    """What is said of the `number`-th result of the assessment. `advice`: what the contractor is recommended, "" where
    nothing is. `known`: what the platform knew when it was submitted."""

    __tablename__ = "evaluation_reports"
    ALIKE, STATES = ("evaluation_id",), "evaluationreportstatus"
    CHECKS = (sa.CheckConstraint("number > 0 AND btrim(opinion) <> ''", name="says_something"),)

    evaluation_id: Mapped[int] = mapped_column(sa.ForeignKey("evaluations.id"), index=True)
    number: Mapped[int] = mapped_column(sa.Integer)
    advice: Mapped[str] = mapped_column(default="", server_default="")
    known: Mapped[dict[str, Any] | None]


class SpotDraw(YearlyDraw, Base):
    """Which contracts of a bureau are checked on the spot in a year."""

    __tablename__ = "spot_draws"


class SpotLot(DrawnLot, Base):
    """A contract that was drawn of; `number`: the contract's."""

    __tablename__ = "spot_lots"

    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("spot_draws.id"), primary_key=True)
    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contracts.id"), primary_key=True, index=True)
