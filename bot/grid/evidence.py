"""What was heard of the network and still counts: meters' reports, calls, answers, telemetry, closings.

Events may come late, twice and out of order; each counts once, at its own time. What a planned outage, a cut for
arrears or an outage of another system explains never counts.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from bot.grid.rates import Floats
from bot.grid.topology import Bools, Ints, Tree

NEVER = -np.inf
MOMENTARY = 180.0  # a device that closes again within this time: nobody has to say that power came
_FUTURE = 300.0  # a clock may be ahead by this much
_SAME = 60.0  # two reports of one meter within this time are one
_CALL_LIVES = 5400.0
_CALLERS_APART = 5.0  # calls that name a place and no home are of different homes
_REPORT_LIVES = 6 * 3600.0
_ANSWER_LIVES = 3600.0


class Reports:
    """Reports with the node they speak of and their time."""

    def __init__(self) -> None:
        self.node: Ints = np.zeros(0, dtype=np.int64)
        self.time: Floats = np.zeros(0)
        self._nodes: list[int] = []
        self._times: list[float] = []

    def add(self, node: int, time: float) -> None:
        self._nodes.append(node)
        self._times.append(time)

    def settle(self, same: float | Floats) -> None:
        """Take in what is new; of reports about one node within `same` seconds, given for all or by node, the first
        counts."""
        if not self._nodes:
            return
        node = np.concatenate([self.node, np.array(self._nodes, dtype=np.int64)])
        time = np.concatenate([self.time, np.array(self._times)])
        self._nodes, self._times = [], []
        order = np.lexsort((time, node))
        node, time = node[order], time[order]
        fresh = np.ones(len(node), dtype=bool)
        apart = same if isinstance(same, float) else same[node[1:]]
        fresh[1:] = (node[1:] != node[:-1]) | (time[1:] - time[:-1] > apart)
        self.node, self.time = node[fresh], time[fresh]

    def keep(self, which: Bools) -> None:
        if not which.all():
            self.node, self.time = self.node[which], self.time[which]


class Evidence:
    """All that is heard. Arrays of meters go by the meter's number, those of cells by the cell's."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        meters, cells = len(tree.meters), len(tree.cells)
        self.gasps, self.calls = Reports(), Reports()
        self._calls_apart = np.where(tree.meter_of >= 0, _CALL_LIVES, _CALLERS_APART)
        self.lit_at: Floats = np.full(meters, NEVER)  # the last sign of power
        self.on_at: Floats = np.full(meters, NEVER)  # the last report that power came
        self.off_at: Floats = np.full(meters, NEVER)  # the last question without an answer
        self.offs: Ints = np.zeros(meters, dtype=np.int64)  # how many since the last sign of power
        self.restored_at: Floats = np.full(meters, NEVER)  # a device above was closed
        self.restored_since: Floats = np.full(meters, NEVER)  # which had been open since then
        self.restored_depth: Ints = np.full(meters, -1, dtype=np.int64)
        self.closed_at: Floats = np.full(len(tree), NEVER)
        self.quiet_from: Floats = np.full(meters, np.inf)
        self.quiet_until: Floats = np.full(meters, NEVER)
        self.heard_k: Floats = np.zeros(cells)  # reports at the outages that are over, of so many homes
        self.heard_n: Floats = np.zeros(cells)
        self.open: dict[int, float] = {}  # by telemetry: node, since
        self.momentary: dict[
            int, float
        ] = {}  # by telemetry: node, when it last opened and closed again at once
        self.blinks: list[
            tuple[int, float, float]
        ] = []  # openings that closed by themselves: node, from, until
        self.hears_meters = False
        self.unknown = 0  # events about what is not in the network, or from the future

    # ---- events -------------------------------------------------------------------------------------------------

    def meter(self, id: str) -> int | None:
        node = self.tree.index.get(id)
        number = -1 if node is None else int(self.tree.meter_of[node])
        if number < 0:
            self.unknown += 1
            return None
        return number

    def call(self, id: str, at: float) -> None:
        node = self.tree.index.get(id)
        if node is None:
            self.unknown += 1
        elif not self._explained(node, at):
            self.calls.add(node, at)

    def last_gasp(self, id: str, event_at: float, at: float) -> None:
        number = self.meter(id)
        if number is None or self._from_future(event_at, at):
            return
        self.hears_meters = True
        if not self._explained(int(self.tree.meters[number]), event_at):
            self.gasps.add(int(self.tree.meters[number]), event_at)

    def power_on(self, id: str, event_at: float, at: float) -> None:
        number = self.meter(id)
        if number is None or self._from_future(event_at, at):
            return
        self.hears_meters = True
        self.on_at[number] = max(self.on_at[number], event_at)
        self._lit(number, event_at)

    def ping(self, id: str, on: bool, at: float) -> None:
        number = self.meter(id)
        if number is None:
            return
        if on:
            self._lit(number, at)
        elif at > self.lit_at[number] and not self._explained(int(self.tree.meters[number]), at):
            self.offs[number] += 1
            self.off_at[number] = at

    def breaker(self, id: str, is_open: bool, at: float) -> None:
        node = self.tree.index.get(id)
        if node is None:
            self.unknown += 1
        elif is_open:
            self.open.setdefault(node, at)
        elif at - (since := self.open.get(node, at)) <= MOMENTARY:
            self.open.pop(node, None)
            self.momentary[node] = since
        else:
            self.closed(id, at, since)

    def closed(self, id: str, at: float, since: float) -> None:
        """A device that was open since `since` is closed: what was heard below of that time is explained."""
        node = self.tree.index.get(id)
        if node is None:
            self.unknown += 1
            return
        self.open.pop(node, None)
        self.settle(at)
        self._remember(node, since)
        self._explain(node, since - 90.0, at + 60.0)
        below = self.tree.meters_below(node)
        dark = self.lit_at[below] < at - 60.0
        self.offs[below] *= ~dark | (self.off_at[below] > at)
        self.restored_at[below], self.restored_since[below] = at, since
        self.restored_depth[below] = self.tree.depth[node]
        self.closed_at[node] = at

    def explain(self, id: str, start: float, end: float) -> None:
        """A planned outage, a cut for arrears or an outage known elsewhere explains what is heard below."""
        node = self.tree.index[id]
        below = self.tree.meters_below(node)
        self.quiet_from[below], self.quiet_until[below] = start, end
        self._take_in()
        self._explain(node, start - 60.0, end + 60.0)
        self.offs[below] *= ~((self.off_at[below] >= start) & (self.off_at[below] <= end))

    def blinked(self, node: int, start: float, end: float) -> None:
        """The reports below a device of one moment belong to an opening that is over; so do those still to come."""
        self.blinks.append((node, start, end))

    def settle(self, now: float, known: Iterable[int] = ()) -> None:
        """Take in the new reports, and let go of those that are over or too old; what names a known outage stays."""
        tree = self.tree
        self._take_in()
        meter = tree.meter_of[self.gasps.node]
        under: Bools = np.zeros(len(tree), dtype=bool)
        for node in known:
            under[node : tree.last[node]] = True
        time = self.gasps.time
        over = (time >= self.restored_since[meter] - 90.0) & (time <= self.restored_at[meter])
        self.gasps.keep(
            (time > self.on_at[meter]) & ~over & ((time > now - _REPORT_LIVES) | under[self.gasps.node])
        )
        self.blinks = [blink for blink in self.blinks if blink[2] > now - _REPORT_LIVES]
        for node, start, end in self.blinks:
            self._forget(self.gasps, node, start, end)
        caller = tree.meter_of[self.calls.node]
        answered = (caller >= 0) & (self.lit_at[caller] > self.calls.time + 120.0)
        self.calls.keep(~answered & ((self.calls.time > now - _CALL_LIVES) | under[self.calls.node]))
        stale = (self.offs > 0) & (self.off_at < now - _ANSWER_LIVES) & ~under[tree.meters]
        self.offs[stale] = 0

    # ---- within -------------------------------------------------------------------------------------------------

    def _take_in(self) -> None:
        self.gasps.settle(_SAME)
        self.calls.settle(self._calls_apart)

    def _from_future(self, event_at: float, at: float) -> bool:
        late = event_at > at + _FUTURE
        self.unknown += late
        return late

    def _lit(self, number: int, at: float) -> None:
        self.lit_at[number] = max(self.lit_at[number], at)
        if at >= self.off_at[number]:
            self.offs[number] = 0

    def _explained(self, node: int, at: float) -> bool:
        below = self.tree.meters_below(node)
        number = below.start
        return bool(
            below.stop > below.start
            and self.quiet_from[number] - 60.0 <= at <= self.quiet_until[number] + 60.0
        )

    def _explain(self, node: int, start: float, end: float) -> None:
        self._forget(self.gasps, node, start, end)
        self._forget(self.calls, node, start, end)

    def _forget(self, reports: Reports, node: int, start: float, end: float) -> None:
        here = (reports.node >= node) & (reports.node < self.tree.last[node])
        reports.keep(~(here & (reports.time >= start) & (reports.time <= end)))

    def _remember(self, node: int, since: float) -> None:
        """How many of each cell below reported the outage that is over."""
        cells = self.tree.cells_below(node)
        here = (
            (self.gasps.node >= node)
            & (self.gasps.node < self.tree.last[node])
            & (self.gasps.time >= since - 90)
        )
        at = self.tree.cell_of_node[self.gasps.node[here]]
        self.heard_k[cells] = 0.5 * self.heard_k[cells]
        self.heard_n[cells] = 0.5 * self.heard_n[cells] + self.tree.homes[cells]
        self.heard_k += np.bincount(at, minlength=len(self.heard_k))
