"""The form in which a round is exported, so that anybody can check it: needs ask, offers give, keys name both."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.errors import DomainError
from app.core.reading.foreign import FileTooDeep, FileUnreadable, check_json

Groups = list[list[str]]
Particulars = dict[str, str | int]


class SelectionFileUnreadable(DomainError):
    """There is no such file, or it does not hold JSON."""

    status = 422


class SelectionMalformed(DomainError):
    """The file does not have the form of an exported round; `where` names the first entry that does not fit."""

    status = 422


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ExportedNeed(_Form):
    """`groups`: the partners that chose this side too, best first, in its own ranks; a rank of others is left empty.
    `gone`: withdrawn or paused before the lists closed, so that it took no part in the allocation."""

    key: str
    lot: str
    gone: bool = False
    groups: Groups
    source: Literal["submitted", "derived"] | None


class ExportedOffer(ExportedNeed):
    """The same for an offer, and how many needs it can serve."""

    places: int = Field(ge=0)


class ExportedReason(BaseModel):
    """A row of the certificate: a pair that chose each other, and what else is said of it."""

    model_config = ConfigDict(extra="allow", strict=True)
    __pydantic_extra__: Particulars

    seeker: str
    provider: str
    reason: str


class ExportedSize(_Form):
    matched: int
    at_most: int


class ExportedCertificate(_Form):
    """`size` is absent where a round was certified before bounds were stated."""

    stable: bool
    size: ExportedSize | None = None
    capacities: list[Particulars]
    faults: list[Particulars]
    pairs: list[ExportedReason]
    blocking: list[Particulars]


class ExportedUnmatched(_Form):
    """Each key without a partner, and why."""

    needs: dict[str, str]
    offers: dict[str, str]


class ExportedSelection(_Form):
    """`seed` was published when the round opened; a lot is the SHA-256 of seed, line feed and key. `pairs` are
    [need, offer] as proposed, whatever the two sides answered later. `digest` (`digest_of`) was published with them;
    version 1 had none."""

    format: Literal["shuangxuan.selection"]
    version: Literal[1, 2]
    round_id: int
    title_zh: str
    title_en: str
    area_code: str
    proposed_at: str
    seed: str
    needs: list[ExportedNeed]
    offers: list[ExportedOffer]
    pairs: list[list[str]]
    unmatched: ExportedUnmatched
    certificate: ExportedCertificate
    digest: str | None = None


def digest_of(exported: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of everything an export says but the digest itself: JSON with sorted names and no spaces."""
    said = {name: value for name, value in exported.items() if name != "digest"}
    written = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode(errors="surrogatepass")).hexdigest()


def parse_selection(content: bytes) -> Any:
    """What a file holds, not yet judged. Refuses SelectionFileUnreadable, and what meets a limit of `foreign`."""
    try:
        check_json(content)
    except (FileUnreadable, FileTooDeep):
        raise SelectionFileUnreadable() from None
    return json.loads(content.decode("utf-8-sig"))


def read_selection(exported: Any) -> ExportedSelection:
    """An export as it was read from JSON. Refuses SelectionMalformed: a missing or wrong entry, a key or a partner
    named twice, a name that is nobody's key."""
    try:
        read = ExportedSelection.model_validate(exported)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise SelectionMalformed(where=where or "$") from None
    needs, offers = [row.key for row in read.needs], [row.key for row in read.offers]
    _check_names(needs, needs, "needs")
    _check_names(offers, offers, "offers")
    for need in read.needs:
        _check_names([id for group in need.groups for id in group], offers, f"needs.{need.key}.groups")
    for offer in read.offers:
        _check_names([id for group in offer.groups for id in group], needs, f"offers.{offer.key}.groups")
    asking, giving = set(needs), set(offers)
    for at, pair in enumerate(read.pairs):
        if len(pair) != 2 or pair[0] not in asking or pair[1] not in giving:
            raise SelectionMalformed(where=f"pairs.{at}")
    return read


def _check_names(named: Sequence[str], known: Iterable[str], where: str) -> None:
    repeated = [name for name, count in Counter(named).items() if count > 1]
    if repeated or set(named) - set(known):
        raise SelectionMalformed(where=where)
