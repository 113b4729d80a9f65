"""What a survey's answers are weighted to: [{"margin": …, "counts": {group: count}}].

A margin is a single-choice question or `community_code`. An option without a count ("prefer not to say") is left as it
is by that margin.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.core.errors import DomainError
from app.surveys.questionnaires.definition import SurveyDefinition

COMMUNITY = "community_code"
Targets = Sequence[Mapping[str, Any]]


class TargetUnfit(DomainError):
    """A weighting target that fits no question, or groups that the question does not have."""

    status = 422


def check_targets(definition: SurveyDefinition, targets: Targets) -> None:
    """Refuse (TargetUnfit) a margin that is no single-choice question, a group it does not offer, a count below 1."""
    for target in targets:
        name, counts = str(target["margin"]), target["counts"]
        question = definition.question(name)
        if name != COMMUNITY and (question is None or question.type != "single"):
            raise TargetUnfit(margin=name, group="")
        offered = {option.name for option in question.options} if question else set(counts)
        unfit = sorted(group for group, count in counts.items() if group not in offered or count < 1)
        if unfit or not counts:
            raise TargetUnfit(margin=name, group=unfit[0] if unfit else "")
