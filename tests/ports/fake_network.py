"""The network of a company in memory; part of tests/ports/fake.py.

fake.device_rows = [...]      # what a test sets up; without it a feeder, a transformer for each, the meters
fake.found                    # what was published, by id"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.ports.network import HeardFault, NetworkDevice, OutageFinding
from bot.ports.outages import Outage, Place

EXPLAINED = ("household", "area", "partial")


class FakeNetwork:
    households: dict[str, Any]
    filed: dict[str, Any]
    known_outages: list[Outage]
    places: tuple[Place, ...]
    now: Callable[[], Any]
    _enter: Callable[[str], None]

    def __init__(self) -> None:
        self.device_rows: list[NetworkDevice] = []
        self.found: dict[str, OutageFinding] = {}

    async def devices(self) -> tuple[NetworkDevice, ...]:
        self._enter("devices")
        homes = self.households.values()
        transformers = [
            NetworkDevice(id, "transformer", "F1") for id in sorted({home.transformer for home in homes})
        ]
        meters = [
            NetworkDevice(f"M{home.account.account_no}", "meter", home.transformer, cut_off=home.cut_off)
            for home in homes
        ]
        return tuple(self.device_rows or [NetworkDevice("F1", "feeder", None), *transformers, *meters])

    async def reports(self, after: int) -> tuple[HeardFault, ...]:
        self._enter("reports")
        numbered = enumerate((each for each in self.filed.values() if each.report), 1)
        return tuple(
            HeardFault(number, each.order.order_no, each.order.created_at, self._places_of(each))
            for number, each in numbered
            if number > after and each.report.phenomenon in EXPLAINED
        )

    def _places_of(self, filed: Any) -> tuple[str, ...]:
        if filed.account_no:
            return (f"M{filed.account_no}",)
        meant = [each for each in self.places if each.name in (filed.report.address or "")]
        return meant[0].transformers if len(meant) == 1 else ()

    async def publish(self, finding: OutageFinding, key: str) -> None:
        self._enter("publish")
        self.found[finding.id] = finding
        self.known_outages[:] = [each for each in self.known_outages if each.id != finding.id]
        open_ = finding.stage in ("suspected", "confirmed", "restoring")
        certainty = "suspected" if finding.stage == "suspected" else "confirmed"
        crew = "临河抢修一班" if finding.crew else None
        self.known_outages.append(
            Outage(
                finding.id, "fault", "原因正在查找", "临河区", "临河区", "active" if open_ else "restored", finding.since,
                None, None, finding.homes, "正在核实停电范围", crew, None, "", finding.transformers, certainty,
            )
        )  # fmt: skip
        for filed in self.filed.values():
            if filed.order.order_no in finding.orders and finding.crew and open_:
                filed.order = replace(filed.order, outage_id=finding.id, due_at=None)
