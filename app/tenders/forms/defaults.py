"""The form that a notice begins with: one for a project competition, one for the purchase of a service."""

import tomllib
from functools import cache
from pathlib import Path

from app.tenders.forms.definition import ApplicationForm
from app.tenders.profiles.rules import profile

FOLDER = Path(__file__).parent


def default_form(profile_name: str) -> ApplicationForm:
    """The form for a notice under this profile. Refusal: ProfileUnknown."""
    return _read("competition" if profile(profile_name).is_grant else "purchase")


@cache
def _read(name: str) -> ApplicationForm:
    return ApplicationForm.model_validate(tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")))
