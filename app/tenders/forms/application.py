"""What an applicant answers to a form. Every field may be blank while it is being written."""

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.core.fields import Line, Loose, Prose, telling
from app.core.http.unit import example
from app.core.money import Money, yuan
from app.tenders.forms.definition import PartName
from app.tenders.forms.rules import LARGEST_LINE, BudgetLineTooLarge

Short = Annotated[str, Line(40)]
Words = Annotated[str, Line(200)]
Story = Annotated[str, Prose(1000)]
Month = Annotated[str, Line(7, pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")]
People = Annotated[int, Field(ge=0, le=100_000_000)]
Quantity = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2), AfterValidator(yuan)]
APPLICATION = {
    "answers": {"aim": "让独居老人每周至少有一次上门陪伴"},
    "targets": [{"indicator": "入户陪伴", "unit": "人次", "number": "480"}],
    "activities": [{"month": "2027-03", "activity": "入户陪伴", "place": "斗南社区", "people": 40}],
    "people_served": [{"group_code": "P01", "people": 40}],
    "team": [{"person": "李红", "duty": "项目负责人", "certificate": "中级社会工作师"}],
    "budget": [
        {
            "heading": "人员费用",
            "detail": "社工补贴",
            "unit_price": {"amount": "2000.00", "currency": "CNY"},
            "quantity": "10",
            "amount": {"amount": "20000.00", "currency": "CNY"},
        }
    ],
    "cofunding": [{"source": "街道配套", "amount": {"amount": "3000.00", "currency": "CNY"}}],
    "risks": [{"risk": "老人临时住院", "response": "改为医院探访，事后补足次数"}],
}


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Target(_Line):
    """An indicator and the number that is to be reached by the end."""

    indicator: Words = ""
    unit: Short = ""
    number: Quantity | None = None

    @property
    def quantity_zh(self) -> str:
        """不少于 480 人次"""
        return f"不少于 {self.number:.2f}".rstrip("0").rstrip(".") + f" {self.unit}"


class Activity(_Line):
    """`month`: 2027-03."""

    month: Month = ""
    activity: Words = ""
    place: Words = ""
    people: People | None = None


class PeopleServed(_Line):
    """`group_code`: of the list of populations."""

    group_code: Short = ""
    people: People | None = None


class Member(_Line):
    person: Short = ""
    duty: Words = ""
    certificate: Words = ""


class Expense(_Line):
    """A line of the budget. `amount` follows from unit price and quantity, whatever is sent for it."""

    heading: Short = ""
    detail: Words = ""
    unit_price: Money | None = None
    quantity: Quantity | None = None
    amount: Money | None = None

    @model_validator(mode="after")
    def _multiply(self) -> Self:
        self.amount = telling(_amount)(self)
        return self


def _amount(line: Expense) -> Money | None:
    """Unit price times quantity, to the cent; the database computes the same. Refusal: BudgetLineTooLarge."""
    if line.unit_price is None or line.quantity is None:
        return None
    amount = yuan(line.unit_price.amount * line.quantity)
    if amount > LARGEST_LINE:
        raise BudgetLineTooLarge(amount=amount, limit=LARGEST_LINE)
    return Money(amount=amount)


class CoFunding(_Line):
    """What others give beside the amount that is applied for."""

    source: Words = ""
    amount: Money | None = None


class Risk(_Line):
    risk: Words = ""
    response: Story = ""


class Application(_Line):
    """`answers`: question name → answer, as in a questionnaire."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(**APPLICATION))

    answers: Loose = {}
    targets: list[Target] = Field(default=[], max_length=40)
    activities: list[Activity] = Field(default=[], max_length=200)
    people_served: list[PeopleServed] = Field(default=[], max_length=50)
    team: list[Member] = Field(default=[], max_length=100)
    budget: list[Expense] = Field(default=[], max_length=200)
    cofunding: list[CoFunding] = Field(default=[], max_length=50)
    risks: list[Risk] = Field(default=[], max_length=50)

    def lines(self, part: PartName) -> list[Any]:
        found: list[Any] = getattr(self, part)
        return found

    def total(self) -> Decimal:
        """The sum of the budget lines that are complete."""
        return sum((line.amount.amount for line in self.budget if line.amount), Decimal("0.00"))

    def document(self) -> dict[str, Any]:
        return self.model_dump(mode="json")
