"""Reads an exported round again and recomputes all of it: lots, acceptability, capacities, reasons, the bound, and the
allocation itself from seed and lists.

An export states everything its own certificate rests on, so anybody can check it without the platform that made it.
What it proposed is judged by the certificate, which shares nothing with the allocation; that another stable proposal
was not put in its place, the allocation done again tells. That the lists themselves are those of the round, no file can
prove of itself: its digest does, which was published with the pairs and stands in the audit log.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from app.matching.allocation.allocate import allocate
from app.matching.allocation.certificate import certify
from app.matching.allocation.exported import (
    ExportedCertificate,
    ExportedNeed,
    ExportedSelection,
    digest_of,
    read_selection,
)

Found = dict[str, Any]
# In words, for a reader of either language; the particulars of a fault fill them.
FAULTS = {
    "lot_differs": (
        "{key} 的签号不是由公布的种子算出的。",
        "The lot of {key} does not follow from the published seed.",
    ),
    "not_chosen_by_seeker": (
        "需求 {seeker} 没有选择服务 {provider}，却被配成一对。",
        "Need {seeker} is paired with offer {provider}, which it did not choose.",
    ),
    "not_chosen_by_provider": (
        "服务 {provider} 没有选择需求 {seeker}，却被配成一对。",
        "Offer {provider} is paired with need {seeker}, which it did not choose.",
    ),
    "seated_twice": (
        "需求 {seeker} 被配了 {seats} 次，只能配一次。",
        "Need {seeker} is paired {seats} times; once is all there is.",
    ),
    "quota_exceeded": (
        "服务 {provider} 被配给 {taken} 项需求，超过了它的名额。",
        "Offer {provider} is given {taken} needs, more than it has places for.",
    ),
    "blocks": (
        "需求 {seeker} 与服务 {provider} 宁愿选择对方，而不接受各自的配对结果：方案不稳定。",
        "Need {seeker} and offer {provider} would both rather have each other: the allocation is not stable.",
    ),
    "partner_differs": (
        "按种子和名单重新分配，需求 {need} 应配给“{found}”，文件中写的是“{stated}”（“-”表示没有配对）。",
        'Allocated again from seed and lists, need {need} gets "{found}"; the file says "{stated}" ("-": nobody).',
    ),
    "digest_differs": (
        "文件内容的摘要是 {found}，文件中写的是 {stated}：内容被改动过。",
        "The digest of what the file says is {found}, the file states {stated}: it was altered.",
    ),
    "not_as_published": (
        "文件内容的摘要是 {found}，公布的是 {published}：这不是当时公布的结果。",
        "The digest of what the file says is {found}, the published one is {published}: this was not published.",
    ),
    "certificate_differs": (
        "证书的“{part}”部分与按名单重新计算的结果不符。",
        'The part "{part}" of the certificate is not what follows from the lists.',
    ),
    "reason_differs": (
        "证书中需求 {seeker} 与服务 {provider} 的理由与按名单重新计算的结果不符。",
        "What the certificate says of need {seeker} and offer {provider} does not follow from the lists.",
    ),
    "unmatched_differs": (
        "{key} 未配对的理由写的是“{stated}”，按名单应为“{found}”（“-”表示不应列出）。",
        'For {key} the reason stated for having no partner is "{stated}"; the lists say "{found}" ("-": none).',
    ),
}


def verify_selection(exported: Any, published: str | None = None) -> tuple[Found, list[Found]]:
    """What an export holds, in counts and its digest, and every fault found in it; without a fault the allocation
    stands, as `published` (the digest on the round's page) where that is given.

    A fault has its code under `fault` and its particulars beside it (`in_words` says it). Refuses SelectionMalformed.
    """
    read, digest = read_selection(exported), digest_of(exported)
    seekers = {need.key: need.groups for need in read.needs}
    providers = {offer.key: offer.groups for offer in read.offers}
    places = {offer.key: offer.places for offer in read.offers}
    derived = certify(seekers, providers, places, [(need, offer) for need, offer in read.pairs])
    faults = [
        *_digest_faults(read, digest, published),
        *_lot_faults(read),
        *_partner_faults(read, dict(allocate(seekers, providers, places, read.seed).pairs)),
        *derived["faults"],
        *({"fault": "blocks", "seeker": row["seeker"], "provider": row["provider"]} for row in derived["blocking"]),
        *_certificate_faults(read.certificate, derived),
        *_unmatched_faults(read, derived),
    ]
    facts: Found = {"round": read.round_id, "needs": len(read.needs), "offers": len(read.offers)}
    facts |= {"mutual": len(derived["pairs"]), **derived["size"], "stable": derived["stable"], "digest": digest}
    return facts, faults


def in_words(fault: Mapping[str, Any]) -> tuple[str, str]:
    """A fault in Chinese and in English."""
    zh, en = FAULTS[fault["fault"]]
    facts = {name: "-" if value is None else value for name, value in fault.items()}
    return zh.format(**facts), en.format(**facts)


def _digest_faults(read: ExportedSelection, digest: str, published: str | None) -> Iterator[Found]:
    if read.digest not in {None, digest}:
        yield {"fault": "digest_differs", "stated": read.digest, "found": digest}
    if published not in {None, digest}:
        yield {"fault": "not_as_published", "published": published, "found": digest}


def _partner_faults(read: ExportedSelection, again: Mapping[str, str]) -> Iterator[Found]:
    stated = {need: offer for need, offer in read.pairs}
    for need in sorted(stated.keys() | again.keys()):
        if stated.get(need) != again.get(need):
            yield {"fault": "partner_differs", "need": need, "stated": stated.get(need), "found": again.get(need)}


def _lot_faults(read: ExportedSelection) -> Iterator[Found]:
    rows: list[ExportedNeed] = [*read.needs, *read.offers]
    for row in rows:
        if row.lot != hashlib.sha256(f"{read.seed}\n{row.key}".encode(errors="surrogatepass")).hexdigest():
            yield {"fault": "lot_differs", "key": row.key}


def _certificate_faults(stored: ExportedCertificate, derived: Mapping[str, Any]) -> Iterator[Found]:
    """Every statement of the stored certificate that does not follow from the lists and pairs of the file."""
    stated = stored.model_dump()
    for part in ("stable", "size", "capacities", "faults", "blocking"):
        if stated[part] != derived[part] and (part != "size" or stored.size):
            yield {"fault": "certificate_differs", "part": part}
    rows, recomputed = (
        {(row["seeker"], row["provider"]): row for row in certificate["pairs"]} for certificate in (stated, derived)
    )
    if len(rows) != len(stored.pairs):
        yield {"fault": "certificate_differs", "part": "pairs"}
    for seeker, provider in sorted(rows.keys() | recomputed.keys()):
        if rows.get((seeker, provider)) != recomputed.get((seeker, provider)):
            yield {"fault": "reason_differs", "seeker": seeker, "provider": provider}


def _unmatched_faults(read: ExportedSelection, derived: Mapping[str, Any]) -> Iterator[Found]:
    """Whoever is without a partner is listed with the reason that follows from the lists, and nobody else is."""
    places = {offer.key: offer.places for offer in read.offers}
    chosen = [row for row in derived["pairs"] if places[row["provider"]]]
    asked, answered = {row["seeker"] for row in chosen}, {row["provider"] for row in chosen}
    got, used = {need for need, _ in read.pairs}, {offer for _, offer in read.pairs}
    needs = {n.key: "places_taken" if n.key in asked else "no_mutual_choice" for n in read.needs if n.key not in got}
    offers = {
        key: "no_places" if not count else "chosen_elsewhere" if key in answered else "no_mutual_choice"
        for key, count in places.items()
        if key not in used
    }
    needs |= dict.fromkeys((need.key for need in read.needs if need.gone), "gone")
    offers |= dict.fromkeys((offer.key for offer in read.offers if offer.gone), "gone")
    for stated, found in ((read.unmatched.needs, needs), (read.unmatched.offers, offers)):
        for key in sorted(found.keys() | stated.keys()):
            if found.get(key) != stated.get(key):
                yield {"fault": "unmatched_differs", "key": key, "stated": stated.get(key), "found": found.get(key)}
