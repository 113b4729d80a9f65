"""`shuangxuan bench`: measure what the project claims."""

import signal
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from app.cli import JsonOption, write_json
from bench.city.measured import FIGURES as PARTS
from bench.city.measured import measured as measure_cities
from bench.engine.judgements import read_judgements
from bench.engine.market import season_market, with_codes, with_needs
from bench.engine.matching import FIGURES, Inputs, measure_matching
from bench.engine.relevance import doubts_of_both, measure_relevance, readable
from bench.measures import Measure, as_table
from bench.reliability import FIGURES as ATTACKS
from bench.reliability import LONG, SHORT, measured
from bench.season import SEASON, measure_season

bench = typer.Typer(no_args_is_help=True, add_completion=False, help="Measure what the project claims.")


@bench.command("season")
def bench_the_season(target: JsonOption = "") -> None:
    """How long a start and a replay take, and how much memory the web process then holds."""
    show(measure_season(), target)


@bench.command("matching")
def bench_matching(
    target: JsonOption = "",
    only: Annotated[list[str] | None, typer.Option(help=f"one of {', '.join(FIGURES)}; may be repeated")] = None,
    elections: Annotated[Path | None, typer.Option(help="a folder of public election files (.pb) for M9")] = None,
) -> None:
    """The matching engine against its peers, in the same run (peers: requirements-dev)."""
    found = []
    for figure in measure_matching(Inputs(elections), only or ()):
        found.append(figure)
        typer.echo(as_table([figure]), err=True)
    show(found, target)


@bench.command("relevance")
def bench_relevance(
    judgements: Annotated[Path, typer.Argument(metavar="FILE", help="CSV: need_id, offer_id, relevance (0 to 3)")],
    season: Annotated[str, typer.Option(help="the season whose needs and offers were judged, or its folder")] = SEASON,
    needs: Annotated[
        Path | None, typer.Option(help="judged needs beside the season's: a list like its needs.csv")
    ] = None,
    codes: Annotated[
        Path | None, typer.Option(help="CSV: need_id, category_code; as if these needs had been entered with these")
    ] = None,
    target: JsonOption = "",
) -> None:
    """How well the ranking agrees with graded judgements; simpler methods and a tuned search server stand beside it."""
    market = season_market(season)
    market = with_needs(market, needs) if needs else market
    market = with_codes(market, codes) if codes else market
    judged = read_judgements(judgements, {need.id for need in market.needs}, {offer.id for offer in market.offers})
    found = measure_relevance(market, judged)
    write_json(found, target) if target else typer.echo(readable(found))


@bench.command("doubts")
def bench_doubts(
    judgements: Annotated[Path, typer.Argument(metavar="FILE", help="judgements of the season's needs, split in two")],
    needs: Annotated[Path, typer.Argument(metavar="LIST", help="needs of other districts, like a season's needs.csv")],
    elsewhere: Annotated[Path, typer.Argument(metavar="FILE", help="judgements of these")],
    tuned: Annotated[str, typer.Option(help="the split that the weights are fitted to")] = "tune",
) -> None:
    """Unsuitable first places that are noticed, of needs of both kinds, and the weights fitted to both alike."""
    for reading, found in doubts_of_both(season_market(SEASON), judgements, needs, elsewhere, tuned).items():
        typer.echo(
            "\n".join(
                [reading, *(f"  {what}, {of}: {told}" for what, each in found.items() for of, told in each.items())]
            )
        )


@bench.command("web")
def bench_the_pages(target: JsonOption = "") -> None:
    """How soon pages are painted on a slow phone (needs a browser and requirements-dev)."""
    show(list(import_module("bench.web").measure_web()), target)


@bench.command("reliability")
def bench_reliability(
    target: JsonOption = "",
    only: Annotated[list[str] | None, typer.Option(help=f"one of {', '.join(ATTACKS)}; may be repeated")] = None,
    long: Annotated[bool, typer.Option("--long", help="the long form, about an hour (`make soak`)")] = False,
    inputs: Annotated[int, typer.Option(min=0, help="generated requests; 0: as many as the form has")] = 0,
    kills: Annotated[int, typer.Option(min=0, help="kills of each part; 0: as many as the form has")] = 0,
) -> None:
    """Attack a server of its own as strangers and users would (needs a checkout and the demonstration)."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that servers and folders are cleared away
    form = LONG if long else SHORT
    size = replace(form, inputs=inputs or form.inputs, kills=kills or form.kills)
    show(measured(size, only or (), _told, lambda figure: _told(as_table([figure]))), target)


@bench.command("city")
def bench_the_city(
    target: JsonOption = "",
    only: Annotated[list[str] | None, typer.Option(help=f"one of {', '.join(PARTS)}; may be repeated")] = None,
    folder: Annotated[Path | None, typer.Option(help="where the loaded cities are kept; by default nowhere")] = None,
    small: Annotated[bool, typer.Option("--small", help="the tenth of a city alone")] = False,
) -> None:
    """A city of 50,000 needs and 50,000 offers through the door, beside a tenth of it (needs a checkout)."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    show(measure_cities(folder, only or (), small, lambda figure: _told(as_table([figure]))), target)


def _told(line: str) -> None:
    typer.echo(line, err=True)


def show(measures: Sequence[Measure], target: str) -> None:
    """Exit code 1 when a figure does not hold."""
    write_json(measures, target) if target else typer.echo(as_table(measures))
    raise typer.Exit(0 if all(each["holds"] for each in measures) else 1)
