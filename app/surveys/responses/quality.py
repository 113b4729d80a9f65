"""What the rules find doubtful about a response, for a person to look at; and how it is kept with the response."""

from collections.abc import Collection, Mapping
from typing import Any

from app.surveys.questionnaires.definition import SurveyDefinition
from app.surveys.responses import rules
from app.surveys.responses.rules import Suggestion

# With fewer answers two people easily say the same.
SAME_CONTENT_FROM = 8


def suggestions(
    definition: SurveyDefinition,
    answers: Mapping[str, Any],
    *,
    shown: int,
    missing: Collection[str],
    seconds: int | None,
    community_code: str,
    frame: Collection[str],
    earlier: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Every rule's suggestion as it is stored: [{"code": …, "facts": {…}}], in the order of the rules.

    `earlier`: fingerprint → serial of the wave's other responses.
    """
    matrices = {
        q.name: list(answers[q.name].values()) for q in definition.questions if _is_rated(q.type, q.name, answers)
    }
    same = rules.suggest_same_content(rules.fingerprint_of(answers), earlier)
    found = [
        rules.suggest_too_fast(seconds, shown),
        rules.suggest_straight_lining(matrices),
        rules.suggest_outside_frame(community_code, frame),
        same if len(answers) >= SAME_CONTENT_FROM else None,
        rules.suggest_required_missing(sorted(missing)),
    ]
    return [_kept(suggestion) for suggestion in found if suggestion is not None]


def _is_rated(kind: str, name: str, answers: Mapping[str, Any]) -> bool:
    return kind == "rating_matrix" and name in answers


def _kept(suggestion: Suggestion) -> dict[str, Any]:
    return {"code": suggestion.code.value, "facts": suggestion.facts}
