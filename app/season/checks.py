"""Whether the files of a season fit together: every code, number and date that one file takes from another."""

from app.season.files import COMPETITION, Faults, Season, Tables
from app.season.known import Known
from app.season.order import ROOMS
from app.season.terms import terms_of


def check_tables(tables: Tables, faults: Faults) -> None:
    """Note what is wrong with the lists, each in itself and against the others."""
    known = Known(tables)
    for room in ROOMS:
        if room.check_lists:
            room.check_lists(tables, known, faults)


def check_season(season: Season) -> None:
    """Refuse a season whose documents do not fit its lists. Refusal: SeasonRefused, with every fault."""
    faults, known = Faults(), Known(season.tables)
    for room in ROOMS:
        if room.check:
            room.check(season, known, faults)
    terms = faults.take(COMPETITION, terms_of, season.competition)
    for room in ROOMS if terms else ():
        if terms and room.check_competition:
            room.check_competition(season.competition, terms, known, faults)
    faults.refuse()
