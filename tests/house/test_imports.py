"""Imports point one way (docs/architecture.md): core ← company ← actions; core, company ← gateway ← channels."""

import sys

from tests.house.house import imports, place, report

ROOMS = (
    "bot.core",
    "bot.company",
    "bot.engine",
    "bot.gateway",
    "bot.channels",
    "bot.voice",
    "actions",
    "backend",
)
# room: the other rooms it may know
MAY_IMPORT = {
    "bot.core": (),
    "bot.company": ("bot.core",),
    "bot.engine": ("bot.core",),
    "bot.gateway": ("bot.core", "bot.company"),
    "bot.channels": ("bot.core", "bot.company", "bot.gateway"),
    "bot.voice": ("bot.core",),
    "actions": ("bot.core", "bot.company"),
    "backend": (),
}
# The one module of the gateway that plugs the channels in.
PLUGS = {"bot/gateway/app.py"}


def test_imports_point_one_way() -> None:
    findings = []
    for room, allowed in MAY_IMPORT.items():
        folder = room.replace(".", "/")
        for found in imports(f"{folder}/*.py"):
            to = next((r for r in ROOMS if f"{found.module}.".startswith(f"{r}.")), None)
            if to in (None, room, *allowed):
                continue
            if place(found.path) in PLUGS and to == "bot.channels":
                continue
            findings.append(f"{place(found.path, found.line)} {room} may not import {found.module}")
    report(findings)


def test_core_uses_the_standard_library_only() -> None:
    known = {*sys.stdlib_module_names, "bot"}
    report(
        [
            f"{place(found.path, found.line)} imports {found.module}"
            for found in imports("bot/core/*.py")
            if found.module.split(".")[0] not in known
        ]
    )


def test_only_the_engine_knows_rasa() -> None:
    report(
        [
            f"{place(found.path, found.line)} imports {found.module}"
            for found in imports(
                "bot/core/*.py", "bot/company/*.py", "bot/gateway/*.py", "bot/channels/*.py", "backend/*.py"
            )
            if found.module.split(".")[0] in ("rasa", "rasa_sdk")
        ]
    )
