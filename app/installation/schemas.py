"""The installation on the wire."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from annotated_types import MaxLen
from pydantic import BaseModel, ConfigDict

from app.core.audit import AuditFault
from app.core.fields import Day, Line
from app.core.http.unit import example
from app.core.installation.queue import FailedJob, JobKind
from app.core.settings import Settings
from app.core.waiting import JobStatus
from app.installation.models import AuditCheck
from app.installation.policy import year_actions
from app.installation.queries import CalendarYear, Health
from app.installation.rules import status_of_check


class InstallationRead(BaseModel):
    """`at` is the database's clock. `worker_at`: the last sign of life of whoever carries out jobs; `is_working`: it
    came within the last minute. Sizes in bytes; `disk_free` on the disk of the data folder. `areas`: how many by level.
    `has_…`: whether a setting names one."""

    at: datetime
    version: str
    migration: str
    database_version: str
    database_bytes: int
    worker_at: datetime | None
    is_working: bool
    disk_free: int
    disk_total: int
    areas: dict[str, int]
    categories: int
    populations: int
    is_demonstration: bool
    has_own_database: bool
    has_mail_server: bool
    has_virus_scanner: bool
    public_url: str | None

    @classmethod
    def of(cls, health: Health, settings: Settings) -> "InstallationRead":
        return cls(
            **vars(health),
            is_demonstration=settings.demonstration,
            has_own_database=settings.database_url is not None,
            has_mail_server=settings.smtp_url is not None,
            has_virus_scanner=settings.clamd is not None,
            public_url=settings.public_url,
        )


class JobKindRead(BaseModel):
    """`oldest_at`: since when the first of those that wait does."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    waiting: int
    running: int
    failed: int
    oldest_at: datetime | None


class FailedJobRead(BaseModel):
    """`reason` names the kind of fault and the place in the code; the log says more."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: str
    attempts: int
    reason: str | None
    failed_at: datetime | None


class QueueRead(BaseModel):
    """Kinds of which there are jobs, and the latest 50 that failed."""

    kinds: list[JobKindRead]
    failed: list[FailedJobRead]

    @classmethod
    def of(cls, kinds: Sequence[JobKind], failed: Sequence[FailedJob]) -> "QueueRead":
        return cls(
            kinds=[JobKindRead.model_validate(each) for each in kinds],
            failed=[FailedJobRead.model_validate(each) for each in failed],
        )


class AuditFaultRead(BaseModel):
    """Where a chain breaks: `missing`, `altered`, or `cut_off` at its end."""

    stream: str
    seq: int
    fault: str

    @classmethod
    def of(cls, fault: AuditFault) -> "AuditFaultRead":
        return cls.model_validate(fault, from_attributes=True)


class AuditCheckRead(BaseModel):
    """`done` of `total` events were read; `found` breaks, the first hundred in `faults`."""

    id: int
    status: JobStatus
    is_nightly: bool
    asked_at: datetime
    ended_at: datetime | None
    done: int
    total: int | None
    found: int
    faults: list[AuditFaultRead]

    @classmethod
    def of(cls, check: AuditCheck, at: datetime) -> "AuditCheckRead":
        return cls(
            id=check.id,
            status=status_of_check(check.total, check.ended_at, check.moved_at, at),
            is_nightly=check.account_id is None,
            asked_at=check.asked_at,
            ended_at=check.ended_at,
            done=check.done,
            total=check.total,
            found=check.found,
            faults=[AuditFaultRead.of(AuditFault(**fault)) for fault in check.faults],
        )


class CalendarYearRead(BaseModel):
    """Days of rest beyond weekends, and weekend days that are worked; `is_official`: as the State Council published
    them, not computed."""

    year: int
    is_official: bool
    rest_days: list[date]
    workdays: list[date]
    sources: list[str]
    actions: list[str]

    @classmethod
    def of(cls, year: CalendarYear, today: date) -> "CalendarYearRead":
        return cls(**vars(year), actions=year_actions(year.year, today, year.is_official))


class YearPublish(BaseModel):
    """The arrangement of a year: all days off by name of a festival (weekend days among them may be left out), the
    weekend days that are worked, and the document."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(
            rest_days=["2027-01-01", "2027-02-05"], workdays=["2027-02-13"], source="国办发明电〔2026〕7号"
        ),
    )

    rest_days: Annotated[list[Day], MaxLen(100)]
    workdays: Annotated[list[Day], MaxLen(50)]
    source: Annotated[str, Line(200, least=1)]
