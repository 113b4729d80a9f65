"""What a household sees and sends by the code at the door of a session."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from app.core.fields import Line
from app.core.http.pages import at_the_door
from app.core.http.unit import example
from app.parties.queries import PartyName
from app.service_sessions import rules
from app.service_sessions.models import ServiceSession, SignIn
from app.service_sessions.policy import OfContract
from app.service_sessions.rules import PERFORMED, SAID, Opinion, SessionStatus, untimely
from app.surveys.waves.printing import qr_svg

Household = Annotated[str, Line(60, least=1)]


class HouseholdSignIn(BaseModel):
    """The door number, or whatever a household calls itself by: of it only a mark is kept that leads to nobody."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(household="3-2-501"))

    household: Household


class FeedbackGive(HouseholdSignIn):
    """Was it as announced; would they come again. The household is the one that signed in."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=example(household="3-2-501", as_announced="yes", again="partly")
    )

    as_announced: Opinion
    again: Opinion


class DoorLink(BaseModel):
    """What hangs at the door: the address of the page to sign in on, and the QR code that holds it."""

    path: str
    address: str
    qr_svg: str

    @classmethod
    def of(cls, session: ServiceSession, site: str) -> "DoorLink":
        path = at_the_door(session.door)
        return cls(path=path, address=site + path, qr_svg=qr_svg(site + path))


class DoorRead(BaseModel):
    """What somebody sees who follows the code at the door; `is_open`: they can sign in now; `takes_feedback`: whoever
    signed in can say how it was, until `feedback_until`. `reason`: why a cancelled session does not take place."""

    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    contract: str
    contractor_zh: str
    contractor_en: str
    is_demonstration: bool
    is_open: bool
    takes_feedback: bool
    feedback_until: datetime
    reason: str

    @classmethod
    def of(cls, of: OfContract, contractor: PartyName, at: datetime) -> "DoorRead":
        found, contract = of
        same = ("title", "place", "starts_at", "ends_at", "reason")
        may_say = (found.status, "give_feedback") in SAID and (contract.status, "give_feedback") in PERFORMED
        taking = found.status is SessionStatus.planned and untimely("sign_in", found, at) is None
        return cls(
            **{name: getattr(found, name) for name in same},
            contract=contract.title,
            contractor_zh=contractor.zh,
            contractor_en=contractor.en,
            is_demonstration=contract.is_demonstration,
            is_open=taking,
            takes_feedback=may_say and untimely("give_feedback", found, at) is None,
            feedback_until=rules.feedback_end(found),
        )


class SignedIn(BaseModel):
    """`number`: the row of the list that this household now has."""

    number: int

    @classmethod
    def of(cls, sign_in: SignIn) -> "SignedIn":
        return cls(number=sign_in.number)
