"""Made-up networks and storms on them: what truly happened, and what of it is heard, minute by minute.

Several faults at once, a quarter of them nested below another that is repaired first, momentary openings, calls with
delay from a few homes and sometimes for the wrong house, faults indoors, meters' reports that are lost, late or cut off
with their concentrator, and meters registered below the wrong transformer.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bot.grid.topology import Device, DeviceKind, Topology, Tree

Event = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """The kind of network: rural lines are long and have small transformers."""

    feeders: int = 10
    fuses: tuple[int, int] = (4, 12)
    transformers: tuple[int, int] = (2, 8)
    homes: tuple[int, int] = (15, 80)
    telemetry: float = 0.3


def network(shape: Shape, rng: np.random.Generator, wrong_ties: float = 0.02) -> tuple[Topology, Topology]:
    """A network as it is and as it is registered: in the second some meters hang below another transformer."""
    rows: list[Device] = [Device("s0", DeviceKind.SUBSTATION, None)]
    leaves: list[str] = []

    def count(low_high: tuple[int, int]) -> int:
        return int(rng.integers(low_high[0], low_high[1] + 1))

    def add(kind: DeviceKind, parent: str, name: str) -> str:
        switched = kind in (DeviceKind.FEEDER, DeviceKind.SWITCH) and rng.random() < shape.telemetry
        rows.append(Device(name, kind, parent, telemetry=bool(switched)))
        return name

    for f in range(shape.feeders):
        at = add(DeviceKind.FEEDER, "s0", f"f{f}")
        sections = [at] + [add(DeviceKind.SWITCH, at, f"f{f}w{w}") for w in range(count((1, 3)))]
        for u in range(count(shape.fuses)):
            fuse = add(DeviceKind.FUSE, sections[int(rng.integers(len(sections)))], f"f{f}u{u}")
            for t in range(count(shape.transformers)):
                transformer = add(DeviceKind.TRANSFORMER, fuse, f"f{f}u{u}t{t}")
                branches = [
                    add(DeviceKind.BRANCH, transformer, f"{transformer}b{b}") for b in range(count((0, 4)))
                ]
                for h in range(count(shape.homes)):
                    below = branches[int(rng.integers(len(branches)))] if branches else transformer
                    leaves.append(add(DeviceKind.METER, below, f"{transformer}m{h}"))
    wrong = set(rng.choice(len(leaves), int(wrong_ties * len(leaves)), replace=False).tolist())
    moved = {leaves[i] for i in wrong}
    places = [row.id for row in rows if row.kind is DeviceKind.TRANSFORMER]
    registered = [
        replace(row, parent=places[int(rng.integers(len(places)))]) if row.id in moved else row
        for row in rows
    ]
    return Topology(tuple(rows)), Topology(tuple(registered))


@dataclass
class Fault:
    device: str
    start: float
    end: float
    nested: bool = False


@dataclass(frozen=True)
class Weather:
    """How hard the storm is and how much of it is heard."""

    minutes: int = 240
    faults: int = 15
    single_homes: int = 4
    blinks: int = 5
    indoor: int = 12
    callers: tuple[float, float] = (0.05, 0.15)
    reports: tuple[float, float] = (0.3, 0.8)
    deaf: float = 0.05
    late: float = 0.15
    wrong_house: float = 0.03
    meters_report: bool = True


@dataclass
class Storm:
    """A storm that is played in lock-step: `minute()` gives what was heard, `ping` answers for the next."""

    true: Tree
    weather: Weather
    rng: np.random.Generator
    faults: list[Fault] = field(default_factory=list)
    blinks: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        tree, rng = self.true, self.rng
        self._queue: list[tuple[float, int, Event]] = []
        self._serial = 0
        self.share = rng.uniform(*self.weather.reports, len(tree.cells))
        self.share[rng.random(len(tree.cells)) < self.weather.deaf] = 0.0
        if not self.weather.meters_report:
            self.share[:] = 0.0
        self.callers = rng.uniform(*self.weather.callers)
        self.open_count = np.zeros(len(tree.meters), dtype=int)
        self.dark_since = np.full(len(tree.meters), np.inf)
        self.open: dict[int, Fault] = {}
        self._changes: list[tuple[float, int, str, Fault]] = []
        self._plan()

    # ---- what happens -------------------------------------------------------------------------------------------

    def _plan(self) -> None:
        tree, rng, weather = self.true, self.rng, self.weather
        horizon = weather.minutes * 60.0
        weights = {
            DeviceKind.FEEDER: 0.08,
            DeviceKind.SWITCH: 0.12,
            DeviceKind.FUSE: 0.38,
            DeviceKind.TRANSFORMER: 0.27,
            DeviceKind.BRANCH: 0.15,
        }
        kinds = list(weights)
        used: set[int] = set()
        while sum(not fault.nested for fault in self.faults) < weather.faults * 0.75:
            kind = kinds[int(rng.choice(len(kinds), p=list(weights.values())))]
            node = int(rng.choice(np.flatnonzero(tree.kind == kind)))
            if tree.homes_below[node] < 2 or self._touches(node, used):
                continue
            used.add(node)
            start = float(rng.uniform(60, horizon * 0.6))
            fault = Fault(tree.ids[node], start, start + float(rng.uniform(1500, 7000)))
            self.faults.append(fault)
            if kind <= DeviceKind.FUSE and rng.random() < 0.65:
                self._plan_nested(node, fault)
        meters = rng.choice(tree.meters, weather.single_homes, replace=False)
        for meter in meters.tolist():
            if not self._touches(meter, used):
                start = float(rng.uniform(60, horizon * 0.7))
                self.faults.append(Fault(tree.ids[meter], start, start + 7200.0))
        for fault in self.faults:
            self._change(fault.start, "open", fault)
            self._change(fault.end, "close", fault)
        breakers = np.flatnonzero(np.isin(tree.kind, (DeviceKind.FEEDER, DeviceKind.SWITCH, DeviceKind.FUSE)))
        for node in rng.choice(breakers, weather.blinks).tolist():
            start = float(rng.uniform(60, horizon * 0.8))
            blink = Fault(tree.ids[int(node)], start, start + float(rng.uniform(1, 30)))
            self.blinks.append(blink)
            self._change(start, "blink", blink)
        for meter in rng.choice(tree.meters, weather.indoor).tolist():
            at = float(rng.uniform(60, horizon * 0.9))
            self._send(at, {"kind": "call", "meter": tree.ids[meter]})

    def _touches(self, node: int, used: set[int]) -> bool:
        return any(self.true.is_below(node, other) or self.true.is_below(other, node) for other in used)

    def _plan_nested(self, above: int, fault: Fault) -> None:
        tree, rng = self.true, self.rng
        nodes = np.arange(above + 1, tree.last[above])
        nodes = nodes[
            np.isin(tree.kind[nodes], (DeviceKind.FUSE, DeviceKind.TRANSFORMER, DeviceKind.BRANCH))
            & (tree.homes_below[nodes] > 1)
        ]
        if len(nodes):
            node = int(rng.choice(nodes))
            start = fault.start + float(rng.choice([rng.uniform(-900, 0), rng.uniform(0, 900)]))
            end = fault.end + float(rng.uniform(1800, 5400))
            self.faults.append(Fault(tree.ids[node], max(30.0, start), end, nested=True))

    def _change(self, at: float, what: str, fault: Fault) -> None:
        self._serial += 1
        heapq.heappush(self._changes, (at, self._serial, what, fault))

    def _send(self, at: float, event: Event) -> None:
        self._serial += 1
        heapq.heappush(self._queue, (at, self._serial, {"at": round(at, 1), **event}))

    # ---- minute by minute ---------------------------------------------------------------------------------------

    def play(self) -> Iterator[tuple[float, list[Event]]]:
        """(end of the minute, events of it in the order of arrival)."""
        for minute in range(1, self.weather.minutes + 1):
            now = minute * 60.0
            while self._changes and self._changes[0][0] <= now:
                at, _, what, fault = heapq.heappop(self._changes)
                self._apply(at, what, fault)
            events = []
            while self._queue and self._queue[0][0] <= now:
                event = heapq.heappop(self._queue)[2]
                if event["kind"] != "call" or self._still_calls(event):
                    events.append({k: v for k, v in event.items() if k != "dark"})
            yield now, events

    def _still_calls(self, event: Event) -> bool:
        return "dark" not in event or self.dark_since[event["dark"]] <= event["at"]

    def ping(self, meters: list[str], at: float) -> None:
        for id in meters:
            number = int(self.true.meter_of[self.true.index[id]])
            on = self.open_count[number] == 0 and self.rng.random() > 0.07
            self._send(at + float(self.rng.uniform(2, 30)), {"kind": "ping", "meter": id, "on": bool(on)})

    def _apply(self, at: float, what: str, fault: Fault) -> None:
        tree, rng = self.true, self.rng
        node = tree.index[fault.device]
        below = np.arange(*tree.meters_below(node).indices(len(tree.meters)))
        telemetry = bool(tree.telemetry[node])
        if what == "blink":
            if telemetry:
                self._send(at + 2, {"kind": "breaker", "device": fault.device, "state": "open"})
                self._send(fault.end + 2, {"kind": "breaker", "device": fault.device, "state": "closed"})
            lit = below[self.open_count[below] == 0]
            self._report("last_gasp", lit, at, 0.35 * self.share[tree.cell[lit]])
            return
        if what == "open":
            dark = below[self.open_count[below] == 0]
            self.open_count[below] += 1
            self.dark_since[dark] = at
            self.open[node] = fault
            if telemetry and not any(tree.is_below(node, o) and o != node for o in self.open):
                self._send(at + 2, {"kind": "breaker", "device": fault.device, "state": "open"})
            self._report("last_gasp", dark, at, self.share[tree.cell[dark]])
            for number in dark[rng.random(len(dark)) < self.callers].tolist():
                called = number
                if rng.random() < self.weather.wrong_house:
                    called = int(rng.integers(len(tree.meters)))
                delay = float(rng.lognormal(np.log(480), 0.9))
                self._send(
                    at + delay, {"kind": "call", "meter": tree.ids[tree.meters[called]], "dark": number}
                )
            return
        self.open_count[below] -= 1
        back = below[self.open_count[below] == 0]
        self.dark_since[back] = np.inf
        self.open.pop(node)
        state = {"kind": "breaker", "device": fault.device, "state": "closed"}
        self._send(at + 5, state if telemetry else {"kind": "closed", "device": fault.device})
        self._report("power_on", back, at, self.share[tree.cell[back]])
        still = below[self.open_count[below] > 0]
        for number in still[rng.random(len(still)) < self.callers].tolist():
            delay = float(rng.lognormal(np.log(600), 0.9))
            self._send(at + delay, {"kind": "call", "meter": tree.ids[tree.meters[number]], "dark": number})

    def _report(self, kind: str, numbers: np.ndarray, at: float, share: np.ndarray) -> None:
        rng, tree = self.rng, self.true
        for number in numbers[rng.random(len(numbers)) < share].tolist():
            event_at = at + float(rng.uniform(0, 5))
            delay = rng.uniform(2, 40) if rng.random() > self.weather.late else rng.exponential(900)
            self._send(
                event_at + float(delay),
                {"kind": kind, "meter": tree.ids[tree.meters[number]], "event_at": round(event_at, 1)},
            )

    # ---- truth --------------------------------------------------------------------------------------------------

    def truth(self) -> dict[str, Fault]:
        """Topmost open devices of this moment."""
        return {
            fault.device: fault
            for node, fault in self.open.items()
            if not any(other != node and self.true.is_below(node, other) for other in self.open)
        }

    def dark(self) -> np.ndarray:
        return self.open_count > 0


def by_kind(storm: Storm) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for fault in storm.faults:
        found[DeviceKind(storm.true.kind[storm.true.index[fault.device]]).name] += 1
    return dict(found)
