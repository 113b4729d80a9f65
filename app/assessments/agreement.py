"""How far those who mark agree, and how each of them marks: shown beside a result, never inside it. Of panels of
tenders and of assessments alike; what is marked is called a bid and who marks it a judge, as in what is kept of both.

A score is taken as bid + judge + rest, by least squares over the counted sheets; the judges' parts add up to nought.
Corrections of scores by such figures are known to move winners without saying who was right: they are told, and the
result stays what the sheets and the published rule make it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from app.assessments.scoring import Scored

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
TOLD = 3  # the sheets of each judge that differ most
ROUNDING = 1e-9  # far above what sums of a panel's sheets are rounded by, far below what joins two judges
LEAST = 3  # sheets from which a judge's spread can be told


@dataclass(frozen=True)
class Reliability:
    """Of the `bids` that all `judges` scored, from 0 (no more than chance) to 1.

    `single`: what one judge's score tells of the bid, ICC(2,1): that some judges are stricter counts against it.
    `consistent`: the same with each judge's strictness taken out, ICC(3,1). `mean`: what the mean of all tells,
    ICC(2,k). Shrout & Fleiss, Psychological Bulletin 86 (1979); McGraw & Wong, Psychological Methods 1 (1996).
    """

    bids: int
    judges: int
    single: Decimal
    consistent: Decimal
    mean: Decimal


@dataclass(frozen=True)
class Surprise:
    """A sheet and by how many points its total lies above what bid and judge let expect."""

    bid: str
    difference: Decimal


@dataclass(frozen=True)
class Mirror:
    """How a judge marked. `severity`: points above the panel (below nought: stricter). `spread`: how far the judge
    tells bids apart, 1 as the panel does, less: closer together; None from too few sheets. `scatter`: the standard
    deviation of the rest, in points. `surprises`: the own sheets that differ most."""

    judge: str
    sheets: int
    severity: Decimal
    spread: Decimal | None
    scatter: Decimal
    surprises: tuple[Surprise, ...]


@dataclass(frozen=True)
class Agreement:
    """`reliability`: None where fewer than two bids were scored by all judges, or none better than another. `mirrors`:
    by judge; none where no chain of bids scored together joins all judges, since strictness then cannot be told from
    merit."""

    reliability: Reliability | None
    mirrors: tuple[Mirror, ...]


def agreement(sheets: Sequence[Scored]) -> Agreement:
    """Of the sheets that count."""
    bids, judges = sorted({sheet.bid for sheet in sheets}), sorted({sheet.judge for sheet in sheets})
    totals, given = np.zeros((len(bids), len(judges))), np.zeros((len(bids), len(judges)), bool)
    for sheet in sheets:
        place = bids.index(sheet.bid), judges.index(sheet.judge)
        totals[place], given[place] = float(sheet.total), True
    complete = totals[given.all(axis=1)]
    return Agreement(_reliability(complete), _mirrors(bids, judges, totals, given))


def _reliability(scores: Floats) -> Reliability | None:
    """From the mean squares between bids, between judges and of the rest (two-way analysis of variance)."""
    n, k = scores.shape
    if n < 2 or k < 2:
        return None
    of_bids, of_judges = scores.mean(axis=1, keepdims=True), scores.mean(axis=0, keepdims=True)
    rest = scores - of_bids - of_judges + scores.mean()
    bids = k * float(of_bids.var()) * n / (n - 1)
    judges = n * float(of_judges.var()) * k / (k - 1)
    error = float((rest**2).sum()) / ((n - 1) * (k - 1))
    if bids <= 0:
        return None
    merit = max(0.0, bids - error)
    single = merit / (bids + (k - 1) * error + k * (judges - error) / n) if merit else 0.0
    consistent = merit / (bids + (k - 1) * error)
    mean = merit / (bids + (judges - error) / n) if merit else 0.0
    return Reliability(n, k, _shown(single, 3), _shown(consistent, 3), _shown(mean, 3))


def _mirrors(bids: list[str], judges: list[str], totals: Floats, given: Mask) -> tuple[Mirror, ...]:
    if len(judges) < 2:
        return ()
    severity = _severity(totals, given)
    if severity is None:
        return ()
    merit = (totals - severity).sum(axis=1, where=given) / given.sum(axis=1)
    rest = totals - merit[:, None] - severity
    return tuple(
        _mirror(judge, [bids[at] for at in own], severity[place], merit[own], totals[own, place], rest[own, place])
        for place, judge in enumerate(judges)
        if len(own := np.flatnonzero(given[:, place]))
    )


def _severity(totals: Floats, given: Mask) -> Floats | None:
    """The judges' parts, which sum to nought: the normal equations with the bids' parts taken out leave one number
    free, and `1 / len` says which. None where they leave more."""
    shares = given / given.sum(axis=1, keepdims=True)
    between = np.diag(given.sum(axis=0)) - given.T.astype(float) @ shares
    if np.linalg.matrix_rank(between, tol=ROUNDING) < len(between) - 1:
        return None
    means = totals.sum(axis=1, where=given) / given.sum(axis=1)
    excess = (totals - means[:, None]).sum(axis=0, where=given)
    found: Floats = np.linalg.solve(between + 1 / len(between), excess)
    return found


def _mirror(judge: str, bids: list[str], severity: float, merit: Floats, totals: Floats, rest: Floats) -> Mirror:
    far = sorted(zip(bids, rest.tolist(), strict=True), key=lambda each: (-abs(each[1]), each[0]))[:TOLD]
    is_told = len(bids) >= LEAST and float(merit.var()) > 0
    spread = float(((merit - merit.mean()) * totals).mean() / merit.var()) if is_told else None
    return Mirror(
        judge,
        len(bids),
        _shown(severity, 2),
        None if spread is None else _shown(spread, 2),
        _shown(float(rest.std()), 2),
        tuple(Surprise(bid, _shown(difference, 1)) for bid, difference in far),
    )


def _shown(value: float, digits: int) -> Decimal:
    """Rounded; never "-0.0"."""
    return Decimal(f"{round(float(value), digits) + 0.0:.{digits}f}")
