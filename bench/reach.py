"""How far an endpoint reaches: the files one reads to follow it, from its own text to everything that it calls.

A static reading of the sources: every function, class and constant of the platform that is named on the way, through
`module.name` and `Class.method`, the ground floor (core) left out. What is called by a value (a callback, a reaction
of flow.py) is not followed.
"""

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Place(NamedTuple):
    """Something that is defined: a module's `name`, or the `method` of the class of that name."""

    module: str
    name: str
    method: str = ""


class Reach(NamedTuple):
    """What an endpoint touches: files in the order they are met, and the lines of the functions followed."""

    endpoint: str
    files: tuple[Path, ...]
    lines: int

    @property
    def folders(self) -> int:
        return len({file.parent for file in self.files})


class Module:
    """One file: what it defines, and where the names come from that it imports from the platform."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self.tree = ast.parse(path.read_text(encoding="utf-8"))

    @cached_property
    def defined(self) -> dict[str, ast.stmt]:
        found: dict[str, ast.stmt] = {}
        for node in self.tree.body:
            if isinstance(node, Function | ast.ClassDef):
                found[node.name] = node
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                found |= {target.id: node for target in targets if isinstance(target, ast.Name)}
        return found

    @cached_property
    def imported(self) -> dict[str, tuple[str, str]]:
        froms = (node for node in self.tree.body if isinstance(node, ast.ImportFrom))
        return {name.asname or name.name: (node.module or "", name.name) for node in froms for name in node.names}

    @cached_property
    def endpoints(self) -> list[str]:
        return [name for name, node in self.defined.items() if isinstance(node, Function) and _is_endpoint(node)]

    def methods(self, name: str) -> dict[str, Function]:
        node = self.defined.get(name)
        body = node.body if isinstance(node, ast.ClassDef) else []
        return {each.name: each for each in body if isinstance(each, Function)}


class Sources:
    """All modules of a package, by their names."""

    def __init__(self, project: Path, package: str = "app") -> None:
        paths = sorted((project / package).rglob("*.py"))
        named = {".".join(path.relative_to(project).with_suffix("").parts): path for path in paths}
        self.ground_floor = f"{package}.core"
        self.modules = {name.removesuffix(".__init__"): Module(path, name) for name, path in named.items()}

    def reaches(self) -> list[Reach]:
        rooms = (each for name, each in self.modules.items() if not name.startswith(self.ground_floor))
        return [self._reach(Place(module.name, name)) for module in rooms for name in module.endpoints]

    def places(self, start: Place) -> dict[Place, ast.AST]:
        """Everything that is named on the way from `start`, in the order it is met, with its text."""
        seen: dict[Place, ast.AST] = {}
        ahead = [start]
        while ahead:
            place = ahead.pop()
            if place in seen or place.module.startswith(self.ground_floor) or (node := self._node(place)) is None:
                continue
            seen[place] = node
            ahead += self._named_in(place)
        return seen

    def _reach(self, endpoint: Place) -> Reach:
        seen = self.places(endpoint)
        files = dict.fromkeys(self.modules[place.module].path for place in seen)
        followed = (node for node in seen.values() if isinstance(node, Function))
        lines = sum((node.end_lineno or node.lineno) - node.lineno + 1 for node in followed)
        return Reach(endpoint.name, tuple(files), lines)

    def _node(self, place: Place) -> ast.AST | None:
        module = self.modules[place.module]
        return module.methods(place.name).get(place.method) if place.method else module.defined.get(place.name)

    def _named_in(self, place: Place) -> Iterator[Place]:
        module, node = self.modules[place.module], self._node(place)
        body = node.body if isinstance(node, Function) else [getattr(node, "value", None)]
        for part in (part for statement in body if statement for part in ast.walk(statement)):
            if isinstance(part, ast.Name):
                yield from self._resolved(module, part.id)
            elif isinstance(part, ast.Attribute):
                yield from self._attribute(module, part, place)

    def _attribute(self, module: Module, node: ast.Attribute, within: Place) -> Iterator[Place]:
        """`module.name`, `Class.method`, `module.Class.method`, and a class's own `self.method`."""
        if isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"} and within.method:
            yield Place(module.name, within.name, node.attr)
            return
        path = ast.unparse(node).split(".") if isinstance(node.value, ast.Name | ast.Attribute) else []
        if len(path) == 2 and (imported := self._module(module, path[0])):
            yield from self._resolved(imported, path[1])
        elif len(path) in {2, 3}:
            holder = self._module(module, path[0]) if len(path) == 3 else module
            for found in self._resolved(holder, path[-2]) if holder else ():
                if node.attr in self.modules[found.module].methods(found.name):
                    yield found._replace(method=node.attr)

    def _module(self, module: Module, name: str) -> Module | None:
        return self.modules.get(".".join(module.imported.get(name, ("", ""))))

    def _resolved(self, module: Module, name: str) -> Iterator[Place]:
        if name in module.defined:
            yield Place(module.name.removesuffix(".__init__"), name)
        elif (origin := self.modules.get(module.imported.get(name, ("", ""))[0])) and origin is not module:
            yield from self._resolved(origin, module.imported[name][1])


def _is_endpoint(node: Function) -> bool:
    calls = (each for each in node.decorator_list if isinstance(each, ast.Call))
    return any(keyword.arg == "operation_id" for call in calls for keyword in call.keywords)
