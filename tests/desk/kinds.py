"""Every kind of thing that can wait on a desk, by room and verb, and the words of the control that finishes it."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.tenders.awards.rules import RESULT_MOVES
from tests.test_actions import FEATURES, WORDS, policies

KINDS = {
    "parties.edit": "rooms.parties.action.edit",
    "parties.confirm_membership": "accounts.is_colleague",
    "parties.approve_reset": "accounts.approve",
    "parties.read_reset": "accounts.told",
    "parties.cancel_reset": "accounts.stop",
    "surveys.publish": "rooms.surveys.action.publish",
    "surveys.close": "rooms.surveys.action.close",
    "waves.close": "surveys.of_wave.action.close",
    "surveys.confirm": "rooms.surveys.action.confirm",
    "needs.publish": "rooms.needs.action.edit",  # a draft is completed first, and published when nothing is missing
    "needs.edit": "rooms.needs.action.edit",
    "offers.publish": "rooms.offers.action.edit",
    "offers.edit": "rooms.offers.action.edit",
    "selection.submit": "action.submit",
    "selection.confirm": "action.confirm",
    "selection.fill": "selection.action.fill",
    "tenders.open": "rooms.notices.action.open",
    "tenders.answer": "action.answer",
    "tenders.fail": "action.fail",
    "bids.submit": "bids.action.submit",
    "bids.revise": "bids.action.revise",
    "bids.confirm": "bids.action.confirm",
    "bids.prequalify": "action.prequalify",
    "panels.declare": "panels.declare.none",
    "panels.deliver": "rooms.panels.action.deliver",
    "panels.appoint": "rooms.panels.action.appoint",
    "panels.close": "rooms.panels.action.close",
    "panels.confirm": "rooms.panels.action.confirm",
    "panels.approve": "rooms.panels.action.approve",
    "awards.propose": "rooms.awards.action.propose",
    "awards.publish": "rooms.awards.action.publish",
    "awards.confirm": "rooms.awards.action.confirm",
    "awards.accept_cut": "rooms.awards.action.accept_cut",
    "objections.reject": "tenders.objections.action.reject",
    "contracts.sign": "rooms.contracts.action.sign",
    "contracts.start": "rooms.contracts.action.start",
    "contracts.report": "rooms.contracts.action.report",
    "contracts.meet": "rooms.contracts.action.meet",
    "contracts.accept": "rooms.contracts.action.accept",
    "contracts.pay": "rooms.contracts.action.pay",
    "contracts.complete": "rooms.contracts.action.complete",
    "contracts.engage": "rooms.contracts.action.engage",
    "contracts.refund": "rooms.contracts.action.refund",
    "evaluations.begin": "rooms.evaluations.action.begin",
    "evaluations.submit": "rooms.evaluations.action.submit",
    "evaluations.sign": "rooms.evaluations.action.sign",
    "evaluations.confirm": "rooms.evaluations.action.confirm",
    "evaluations.draw_spot_checks": "rooms.evaluations.action.draw_spot_checks",
    "inspections.draw_inspections": "rooms.inspections.action.draw_inspections",
    "inspections.record": "rooms.inspections.action.record",
    "findings.answer": "rooms.findings.action.answer",
    "findings.accept": "rooms.findings.action.accept",
    "budgets.propose": "rooms.budgets.action.propose",
    "budgets.approve": "rooms.budgets.action.approve",
    "budgets.grant": "rooms.budgets.action.grant",
    "budgets.submit": "rooms.budgets.action.submit",
    "budgets.sign": "rooms.budgets.action.sign",
    "service_sessions.conclude": "rooms.service_sessions.action.conclude",
    "voices.ask": "rooms.voices.action.ask",
    "service_sessions.enter_list": "rooms.service_sessions.action.enter_list",
    "service_sessions.record_call_back": "rooms.service_sessions.status.call_backs.confirmed",
    "service_sessions.close": "rooms.service_sessions.action.close",
    "records.answer": "rooms.records.action.answer",
    "records.supersede": "rooms.records.action.supersede",
    "records.lift": "rooms.records.action.lift",
    "records.enter": "rooms.records.action.enter_record",
    "assessments.declare": "assessments.no_interest",
    "assessments.lock": "rooms.assessments.action.lock",
    "assessments.seat": "rooms.assessments.action.seat",
    "assessments.collect": "rooms.assessments.action.collect",
    "assessments.compute": "rooms.assessments.action.compute",
    "assessments.uphold": "rooms.assessments.action.uphold",
    "ratings.admit": "rooms.ratings.action.admit",
    "ratings.pass": "rooms.ratings.action.pass",
    "ratings.vote": "rooms.ratings.action.vote",
    "ratings.announce": "rooms.ratings.action.announce",
    "ratings.confirm": "rooms.ratings.action.confirm",
    "ratings.decline": "rooms.ratings.action.decline",
    "ratings.rectify": "rooms.ratings.action.rectify",
    "ratings.return_plate": "rooms.ratings.action.return_plate",
    "registrations.admit": "rooms.registrations.action.admit",
}
# What only others do, and one waits for.
AWAITED = {"selection.close", "bids.open"}
MAKERS = {"Waiting": 1, "_waits": 0, "waits": 0, "_waiting": 0, "_item": 0}
# Verbs that a table of another room gives.
GIVEN = {"next_step": {verb for _, verb in RESULT_MOVES}}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def word(key: str, language: str = "zh") -> str:
    """What a screen calls it: a key of the shared words, of a room's or of a feature's."""
    first, *rest = key.split(".")
    if first == "rooms":
        said = json.loads((WORDS / "rooms" / f"{rest[0]}.json").read_text(encoding="utf-8"))[language]
        rest = rest[1:]
    elif (FEATURES / first).is_dir():
        said = json.loads((FEATURES / first / f"{language}.json").read_text(encoding="utf-8"))
    else:
        said = json.loads((WORDS / f"{language}.json").read_text(encoding="utf-8"))[first]
    for step in rest:
        said = said[step]
    return str(said)


def desk_words(language: str, place: str) -> set[str]:
    said: dict[str, dict[str, Any]] = json.loads((FEATURES / "desk" / f"{language}.json").read_text(encoding="utf-8"))
    return {f"{room}.{verb}" for room, verbs in said[place].items() for verb in verbs}


def kinds_of_code() -> set[str]:
    """Every "room.verb" of which some room makes a `Waiting`, read from the code that makes it."""
    return {kind for path in Path("app").rglob("queries.py") for kind in _kinds(path)}


def _kinds(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    made = [call for call in ast.walk(tree) if isinstance(call, ast.Call) and ast.unparse(call.func) == "Waiting"]
    room = next((said for call in made for said in _texts(call.args[0])), path.parts[1])
    known = {
        verb for policy in policies() for name, who in vars(policy).items() if name.endswith("WHO") for verb in who
    }
    for function in functions:
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in MAKERS:
                verb = call.args[MAKERS[ast.unparse(call.func)]]
                yield from (f"{room}.{said}" for said in _verbs(verb, function, functions) & known)


def _verbs(said: ast.expr, within: Function, functions: list[Function]) -> set[str]:
    """What a verb can be: written there, given a name in the same function, or the answer of another one."""
    found = _texts(said)
    if isinstance(said, ast.Name):
        found |= {text for node in ast.walk(within) if _names(node, said.id) for text in _texts(node)}
        calls = [call for node in ast.walk(within) if _names(node, said.id) for call in ast.walk(node)]
    else:
        calls = list(ast.walk(said))
    called = {ast.unparse(call.func) for call in calls if isinstance(call, ast.Call)}
    found |= {verb for name in called for verb in GIVEN.get(name, ())}
    answers = [node for each in functions if each.name in called for node in ast.walk(each)]
    return found | {text for node in answers if isinstance(node, ast.Return) for text in _texts(node)}


def _names(node: ast.AST, name: str) -> bool:
    """Gives the name a value: by an assignment, or by going through a dictionary's keys."""
    match node:
        case ast.Assign(targets=[ast.Name(id=given)]) | ast.NamedExpr(target=ast.Name(id=given)):
            return given == name or isinstance(node.value, ast.Dict)
    return False


def _texts(node: ast.AST) -> set[str]:
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}
