"""What is plugged into the actions: the company, the gateway's identity service, the region's facts and answers.

Actions take no constructor arguments, so the process plugs its parts in here once at start; tests plug fakes."""

from __future__ import annotations

from dataclasses import dataclass

from bot.ports.company import Company
from bot.ports.identity import Identity
from bot.region.knowledge import Knowledge
from bot.region.region import Region


@dataclass(frozen=True)
class Parts:
    company: Company
    identity: Identity
    region: Region
    knowledge: Knowledge


_plugged: list[Parts] = []


def plug(parts: Parts) -> None:
    """Use these parts from now on."""
    _plugged[:] = [parts]


def parts() -> Parts:
    """What is plugged in. RuntimeError before the process has plugged anything."""
    if not _plugged:
        raise RuntimeError("actions are not wired: call actions._wiring.plug first")
    return _plugged[0]
