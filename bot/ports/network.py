"""The network as a company keeps it, what is heard of it, and what was found in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class NetworkDevice:
    """Where a device hung from `valid_from` until `valid_until` (None: as far as is known).

    kind: substation, feeder, switch, fuse, transformer, branch, meter. `cut_off`: a meter that is off for arrears."""

    id: str
    kind: str
    parent: str | None
    name: str = ""
    kva: int | None = None
    telemetry: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    cut_off: bool = False


@dataclass(frozen=True)
class HeardFault:
    """A fault report that an outage would explain: its meter, or the transformers its address means."""

    number: int
    order_no: str
    at: datetime
    places: tuple[str, ...]


@dataclass(frozen=True)
class OutageFinding:
    """An outage that was found, as it is believed now.

    stage: suspected, confirmed, restoring, verified, withdrawn, merged (`into` another one). `crew`: sure enough to send
    one. `orders`: the reports it explains. `partial`: only part of its one transformer is dark."""

    id: str
    device: str
    stage: str
    since: datetime
    homes: int
    transformers: tuple[str, ...]
    crew: bool
    orders: tuple[str, ...]
    partial: bool = False
    into: str | None = None


class PowerNetwork(Protocol):
    async def devices(self) -> tuple[NetworkDevice, ...]: ...
    async def reports(self, after: int) -> tuple[HeardFault, ...]:
        """Fault reports with a higher number, in the order they came."""
        ...

    async def publish(self, finding: OutageFinding, key: str) -> None:
        """Tell what is believed of a found outage: callers hear of it, its orders are linked, one crew goes."""
        ...
