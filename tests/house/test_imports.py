"""Rooms and what each may know of the others (docs/architecture.md): imports point one way, SQL has its places."""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable

from bot.channels.registry import CHANNELS
from bot.gateway.store import manners
from tests.house.house import Import, files, imports, parsed, place, report

GATEWAY_ROOMS = (
    "bot.gateway.store",
    "bot.gateway.jobs",
    "bot.gateway.people",
    "bot.gateway.customer",
    "bot.gateway.turns",
    "bot.gateway.announce",
    "bot.gateway",
    "bot.gateway.http",
)
# room: the other rooms it may know. A module belongs to the room with the longest name that fits; the tools in
# scripts may know everything.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "bot.core": (),
    "bot.grid": ("bot.core",),
    "bot.ports": ("bot.core",),
    "bot.outages": ("bot.grid", "bot.ports"),
    "bot.outages.__main__": ("bot.adapters", "bot.outages"),
    "bot.region": ("bot.core",),
    "bot.adapters": ("bot.core", "bot.ports"),
    "bot.engine": ("bot.core",),
    "bot.voice": ("bot.core",),
    "bot.events": (),
    "bot.gateway.store": ("bot.core", "bot.region"),
    "bot.gateway.jobs": ("bot.gateway.store",),
    "bot.gateway.people": ("bot.core", "bot.region", "bot.gateway.store"),
    "bot.gateway.customer": ("bot.core", "bot.ports", "bot.gateway.store"),
    "bot.gateway.turns": (
        "bot.core",
        "bot.ports",
        "bot.gateway.store",
        "bot.gateway.people",
        "bot.gateway.customer",
    ),
    "bot.gateway.announce": ("bot.ports", "bot.region", "bot.gateway.store"),
    "bot.gateway": ("bot.ports", "bot.region", *GATEWAY_ROOMS[:6]),
    "bot.gateway.http": ("bot.ports", *GATEWAY_ROOMS[:7]),
    "bot.channels": ("bot.core", "bot.ports", "bot.region", *GATEWAY_ROOMS),
    "bot.gateway.app": ("bot.gateway", "bot.gateway.http", "bot.channels"),
    "bot.gateway.__main__": (
        "bot.adapters",
        "bot.channels",
        "bot.region",
        "bot.gateway",
        "bot.gateway.app",
        *GATEWAY_ROOMS,
    ),
    "actions": ("bot.core", "bot.ports", "bot.region"),
    "bot.actionserver": ("actions", "bot.ports", "bot.adapters", "bot.region"),
    "backend": (),
    "demo": ("bot.channels",),
}
MAY_WRITE_SQL = ("backend", "bot.gateway", "bot.events", "bot.engine", "bot.outages")
"""The engine's is Rasa's tracker store."""


def room(module: str) -> str | None:
    """The room of a module, or None when it is nobody's."""
    fitting = [name for name in MAY_IMPORT if f"{module}.".startswith(f"{name}.")]
    return max(fitting, key=len, default=None)


def module_of(found: Import) -> str:
    return place(found.path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def wrong_way(found: Iterable[Import]) -> list[str]:
    """The imports that no room allows."""
    findings = []
    for each in found:
        here, to = room(module_of(each)), room(each.module)
        if here and to and to != here and to not in MAY_IMPORT[here]:
            findings.append(f"{place(each.path, each.line)} {here} may not import {each.module}")
    return findings


def test_imports_point_one_way() -> None:
    # `from a.b import c` counts as a.b too, which is no import of the room a.b when c is a room of its own.
    parents = {name.rpartition(".")[0] for name in MAY_IMPORT}
    found = [
        each
        for each in imports("bot/*.py", "actions/*.py", "backend/*.py", "demo/*.py")
        if each.module not in parents
    ]
    report(wrong_way(found))


def test_every_module_stands_in_a_room() -> None:
    report(
        [
            f"{place(path)} stands in no room"
            for path in files("bot/*.py", "actions/*.py", "backend/*.py", "demo/*.py")
            if path.stat().st_size and room(module_of(Import(path, 0, ""))) is None
        ]
    )


def test_rooms_have_floors() -> None:
    """No two rooms know each other, directly or by way of others."""
    left = {name: set(known) - {name} for name, known in MAY_IMPORT.items()}
    while ground := [name for name, known in left.items() if not known & left.keys()]:
        for name in ground:
            del left[name]
    report([f"{name} is part of a circle" for name in left])


def test_sql_has_its_places() -> None:
    """Elsewhere neither SQLAlchemy nor a table is known; a connection is handed on and nothing more."""
    report(
        [
            f"{place(each.path, each.line)} imports {each.module}"
            for each in imports("bot/*.py", "actions/*.py", "demo/*.py")
            if each.module.split(".")[0] == "sqlalchemy" or ".tables" in each.module
            if not module_of(each).startswith(MAY_WRITE_SQL)
        ]
    )


def test_tables_stand_in_the_store() -> None:
    """Of the gateway: a table or a transaction of its own is defined nowhere else."""
    report(
        [
            f"{place(path, number)} {line.strip()}"
            for path in files("bot/gateway/*.py", "bot/channels/*.py")
            if "store" not in path.parts
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            if re.search(r"sa\.Table\($|create_(async_)?engine\(|\.begin\(\)", line)
        ]
    )


def _tells_channels_apart(node: ast.AST) -> bool:
    """A comparison of what is called channel with a name, or with a collection of names."""
    match node:
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()]):
            return _is_channel(left)
        case ast.Compare(left=left, comparators=others):
            sides = [left, *others]
            named = any(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in sides)
            return named and any(_is_channel(each) for each in sides)
        case ast.Match(subject=subject):
            return _is_channel(subject)
        case ast.Call(func=ast.Attribute(value=value, attr="startswith" | "endswith")):
            return _is_channel(value)
    return False


def _is_channel(node: ast.expr) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=name)):
            return str(name).strip("_") == "channel"
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value="channel"), *_]):
            return True
    return False


def test_no_channel_is_known_by_its_name() -> None:
    """What is done differently in one of them is an answer of its manner (bot/core/manner.py)."""
    report(
        [
            f"{place(path, node.lineno)} {ast.unparse(node)}"
            for path in files("bot/*.py", "actions/*.py")
            for node in ast.walk(parsed(path))
            if isinstance(node, ast.expr | ast.Match) and _tells_channels_apart(node)
        ]
    )


def test_every_channel_of_customers_has_its_manner() -> None:
    named = {each.name for each in CHANNELS if each.for_customers}
    assert named == {path.stem for path in manners.FOLDER.glob("*.yml")}
    assert all(manners.of(name) for name in named), "each answers every question"


def test_a_class_name_is_given_once() -> None:
    """Once in the bot, once in the reference company, which is a program of its own and imports nothing of the bot."""
    findings = []
    for program in (("bot/*.py", "actions/*.py", "demo/*.py", "scripts/*.py"), ("backend/*.py",)):
        named = defaultdict(list)
        for path in files(*program):
            for node in ast.walk(parsed(path)):
                if isinstance(node, ast.ClassDef):
                    named[node.name].append(place(path, node.lineno))
        findings += [f"{name}: {', '.join(where)}" for name, where in sorted(named.items()) if len(where) > 1]
    report(findings)


MOST_LINES = 350


def test_no_file_is_too_long() -> None:
    """Lines of code, without blanks and comments; migrations are what they are."""
    report(
        [
            f"{place(path)} is too long"
            for path in files("bot/*.py", "actions/*.py", "backend/*.py", "scripts/*.py", "demo/*.py")
            if "migrations" not in path.parts
            and sum(
                bool(line.strip()) and not line.strip().startswith("#")
                for line in path.read_text(encoding="utf-8").splitlines()
            )
            > MOST_LINES
        ]
    )


def test_core_uses_the_standard_library_only() -> None:
    known = {*sys.stdlib_module_names, "bot"}
    report(
        [
            f"{place(found.path, found.line)} imports {found.module}"
            for found in imports("bot/core/*.py")
            if found.module.split(".")[0] not in known
        ]
    )


def test_only_the_engine_and_the_actions_know_rasa() -> None:
    report(
        [
            f"{place(found.path, found.line)} imports {found.module}"
            for found in imports("bot/*.py", "backend/*.py")
            if found.module.split(".")[0] in ("rasa", "rasa_sdk")
            and room(module_of(found)) not in ("bot.engine", "bot.actionserver")
        ]
    )


def test_nothing_is_loaded_in_the_event_loop() -> None:
    """A `load` reads files for seconds, in which no message is answered; asyncio.to_thread calls it elsewhere."""
    findings = []
    for path in files("bot/gateway/*.py", "bot/channels/*.py", "actions/*.py", "backend/*.py"):
        for outer in ast.walk(parsed(path)):
            if isinstance(outer, ast.AsyncFunctionDef):
                calls = (each.func for each in ast.walk(outer) if isinstance(each, ast.Call))
                names = (getattr(each, "id", getattr(each, "attr", "")) for each in calls)
                findings += [
                    f"{place(path, outer.lineno)} {outer.name} loads" for name in names if name == "load"
                ]
    report(findings)


def test_no_parameter_is_left_that_nobody_gives() -> None:
    """Of functions that are only called by name: each parameter with a default is given by some call."""
    trees = {path: parsed(path) for path in files("*.py")}
    nodes = [node for tree in trees.values() for node in ast.walk(tree)]
    calls: defaultdict[str, list[ast.Call]] = defaultdict(list)
    for node in nodes:
        if isinstance(node, ast.Call):
            calls[getattr(node.func, "id", getattr(node.func, "attr", ""))].append(node)
    called = {id(call.func) for each in calls.values() for call in each}
    handed_on = {
        getattr(node, "id", getattr(node, "attr", ""))
        for node in nodes
        if isinstance(node, ast.Name | ast.Attribute) and id(node) not in called
    }
    findings = []
    for path in files("actions/*.py", "bot/core/*.py"):
        for made in trees[path].body:
            if not isinstance(made, ast.FunctionDef | ast.AsyncFunctionDef) or made.decorator_list:
                continue
            if made.name in handed_on or made.name not in calls:
                continue
            places = [*made.args.posonlyargs, *made.args.args]
            optional = {
                each.arg: n for n, each in enumerate(places) if n >= len(places) - len(made.args.defaults)
            }
            optional |= {
                each.arg: 99
                for each, default in zip(made.args.kwonlyargs, made.args.kw_defaults, strict=True)
                if default
            }
            findings += [
                f"{place(path, made.lineno)} {made.name}: nobody gives {name}"
                for name, n in optional.items()
                if not any(_gives(call, name, n) for call in calls[made.name])
            ]
    report(findings)


def _gives(call: ast.Call, name: str, position: int) -> bool:
    open_end = any(isinstance(each, ast.Starred) for each in call.args)
    return open_end or len(call.args) > position or any(each.arg in (name, None) for each in call.keywords)
