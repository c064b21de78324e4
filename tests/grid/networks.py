"""A small network for the tests: one feeder with a switch, three fuses, nine transformers and ten homes at each."""

from __future__ import annotations

from bot.grid.locator import Locator, Picture
from bot.grid.topology import Device, DeviceKind, Topology

HOMES = 10


def devices(telemetry: frozenset[str] = frozenset()) -> list[Device]:
    rows = [
        Device("S", DeviceKind.SUBSTATION, None),
        Device("F", DeviceKind.FEEDER, "S", telemetry="F" in telemetry),
        Device("W", DeviceKind.SWITCH, "F"),
    ]
    for fuse, above in (("U1", "F"), ("U2", "W"), ("U3", "W")):
        rows.append(Device(fuse, DeviceKind.FUSE, above))
        for number in (1, 2, 3):
            transformer = f"{fuse}T{number}"
            rows.append(Device(transformer, DeviceKind.TRANSFORMER, fuse))
            rows += [Device(f"{transformer}B{b}", DeviceKind.BRANCH, transformer) for b in (1, 2)]
            rows += [
                Device(f"{transformer}M{home}", DeviceKind.METER, f"{transformer}B{1 + home % 2}")
                for home in range(HOMES)
            ]
    return rows


def network(telemetry: frozenset[str] = frozenset()) -> Topology:
    return Topology(tuple(devices(telemetry)))


def locator(telemetry: frozenset[str] = frozenset()) -> Locator:
    return Locator(network(telemetry).tree())


def gasp(of: Locator, transformer: str, homes: range, at: float, late: float = 5.0) -> None:
    """Homes of a transformer say that they go dark."""
    for home in homes:
        of.evidence.last_gasp(f"{transformer}M{home}", at, at + late)


def back(of: Locator, transformer: str, homes: range, at: float) -> None:
    for home in homes:
        of.evidence.power_on(f"{transformer}M{home}", at, at + 5)


def named(picture: Picture) -> set[str]:
    return {found.device for found in picture.outages if found.p >= 0.5}
