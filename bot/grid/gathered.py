"""What was heard, sorted for one look: reports, calls and answers with their meters and cells, and what each alone
costs when its home is lit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.grid.evidence import NEVER, Evidence
from bot.grid.rates import Floats, Rates, heard, heard_or_deaf
from bot.grid.topology import Bools, DeviceKind, Ints, Tree

CERTAIN = 0.999
WITH = 45.0  # reports this far from the moment belong to it
GRACE = 90.0  # openings this far apart are two
_HIDDEN_FOR = 3600.0  # so long after a closing, silence below it is watched
_CROWD = 8  # as many reports elsewhere in the same seconds: a lone one is a wrong tie


def densest(group: Ints, time: Floats, width: float, size: int) -> Floats:
    """For each group the middle report of the `width` seconds with most of them; NaN where there is none."""
    middle = np.full(size, np.nan)
    if not len(group):
        return middle
    order = np.lexsort((time, group))
    group, time = group[order], time[order]
    key = group * (time.max() - time.min() + 2 * width) + (time - time.min())
    count = np.searchsorted(key, key + width, side="right") - np.arange(len(key))
    best = np.lexsort((time, -count, group))
    first = np.ones(len(best), dtype=bool)
    first[1:] = group[best[1:]] != group[best[:-1]]
    chosen = best[first]
    middle[group[chosen]] = time[chosen + (count[chosen] - 1) // 2]
    return middle


def earliest(group: Ints, time: Floats, size: int) -> Floats:
    """For each group its first report; NaN where there is none."""
    first = np.full(size, np.inf)
    np.minimum.at(first, group, time)
    return np.where(np.isfinite(first), first, np.nan)


def total(group: Ints, weight: NDArray[Any], size: int) -> Floats:
    """The sum of the weights of each group."""
    return np.bincount(group, weight, minlength=size).astype(float)


class Gathered:
    """One look at the evidence. `known` are the outages already named: node, since when."""

    def __init__(
        self, evidence: Evidence, rates: Rates, deaf: float, known: Mapping[int, float], now: float
    ) -> None:
        self.heard, self.rates, self.deaf, self.now = evidence, rates, deaf, now
        self.tree: Tree = evidence.tree
        self.known = dict(known)
        size = len(self.tree)
        self.out: Floats = np.full(size, NEVER)
        self.since: Floats = np.full(size, np.nan)
        self.blink: Floats = np.full(size, NEVER)
        self.blink_at: Floats = np.full(size, np.nan)
        self.best: Floats = np.zeros(size)
        self.prior = self._priors(rates.opens)
        self.prior[self.tree.telemetry] += np.log(rates.telemetered)
        self.blink_prior = self._priors(rates.blinks)
        for node, since in evidence.momentary.items():
            if now - since < _HIDDEN_FOR:
                self.blink_prior[node] = np.log(rates.blink_reported)
        self._gather()

    def _priors(self, rates: Mapping[DeviceKind, float]) -> Floats:
        by_kind = np.array([np.log(rates[kind]) for kind in DeviceKind])
        return by_kind[self.tree.kind]

    def _gather(self) -> None:
        tree, heard_of = self.tree, self.heard
        self.g_node, self.g_time = heard_of.gasps.node, heard_of.gasps.time
        self.g_meter = tree.meter_of[self.g_node]
        self.g_cell = tree.cell[self.g_meter]
        self.c_node, self.c_time = heard_of.calls.node, heard_of.calls.time
        self.c_cell = tree.cell_of_node[self.c_node]
        recent = self.now - 6 * _HIDDEN_FOR
        self.l_meter = np.flatnonzero(heard_of.lit_at > recent)
        self.l_time = heard_of.lit_at[self.l_meter]
        self.l_cell = tree.cell[self.l_meter]
        self.o_meter = np.flatnonzero(heard_of.offs > 0)
        self.o_time = heard_of.off_at[self.o_meter]
        self.o_cell = tree.cell[self.o_meter]
        self.cell_depth = tree.depth[tree.cells]
        self._gather_dark()
        self._gather_restored()
        self.active: Bools = np.zeros(len(tree), dtype=bool)
        marks = np.concatenate(
            [self.g_node, self.c_node, tree.meters[self.o_meter], tree.cells[self.hidden], self.mute_branches]
        )
        while len(marks):
            marks = np.unique(marks)
            marks = marks[~self.active[marks]]
            self.active[marks] = True
            marks = tree.parent[marks]
            marks = marks[marks >= 0]
        order = np.argsort(self.g_time)
        times = self.g_time[order]
        around = np.searchsorted(times, self.g_time + 15) - np.searchsorted(times, self.g_time - 15)
        own = self._together(15.0)
        crowd = (around - own >= _CROWD) & (own <= 1)
        self.stray: Floats = np.asarray(
            np.where(crowd, np.log(self.rates.wrong_tie / 2), np.log(self.rates.stray_gasp))
        )
        offs = heard_of.offs[self.o_meter]
        self.o_cost = np.log(self.rates.never_answers + self.rates.no_answer**offs)

    def _together(self, width: float) -> Ints:
        """For each report, how many of its cell fall within `width` of it."""
        if not len(self.g_time):
            return np.zeros(0, dtype=np.int64)
        key = self.g_cell * (np.ptp(self.g_time) + 4 * width) + (self.g_time - self.g_time.min())
        ordered = np.sort(key)
        return np.asarray(np.searchsorted(ordered, key + width) - np.searchsorted(ordered, key - width))

    def _gather_dark(self) -> None:
        """Homes below an outage that is known, since when and how deep the open device is: the earliest counts."""
        tree = self.tree
        self.dark_since: Floats = np.full(len(tree.meters), np.inf)
        self.dark_depth: Ints = np.full(len(tree.meters), -1, dtype=np.int64)
        for node, since in sorted(self.known.items(), key=lambda item: -item[1]):
            below = tree.meters_below(node)
            self.dark_since[below], self.dark_depth[below] = since, tree.depth[node]
        self.d_meter = np.flatnonzero(np.isfinite(self.dark_since))
        self.d_cell = tree.cell[self.d_meter]

    def _gather_restored(self) -> None:
        """Cells below a device closed a while ago, how many of them have said that power came, and how telling it
        is that the others have not."""
        tree, of, rates = self.tree, self.heard, self.rates
        cells = len(tree.cells)
        watched = (of.restored_at > self.now - _HIDDEN_FOR) & (of.restored_at < self.now - 30.0)
        self.cell_restored: Floats = np.full(cells, NEVER)
        self.cell_restored_depth: Ints = np.full(cells, -1, dtype=np.int64)
        self.cell_on: Ints = np.zeros(cells, dtype=np.int64)
        self.cell_watched: Ints = np.zeros(cells, dtype=np.int64)
        self.on_silence: Floats = np.zeros(cells)
        self.branch_silence: Floats = np.zeros(len(tree))
        self.hidden = self.mute_branches = np.zeros(0, dtype=np.int64)
        meters = np.flatnonzero(watched)
        if not len(meters):
            return
        at, cell = of.restored_at[meters], tree.cell[meters]
        said = of.on_at[meters] >= at - GRACE
        self.cell_watched = np.bincount(cell, minlength=cells)
        self.cell_on = np.bincount(cell[said], minlength=cells)
        self.cell_restored[cell], self.cell_restored_depth[cell] = at, of.restored_depth[meters]
        here = self.cell_watched > 0
        arrived = rates.arrived(self.now - self.cell_restored[here])
        k1, n1 = of.heard_k[here], of.heard_n[here]
        a = rates.gasp_a + k1
        b = rates.gasp_b + np.maximum(n1 - k1, 0)
        deaf = np.where(k1 > 0, 0.1 * self.deaf, self.deaf)
        if not of.hears_meters:
            deaf = np.full(len(deaf), CERTAIN)
        self.on_silence[here] = heard_or_deaf(
            self.cell_on[here], self.cell_watched[here] * arrived, a, b, deaf
        )
        self.hidden = np.flatnonzero(here & (self.cell_restored_depth < self.cell_depth))
        # A branch without a word where its transformer's other homes have spoken.
        branches = np.flatnonzero(tree.kind == DeviceKind.BRANCH)
        which = tree.cell_of_node[branches]
        branches = branches[(self.cell_on[which] > 0) & (self.cell_restored[which] > NEVER)]
        flags = np.zeros(len(tree.meters) + 1, dtype=np.int64)
        flags[meters[said] + 1] = 1
        spoke = np.cumsum(flags)
        silent = spoke[tree.end_meter[branches]] == spoke[tree.first_meter[branches]]
        self.mute_branches = branches[silent]
        which = tree.cell_of_node[self.mute_branches]
        k = of.heard_k[which] + self.cell_on[which]
        n = np.maximum(of.heard_n[which] + self.cell_watched[which], k)
        n_here = tree.homes_below[self.mute_branches] * rates.arrived(self.now - self.cell_restored[which])
        self.branch_silence[self.mute_branches] = heard(0, n_here, rates.gasp_a + k, rates.gasp_b + n - k)
