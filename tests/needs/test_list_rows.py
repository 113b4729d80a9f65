"""Any need goes out and comes back as it was; of any file every cell is read, or the file is refused."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.areas.models import Area
from app.core import texts
from app.core.errors import DomainError
from app.core.reading.files import read_table, write_table
from app.needs.lists import COLUMNS, read_needs, row_of
from app.needs.models import Need, NeedPopulation
from tests.core.reading.in_process import here
from tests.factories.reference import DOUNAN


def storable(clean: Callable[[str], str]) -> st.SearchStrategy[str]:
    """Texts as they are stored after `clean`, many like formulas, numbers and days."""

    def kept(text: str) -> str:
        try:
            return clean(text)
        except DomainError:
            return ""

    risky = st.text("=+-@'\t\n\"，,;；0123456789年月日¥万#_x餐（）.eE ", max_size=12)
    return (risky | st.text(st.characters(exclude_categories=("Cs",)), max_size=20)).map(kept)


@given(
    storable(texts.line).filter(bool),
    storable(texts.prose),
    storable(texts.prose),
    st.none() | st.decimals("0.01", 10**9, places=2),
    st.none() | st.dates(date(1900, 1, 1), date(2200, 12, 31)),
    st.none() | st.integers(1, 10**8),
)
@here()
def test_every_need_comes_back_from_its_export_as_it_went_out(
    title: str, description: str, requirements: str, budget: Decimal | None, day: date | None, people: int | None
) -> None:
    need = Need(id=7, ref=None, title=title, description=description, requirements=requirements, budget=budget)
    need.category_code, need.period_months, need.starts_on, need.expires_on = "0101", 12, day, day
    need.beneficiaries, need.community_code, need.evidence_note, need.no_evidence_reason = people, DOUNAN, "", ""
    need.populations = [NeedPopulation(population_code=code) for code in ("P04", "P0401")]
    place = [Area(code=DOUNAN, name="斗南", parent_code="530114003000")]
    for kind in ("csv", "xlsx"):
        for language in ("zh", "en", "columns"):
            content = write_table(COLUMNS.header(language), [row_of(need, place)], xlsx=kind == "xlsx")
            (row,) = read_needs(read_table("x", content))
            assert row.ref == "#7"
            said = {field: getattr(need, field) for field in row.values}
            assert row.values == said


@given(st.lists(st.sampled_from([*COLUMNS.header("columns"), *COLUMNS.header("zh"), "x", ""]), max_size=20), st.data())
@here()
def test_of_any_columns_all_are_read_or_the_file_is_refused(columns: list[str], data: st.DataObject) -> None:
    row = [data.draw(st.sampled_from(["", "1", "餐"])) for _ in range(data.draw(st.integers(0, 22)))]
    lines = [columns, row]
    content = "\n".join(",".join(line) for line in lines).encode()
    try:
        rows = read_needs(read_table("x", content))
    except DomainError:
        return
    assert {cell for cell in row if cell} <= {cell for read in rows for cell in map(read.text, COLUMNS.headings)}
