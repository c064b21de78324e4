"""The most probable set of open devices: one pass up the tree, one down, in arrays; no solver.

For each device two scores, both against "all is lit and nothing was heard": OUT, all that was heard below when it
opened at its own best moment, and LIT, what lit homes must explain away plus the better of the two for each child. A
device is named when prior + OUT beats LIT; below a named one nothing else is named. A third reading, the *blink*,
explains reports of one moment by a device that opened and closed again: without it every reclosing feeder is an outage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from bot.grid.evidence import NEVER, Evidence
from bot.grid.rates import Floats, Rates, heard, heard_or_deaf
from bot.grid.topology import Bools, Ints, Kind, Tree

_CERTAIN = 0.999
_WITH = 45.0  # reports this far from the moment belong to it
_GRACE = 90.0  # openings this far apart are two
_LIT_AFTER = 15.0  # signs of power this long after the moment of an opening speak against it
_BEFORE_CALL = 180.0  # who calls first has been dark for about so long
_CALLS_TOGETHER = 2400.0
_HIDDEN_FOR = 3600.0  # so long after a closing, silence below it is watched
_CROWD = 8  # as many reports elsewhere in the same seconds: a lone one is a wrong tie


@dataclass(frozen=True)
class Blink:
    """A device that opened and closed again by itself."""

    node: int
    at: float
    p: float


@dataclass(frozen=True)
class Beliefs:
    """By node: how probable it is that it is open though all above it are closed, and since when."""

    p: Floats
    since: Floats
    named: Ints  # topmost open devices
    blinks: tuple[Blink, ...]
    margin: Floats  # ln of the odds
    active: Bools  # devices above or below which something was heard


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


def total(group: Ints, weight: Floats, size: int) -> Floats:
    """The sum of the weights of each group."""
    return np.bincount(group, weight, minlength=size).astype(float)


class Inference:
    """One look at the evidence. `known` are the outages already named: node, since when."""

    def __init__(self, evidence: Evidence, rates: Rates, deaf: float, known: Mapping[int, float], now: float) -> None:
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
        self._gather()

    def _priors(self, rates: Mapping[Kind, float]) -> Floats:
        by_kind = np.array([np.log(rates[kind]) for kind in Kind])
        return by_kind[self.tree.kind]

    def beliefs(self) -> Beliefs:
        self._homes()
        self._lines()
        lit = self._lit({})
        margin = self._margin(lit)
        blinks = self._chosen(margin, lit)
        if blinks:  # what blinked lets its reports go: below it the scales stand anew
            below = np.zeros(len(self.tree), dtype=bool)
            for node in blinks:
                below[node + 1 : self.tree.last[node]] = True
            margin = np.where(below, self._margin(self._lit(blinks)), margin)
        for node in self.heard.open:
            margin[node] = np.log(_CERTAIN / (1 - _CERTAIN))
            self.since[node] = self.heard.open[node]
        p = 1 / (1 + np.exp(-np.clip(margin, -50, 50)))
        over = tuple(Blink(node, at, float(1 - p[node])) for node, at in blinks.items())
        return Beliefs(p, self.since, self._topmost(margin), over, margin, self.active)

    def _margin(self, lit: Floats) -> Floats:
        return np.where(np.isfinite(self.out), self.prior + self.out - lit, NEVER)

    # ---- what was heard, sorted ---------------------------------------------------------------------------------

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
        self.stray = np.where(crowd, np.log(self.rates.wrong_tie / 2), np.log(self.rates.stray_gasp))
        offs = heard_of.offs[self.o_meter]
        self.o_cost = np.log(self.rates.never_answers + self.rates.no_answer**offs)

    def _together(self, width: float) -> Ints:
        """For each report, how many of its cell fall within `width` of it."""
        if not len(self.g_time):
            return np.zeros(0, dtype=np.int64)
        key = self.g_cell * (np.ptp(self.g_time) + 4 * width) + (self.g_time - self.g_time.min())
        ordered = np.sort(key)
        return np.searchsorted(ordered, key + width) - np.searchsorted(ordered, key - width)

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
        said = of.on_at[meters] >= at - _GRACE
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
            deaf = np.full(len(deaf), _CERTAIN)
        self.on_silence[here] = heard_or_deaf(
            self.cell_on[here], self.cell_watched[here] * arrived, a, b, deaf
        )
        self.hidden = np.flatnonzero(here & (self.cell_restored_depth < self.cell_depth))
        # A branch without a word where its transformer's other homes have spoken.
        branches = np.flatnonzero(tree.kind == Kind.BRANCH)
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

    # ---- OUT ----------------------------------------------------------------------------------------------------

    def _moments(self, g_group: Ints, c_group: Ints, size: int) -> Iterator[Floats]:
        """Moments at which a device of each group may have opened: the densest, the densest later one, before the
        first of the calls, and hidden before a closing above. Groups are numbered from 0; −1 is none."""
        width = self.rates.window
        with_group = g_group >= 0
        first = densest(g_group[with_group], self.g_time[with_group], width, size)
        yield first
        with_group &= np.where(with_group, self.g_time > first[g_group] + _GRACE, False)
        if with_group.any():
            yield densest(g_group[with_group], self.g_time[with_group], width, size)
        called = c_group >= 0
        if called.any():
            middle = densest(c_group[called], self.c_time[called], _CALLS_TOGETHER, size)
            called &= np.where(called, self.c_time >= middle[c_group] - _CALLS_TOGETHER, False)
            yield earliest(c_group[called], self.c_time[called], size) - _BEFORE_CALL

    def _count(self, group: Ints, at: Floats, time: Floats, size: int, after: float, until: float = np.inf) -> Ints:
        """How many of each group lie from `after` to `until` seconds around the group's moment."""
        moment = at[group]
        inside = (group >= 0) & (time >= moment + after) & (time <= moment + until)
        return np.bincount(group[inside], minlength=size)

    def _strays(self, group: Ints, at: Floats, size: int) -> Floats:
        """What the reports of other moments cost each group."""
        other = (group >= 0) & ~(np.abs(self.g_time - at[group]) <= _WITH)
        return total(group[other], self.stray[other], size)

    def _unanswered(self, group: Ints, at: Floats, size: int) -> Floats:
        """What questions cost that nobody answered while the group was lit."""
        before = (group >= 0) & (self.o_time < at[group])
        return total(group[before], self.o_cost[before], size)

    def _score(
        self, k: Ints, stray: Floats, n: Floats, calls: Ints, calls_all: Ints, lit: Ints, age: Floats, deaf: Floats
    ) -> Floats:
        """All that was heard of homes that went dark `age` seconds ago."""
        rates = self.rates
        return np.asarray(
            heard_or_deaf(k, n * rates.arrived(age), rates.gasp_a, rates.gasp_b, deaf)
            + heard(calls, n * rates.called(age), rates.call_a, rates.call_b)
            + stray
            + (calls_all - calls) * np.log(rates.stray_call)
            + lit * np.log(rates.wrong_tie / rates.answers)
        )

    def _take(self, nodes: Ints, score: Floats, at: Floats) -> None:
        """Keep the better of several moments of a device; one before its own closing is none."""
        good = np.isfinite(score) & (at > self.heard.closed_at[nodes] - 30.0)
        better = good & (score > self.out[nodes])
        self.out[nodes[better]] = score[better]
        self.since[nodes[better]] = at[better]

    def _deafness(self, size: int) -> Floats:
        return np.full(size, self.deaf if self.heard.hears_meters else _CERTAIN)

    def _homes(self) -> None:
        """OUT of branches and meters, each by its own homes."""
        tree = self.tree
        for level in tree.home_levels:
            of_meter = np.where((level >= 0) & self.active[level], level, -1)
            nodes = np.unique(of_meter[of_meter >= 0])
            if not len(nodes):
                continue
            size = len(nodes)

            def group(meters: Ints, nodes: Ints = nodes, of_meter: Ints = of_meter) -> Ints:
                node = np.where(meters >= 0, of_meter[meters], -1)
                return np.where(node >= 0, np.searchsorted(nodes, node), -1)

            g, lit, dark = group(self.g_meter), group(self.l_meter), group(self.d_meter)
            o = group(self.o_meter)
            c = group(tree.meter_of[self.c_node])
            deeper = self.dark_depth[self.d_meter] > tree.depth[nodes[dark]]
            c_all = np.bincount(c[c >= 0], minlength=size)
            cell = tree.cell_of_node[nodes]
            deaf = np.where(self.cell_on[cell] > 0, 0.0, self._deafness(size))
            for at in self._moments(g, c, size):
                gone = self._gone(dark, deeper, at, size)
                score = self._score(
                    self._count(g, at, self.g_time, size, -_WITH, _WITH),
                    self._strays(g, at, size) + self._unanswered(o, at, size),
                    tree.homes_below[nodes] - gone,
                    self._count(c, at, self.c_time, size, -60.0),
                    c_all,
                    self._count(lit, at, self.l_time, size, _LIT_AFTER),
                    self.now - at,
                    deaf,
                )
                self._take(nodes, score, at)
            self._hidden_homes(nodes, c, o, lit, size)

    def _hidden_homes(self, nodes: Ints, c: Ints, o: Ints, lit: Ints, size: int) -> None:
        cell = self.tree.cell_of_node[nodes]
        at = self.cell_restored[cell]
        valid = np.isfinite(at) & (self.cell_restored_depth[cell] < self.tree.depth[nodes])
        at = np.where(valid, at, np.nan)
        calls = self._count(c, at, self.c_time, size, 60.0)
        score = self._still_dark(calls, self._count(lit, at, self.l_time, size, -_GRACE))
        score += self._unanswered(o, at, size) - self.branch_silence[nodes]
        self._take(nodes, score + np.where(valid, 0, np.nan), at)

    def _still_dark(self, calls: Ints, lit: Ints) -> Floats:
        """Homes that stayed dark when a device above was closed: who calls, and who is lit all the same."""
        rates = self.rates
        share = rates.call_a / (rates.call_a + rates.call_b)
        return np.asarray(
            calls * np.log(share) + lit * np.log(rates.wrong_tie / 2) + np.log(rates.hidden)
        )

    def _gone(self, dark: Ints, deeper: Bools, at: Floats, size: int) -> Ints:
        """Homes of each group that had gone dark before its moment, below a device that is deeper."""
        before = (dark >= 0) & deeper & (self.dark_since[self.d_meter] < at[dark] - _GRACE)
        return np.bincount(dark[before], minlength=size)

    def _lines(self) -> None:
        """OUT of transformers and of everything above, from cell to cell."""
        tree = self.tree
        self._line(tree.cells, self.cell_depth)
        self._lit({})
        self._blinks(tree.cells)
        self._lit({})
        for depth in range(len(tree.line_levels) - 1, -1, -1):
            self._line(tree.line_levels[depth], np.full(len(tree.cells), depth))
            self._blinks(tree.line_levels[depth])

    def _line(self, node_of_cell: Ints, depth_of_cell: Ints) -> None:
        tree, cells = self.tree, len(self.tree.cells)
        of_cell = np.where((node_of_cell >= 0) & self.active[node_of_cell], node_of_cell, -1)
        nodes, inverse = np.unique(of_cell, return_inverse=True)
        shift = int(len(nodes) > 0 and nodes[0] == -1)
        nodes, group = nodes[shift:], inverse - shift
        if not len(nodes):
            return
        size = len(nodes)
        c_group = np.where(self.c_cell >= 0, group[self.c_cell], -1)
        for at in self._moments(group[self.g_cell], c_group, size):
            score = self._cells_score(np.where(group >= 0, at[group], np.nan), depth_of_cell)
            inside = group >= 0
            out = total(group[inside], score[inside], size)
            out += self._calls_between(nodes) + self._known_below(nodes, at)
            self._take(nodes, np.where(np.isfinite(at), out, np.nan), at)
        self._hidden_lines(nodes, group, depth_of_cell, size)

    def _cells_score(self, at: Floats, depth: Ints) -> Floats:
        """By cell, what was heard of it when a device at or above it opened at a moment."""
        cells = len(self.tree.cells)
        known = self.dark_depth[self.g_meter] > depth[self.g_cell]
        known &= self.dark_since[self.g_meter] < at[self.g_cell] - _GRACE
        g = np.where(known, -1, self.g_cell)
        caller = self.tree.meter_of[self.c_node]
        known_caller = (caller >= 0) & (self.dark_depth[caller] > depth[self.c_cell])
        known_caller &= self.dark_since[caller] < at[self.c_cell] - _GRACE
        c = np.where(known_caller, -1, self.c_cell)
        deeper = self.dark_depth[self.d_meter] > depth[self.d_cell]
        n = self.tree.homes - self._gone(self.d_cell, deeper, at, cells)
        score = self._score(
            self._count(g, at, self.g_time, cells, -_WITH, _WITH),
            self._strays(g, at, cells) + self._unanswered(self.o_cell, at, cells),
            n,
            self._count(c, at, self.c_time, cells, -60.0),
            np.bincount(c[c >= 0], minlength=cells),
            self._count(self.l_cell, at, self.l_time, cells, _LIT_AFTER),
            self.now - at,
            self._deafness(cells),
        )
        score -= np.where(at < self.cell_restored, self.on_silence, 0.0)
        own = self.since[self.tree.cells]
        nested = own < at - _GRACE
        mine = self.prior[self.tree.cells] + self.out[self.tree.cells]
        return np.where(nested & (mine > score) & (depth < self.cell_depth), mine, score)

    def _calls_between(self, nodes: Ints) -> Floats:
        """Calls that name only a line device: each fits what is open there or above."""
        cost = np.zeros(len(nodes))
        share = self.rates.call_a / (self.rates.call_a + self.rates.call_b)
        for caller in self.c_node[self.c_cell < 0].tolist():
            cost += np.where((nodes <= caller) & (caller < self.tree.last[nodes]), np.log(share), 0.0)
        return cost

    def _known_below(self, nodes: Ints, at: Floats) -> Floats:
        """What the outages known before a moment cost: they are explained by themselves."""
        cost = np.zeros(len(nodes))
        for node, since in self.known.items():
            above = (nodes < node) & (node < self.tree.last[nodes]) & (since < at - _GRACE)
            if above.any():
                cost[above] += min(0.0, float(self.prior[node] + max(self.out[node], -1e6)))
        return cost

    def _hidden_lines(self, nodes: Ints, group: Ints, depth: Ints, size: int) -> None:
        cells = len(self.tree.cells)
        valid = np.isfinite(self.cell_restored) & (self.cell_restored_depth < depth) & (group >= 0)
        if not valid.any():
            return
        at = np.where(valid, self.cell_restored, np.nan)
        lit = self._count(self.l_cell, at, self.l_time, cells, -_GRACE)
        calls = self._count(self.c_cell, at, self.c_time, cells, 60.0)
        score = self._still_dark(calls, lit) - np.log(self.rates.hidden) - self.on_silence
        score += self._unanswered(self.o_cell, at, cells)
        inside = group >= 0
        out = total(group[inside], np.where(valid, score, np.nan)[inside], size)
        moment = np.full(size, np.nan)
        moment[group[valid]] = at[valid]
        self._take(nodes, out + np.log(self.rates.hidden), moment)

    # ---- LIT ----------------------------------------------------------------------------------------------------

    def _costs(self, blinks: Mapping[int, float]) -> tuple[Floats, Floats]:
        """What each node's own reports cost when it is lit: all of them, and without unanswered questions."""
        rates = self.rates
        stray = self.stray.copy()
        for node, at in blinks.items():
            stray[self._of_blink(node, at)] = 0.0
        plain = total(self.g_node, stray, len(self.tree))
        plain += np.bincount(self.c_node, minlength=len(self.tree)) * np.log(rates.stray_call)
        asked = plain.copy()
        asked[self.tree.meters[self.o_meter]] += self.o_cost
        return asked, plain

    def _of_blink(self, node: int, at: float) -> Bools:
        inside = (self.g_node >= node) & (self.g_node < self.tree.last[node])
        return inside & (np.abs(self.g_time - at) <= _WITH)

    def _lit(self, blinks: Mapping[int, float]) -> Floats:
        """The better of LIT and the blink for each node; below those in `blinks` all reports of their moment are theirs."""
        tree = self.tree
        lit, plain = self._costs(blinks)
        best = np.zeros(len(tree))
        blinked = np.zeros(len(tree.cells))
        for node, at in blinks.items():
            k = np.bincount(self.g_cell[self._of_blink(node, at)], minlength=len(tree.cells))
            cells = self._cells_in(node)
            blinked[cells] += self._blink_score(k, at)[cells]
        lit[tree.cells] += blinked
        mute = np.bincount(tree.cell_of_node[tree.meters[self.o_meter]], minlength=len(tree.cells)) > 0
        answered = np.bincount(self.l_cell[self.l_time > self.now - 1800], minlength=len(tree.cells)) > 0
        spoken = np.unique(np.concatenate([self.g_node, self.c_node[self.c_cell >= 0]]))
        muted = total(tree.cell_of_node[spoken], plain[spoken], len(tree.cells))
        muted = np.where(mute & ~answered, blinked + muted + np.log(self.rates.mute), NEVER)
        active = np.flatnonzero(self.active)
        depth = tree.depth[active]
        for d in range(int(depth.max(initial=-1)), -1, -1):
            here = active[depth == d]
            is_cell = self.tree.kind[here] == Kind.TRANSFORMER
            at_cell = here[is_cell]
            lit[at_cell] = np.maximum(lit[at_cell], muted[tree.cell_of_node[at_cell]])
            if not blinks:
                lit[here] = np.maximum(lit[here], self.blink[here])
            best[here] = np.maximum(lit[here], self.prior[here] + self.out[here])
            for node in self.heard.open:
                best[node] = 0.0
            above = tree.parent[here]
            np.add.at(lit, above[above >= 0], best[here[above >= 0]])
        self.best = best
        return lit

    # ---- blinks -------------------------------------------------------------------------------------------------

    def _cells_in(self, node: int) -> slice:
        """The cells below a node, or the one it is part of."""
        cell = int(self.tree.cell_of_node[node])
        return slice(cell, cell + 1) if cell >= 0 else self.tree.cells_below(node)

    def _blink_score(self, k: Ints, at: Floats | float) -> Floats:
        n = self.tree.homes * self.rates.arrived(self.now - at)
        return heard_or_deaf(k, n, self.rates.blink_a, self.rates.blink_b, self._deafness(len(k)))

    def _blinks(self, node_of_cell: Ints) -> None:
        """How well a device of each cell, opened for a moment and closed again, explains what was heard."""
        of_cell = np.where((node_of_cell >= 0) & self.active[node_of_cell], node_of_cell, -1)
        nodes, inverse = np.unique(of_cell, return_inverse=True)
        shift = int(len(nodes) > 0 and nodes[0] == -1)
        nodes, group = nodes[shift:], inverse - shift
        if not len(nodes):
            return
        for at in self._moments(group[self.g_cell], np.zeros(0, dtype=np.int64), len(nodes)):
            gain = self._blink_gain(nodes, group, at, self.best)
            better = gain > self.blink[nodes]
            self.blink[nodes[better]], self.blink_at[nodes[better]] = gain[better], at[better]

    def _chosen(self, margin: Floats, lit: Floats) -> dict[int, float]:
        """Topmost devices that blinked, not below one that is open: node, moment."""
        chosen: dict[int, float] = {}
        end = 0
        for node in np.flatnonzero((margin > 0) | (np.isfinite(self.blink) & (self.blink >= lit))).tolist():
            if node >= end:
                end = int(self.tree.last[node])
                if margin[node] <= 0 and node not in self.heard.open:
                    chosen[node] = float(self.blink_at[node])
        return chosen

    def _blink_gain(self, nodes: Ints, group: Ints, at: Floats, best: Floats) -> Floats:
        rates, cells, size = self.rates, len(self.tree.cells), len(nodes)
        moment = np.where(group >= 0, at[group], np.nan)
        k = self._count(self.g_cell, moment, self.g_time, cells, -_WITH, _WITH)
        rest = self._strays(self.g_cell, moment, cells)
        c = self.c_cell[self.c_cell >= 0]
        rest = rest + np.bincount(c, minlength=cells) * np.log(rates.stray_call)
        rest += total(self.o_cell, self.o_cost, cells)
        n = self.tree.homes * rates.arrived(self.now - moment)
        own = best[self.tree.cells]
        inside = (group >= 0) & np.isfinite(moment)
        lines = (self.tree.cell_of_node[nodes] < 0)[group]  # a cell of a line may have been out by itself
        totals = []
        for a, b in ((rates.blink_a, rates.blink_b), (rates.gasp_a, rates.gasp_b)):
            deaf = self._deafness(cells)
            score = heard_or_deaf(k, n, a, b, deaf) + rest
            beside = heard_or_deaf(0 * k, n, a, b, deaf) + own
            score = np.where(lines, np.maximum(score, beside), score)
            totals.append(total(group[inside], score[inside], size))
        full = rates.blink_is_full
        both = np.logaddexp(np.log(1 - full) + totals[0], np.log(full) + totals[1])
        return np.where(np.isfinite(at), self.blink_prior[nodes] + both, NEVER)

    # ---- naming -------------------------------------------------------------------------------------------------

    def _topmost(self, margin: Floats) -> Ints:
        named: list[int] = []
        end = 0
        for node in np.flatnonzero(margin > 0).tolist():
            if node >= end:
                named.append(node)
                end = int(self.tree.last[node])
        return np.array(named, dtype=np.int64)
