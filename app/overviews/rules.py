"""What somebody's desk shows besides what waits: the state of all that they look after."""

from datetime import timedelta
from enum import StrEnum


class Overview(StrEnum):
    """`communities`: every community of the area; `contracts`: those that a firm is engaged for; `season`: what a
    bureau has under way, its money, and where too few offers stand against what is needed; `installation`: whether the
    platform itself runs as it should, which is read in its own room."""

    communities = "communities"
    contracts = "contracts"
    season = "season"
    installation = "installation"


# A community that nobody has asked for a year counts as not asked in this season.
SEASON = timedelta(days=365)
# With so few offers for what is needed, there is no choice, or nobody at all, when a notice asks for it.
FEW_OFFERS = 1


def is_thin(demand: int, supply: int) -> bool:
    """Whether what is needed here may find nobody to apply."""
    return demand > 0 and supply <= FEW_OFFERS
