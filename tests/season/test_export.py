"""What is written out can be taken in again and ends the same."""

from pathlib import Path

import pytest

from app.core.db import Units, make_engine
from app.core.db import units as make_units
from app.season.export import export_season
from app.season.files import FILES
from app.season.importing import import_season, open_season
from app.season.replay import replay_season
from app.season.steps import SeasonAbsent, SeasonUnfinished
from tests.factories.season import make_season, rows_of

pytestmark = pytest.mark.anyio


async def test_an_exported_season_is_replayed_to_the_same_summary(
    units: Units, own_database: str, tmp_path: Path
) -> None:
    first = await replay_season(units, open_season(str(make_season(tmp_path / "gulou"))))
    async with units() as session:
        written = await export_season(session, "gulou", tmp_path / "out" / "gulou")
    assert sorted(path.name for path in written) == sorted(FILES)
    engine = make_engine(own_database)
    again = await replay_season(make_units(engine), open_season(str(tmp_path / "out" / "gulou")))
    await engine.dispose()
    # Three offers come published and one answer reviewed: four decisions fewer to take.
    assert first["audit"].pop("events") - again["audit"].pop("events") == 4
    assert again == first


async def test_an_export_holds_what_was_taken_in(units: Units, tmp_path: Path) -> None:
    folder = make_season(tmp_path / "gulou")
    await replay_season(units, open_season(str(folder)))
    async with units() as session:
        await export_season(session, "gulou", tmp_path / "out")
    given = [
        (row["id"], row["title"], row["community_code"], row["published"]) for row in rows_of(folder / "needs.csv")
    ]
    written = rows_of(tmp_path / "out" / "needs.csv")
    assert [(row["id"], row["title"], row["community_code"], row["published"]) for row in written] == given
    assert rows_of(tmp_path / "out" / "responses.csv")[3]["status"] == "not_returned"


async def test_a_season_that_was_never_taken_in_or_not_replayed_is_not_exported(units: Units, tmp_path: Path) -> None:
    async with units() as session:
        with pytest.raises(SeasonAbsent):
            await export_season(session, "gulou", tmp_path / "out")
    await import_season(units, open_season(str(make_season(tmp_path / "gulou"))))
    async with units() as session:
        with pytest.raises(SeasonUnfinished):
            await export_season(session, "gulou", tmp_path / "out")
    assert not (tmp_path / "out").exists()
