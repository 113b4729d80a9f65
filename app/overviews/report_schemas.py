"""The report of a season on the wire, and as a table."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from app.contracts.rules import ContractStatus
from app.core.http.unit import example
from app.core.money import Money, yuan
from app.core.reading.sheets import Sheet
from app.core.words import LANGUAGES, word
from app.overviews.report import Found, Project, Said, SeasonReport, Unbought, Verdict
from app.overviews.schemas import YUAN, YearRead
from app.service_sessions.rules import Supported

SHEET = Sheet(
    ("项目季评估报告", "season-report"),
    {
        "number": ("合同编号", "Number"),
        "title": ("项目", "Project"),
        "contractor": ("服务单位", "Organisation"),
        "status": ("结果", "Result"),
        "amount": ("合同金额（元）", "Amount (CNY)"),
        "paid": ("已拨付（元）", "Paid (CNY)"),
        "vouched": ("列报支出（元）", "Vouched (CNY)"),
        "disallowed": ("审计核减（元）", "Disallowed (CNY)"),
        "sessions": ("场次", "Sessions"),
        "claimed": ("签到人次", "Sign-ins claimed"),
        "drawn_of": ("抽查范围（人次）", "Drawn of"),
        "supported": ("回访支持（人次）", "Supported"),
        "least": ("区间下限", "At least"),
        "most": ("区间上限", "At most"),
        "answers": ("居民评价人数", "Residents who answered"),
        "accepting": ("认可人数", "Accepting"),
        "content_answers": ("满意度答复人数", "Answered how content they are"),
        "content": ("满意人数", "Content"),
        "raised": ("整改事项", "Findings"),
        "unsettled": ("未了结", "Unsettled"),
        "late": ("逾期答复", "Answered late"),
        "grade": ("评定等级", "Grade"),
    },
)


class SupportedOfDrawn(BaseModel):
    """Of `drawn_of` sign-ins that call-backs were drawn of `count` are supported, between `least` and `most` (95 %)."""

    drawn_of: int
    count: int
    least: int
    most: int

    @classmethod
    def of(cls, checked: Supported) -> "SupportedOfDrawn":
        return cls(drawn_of=checked.claimed, count=checked.count, least=checked.least, most=checked.most)


class SaidRead(BaseModel):
    """What residents said; counts under five are null (`is_hidden`)."""

    is_hidden: bool
    asked: int
    answers: int | None
    accepting: int | None

    @classmethod
    def of(cls, said: Said) -> "SaidRead":
        hidden = bool(said.asked) and not said.is_told
        answers, accepting = (None, None) if hidden else (said.answers, said.accepting)
        return cls(is_hidden=hidden, asked=said.asked, answers=answers, accepting=accepting)


class FindingCounts(BaseModel):
    """Findings: all, those that held payments, unsettled ones, those answered late."""

    model_config = ConfigDict(from_attributes=True)

    raised: int
    holding: int
    unsettled: int
    late: int

    @classmethod
    def of(cls, found: Found) -> "FindingCounts":
        return cls.model_validate(found)


class ProjectRead(BaseModel):
    contract_id: int
    number: str
    title: str
    contractor_id: int
    contractor_zh: str
    contractor_en: str
    status: ContractStatus
    amount: Money
    paid: Money
    vouched: Money
    disallowed: Money
    sessions: int
    claimed: int
    checked: SupportedOfDrawn | None
    said: SaidRead
    content: SaidRead
    found: FindingCounts
    grade: str

    @classmethod
    def of(cls, project: Project) -> "ProjectRead":
        contract, contractor = project.line.contract, project.line.contractor
        return cls(
            contract_id=contract.id,
            number=contract.number,
            title=contract.title,
            contractor_id=contractor.id,
            contractor_zh=contractor.name_zh,
            contractor_en=contractor.english_name,
            status=contract.status,
            amount=Money(amount=yuan(contract.amount)),
            paid=Money(amount=yuan(project.line.paid)),
            vouched=Money(amount=yuan(project.spent.vouched)),
            disallowed=Money(amount=yuan(project.spent.disallowed)),
            sessions=project.sessions,
            claimed=project.claimed,
            checked=project.checked and SupportedOfDrawn.of(project.checked),
            said=SaidRead.of(project.said),
            content=SaidRead.of(project.content),
            found=FindingCounts.of(project.found),
            grade=project.grade,
        )

    def cells(self) -> dict[str, Any]:
        """As a row of the table."""
        checked = self.checked
        range = {"drawn_of": checked.drawn_of, "supported": checked.count} if checked else {}
        bounds = {"least": checked.least, "most": checked.most} if checked else {}
        said = {"answers": self.said.answers, "accepting": self.said.accepting} if self.said.asked else {}
        of = self.content
        content = {"content_answers": of.answers, "content": of.accepting} if of.asked else {"content": None}
        grade = {f"grade_{language}": word("record_value", self.grade, language) for language in LANGUAGES}
        return {**dict(self), **range, **bounds, **said, **content, **dict(self.found), **grade}


class VerdictRead(BaseModel):
    path: list[str]
    contracts: int
    said: SaidRead
    content: SaidRead

    @classmethod
    def of(cls, verdict: Verdict) -> "VerdictRead":
        said, content = SaidRead.of(verdict.said), SaidRead.of(verdict.content)
        return cls(path=[*verdict.path], contracts=verdict.contracts, said=said, content=content)


class UnboughtRead(BaseModel):
    """`category` null: needs that name none. `asked`: needs published in the year, `never` contracted."""

    category: str | None
    asked: int
    never: int

    @classmethod
    def of(cls, row: Unbought) -> "UnboughtRead":
        return cls(category=row.category, asked=row.asked, never=row.never)


class SeasonReportRead(BaseModel):
    """`checked`: the sums of the contracts whose call-backs may be told, null where there are none. `told`: what
    residents said where it is shown, what fewer than five said left out; `content`: how content they are, where
    everybody may read it."""

    model_config = ConfigDict(
        json_schema_extra=example(
            money={"year": 2018, **dict.fromkeys(("planned", "awarded", "contracted", "direct", "paid"), YUAN)},
            vouched=YUAN,
            disallowed=YUAN,
            states={"completed": 25, "terminated": 1},
            sessions=80,
            claimed=2210,
            checked={"drawn_of": 940, "count": 905, "least": 850, "most": 925},
            told={"is_hidden": False, "asked": 900, "answers": 760, "accepting": 741},
            content={"is_hidden": False, "asked": 240, "answers": 212, "accepting": 190},
            found={"raised": 7, "holding": 2, "unsettled": 1, "late": 2},
            projects=[],
            verdicts=[],
            unbought=[{"category": "01", "asked": 31, "never": 26}],
        )
    )

    money: YearRead
    vouched: Money
    disallowed: Money
    states: dict[str, int]
    sessions: int
    claimed: int
    checked: SupportedOfDrawn | None
    told: SaidRead
    content: SaidRead
    found: FindingCounts
    projects: list[ProjectRead]
    verdicts: list[VerdictRead]
    unbought: list[UnboughtRead]

    @classmethod
    def of(cls, report: SeasonReport) -> "SeasonReportRead":
        drawn_of, count, least, most = report.supported
        checked = SupportedOfDrawn(drawn_of=drawn_of, count=count, least=least, most=most) if report.checked else None
        return cls(
            money=YearRead.of(report.money),
            vouched=Money(amount=yuan(report.spent.vouched)),
            disallowed=Money(amount=yuan(report.spent.disallowed)),
            states=report.states,
            sessions=sum(each.sessions for each in report.projects),
            claimed=report.claimed,
            checked=checked,
            told=SaidRead.of(report.told),
            content=SaidRead.of(report.content),
            found=FindingCounts.of(report.found),
            projects=[ProjectRead.of(each) for each in report.projects],
            verdicts=[VerdictRead.of(each) for each in report.verdicts],
            unbought=[UnboughtRead.of(each) for each in report.unbought],
        )
