"""How well the opening of each device explains what was heard below it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.grid.gathered import CERTAIN, GRACE, WITH, Gathered, densest, earliest, total
from bot.grid.rates import Floats, heard, heard_or_deaf
from bot.grid.topology import Bools, Ints

_LIT_AFTER = 15.0  # signs of power this long after the moment of an opening speak against it
_BEFORE_CALL = 180.0  # who calls first has been dark for about so long
_CALLS_TOGETHER = 2400.0


class Openings(Gathered):
    """OUT of each device: all that was heard below when it opened at its own best moment."""

    def _moments(self, g_group: Ints, c_group: Ints, size: int) -> Iterator[Floats]:
        """Moments at which a device of each group may have opened: the densest, the densest later one, before the
        first of the calls, and hidden before a closing above. Groups are numbered from 0; −1 is none."""
        width = self.rates.window
        with_group = g_group >= 0
        first = densest(g_group[with_group], self.g_time[with_group], width, size)
        yield first
        with_group &= np.where(with_group, self.g_time > first[g_group] + GRACE, False)
        if with_group.any():
            yield densest(g_group[with_group], self.g_time[with_group], width, size)
        called = c_group >= 0
        if called.any():
            middle = densest(c_group[called], self.c_time[called], _CALLS_TOGETHER, size)
            called &= np.where(called, self.c_time >= middle[c_group] - _CALLS_TOGETHER, False)
            yield earliest(c_group[called], self.c_time[called], size) - _BEFORE_CALL

    def _count(
        self, group: Ints, at: Floats, time: Floats, size: int, after: float, until: float = np.inf
    ) -> Ints:
        """How many of each group lie from `after` to `until` seconds around the group's moment."""
        moment = at[group]
        inside = (group >= 0) & (time >= moment + after) & (time <= moment + until)
        return np.bincount(group[inside], minlength=size)

    def _strays(self, group: Ints, at: Floats, size: int) -> Floats:
        """What the reports of other moments cost each group."""
        other = (group >= 0) & ~(np.abs(self.g_time - at[group]) <= WITH)
        return total(group[other], self.stray[other], size)

    def _unanswered(self, group: Ints, at: Floats, size: int) -> Floats:
        """What questions cost that nobody answered while the group was lit."""
        before = (group >= 0) & (self.o_time < at[group])
        return total(group[before], self.o_cost[before], size)

    def _score(
        self,
        k: Ints,
        stray: Floats,
        n: NDArray[Any],
        calls: Ints,
        calls_all: Ints,
        lit: Ints,
        age: Floats,
        deaf: Floats,
    ) -> Floats:
        """All that was heard of homes that went dark `age` seconds ago, but for how many of them call."""
        rates = self.rates
        return np.asarray(
            heard_or_deaf(k, n * rates.arrived(age), rates.gasp_a, rates.gasp_b, deaf)
            + stray
            + (calls_all - calls) * np.log(rates.stray_call)
            + lit * np.log(rates.wrong_tie / rates.answers)
        )

    def _calling(self, calls: NDArray[Any], n: Floats) -> Floats:
        """That so many of those who would have called by now do call."""
        return heard(calls, n, self.rates.call_a, self.rates.call_b)

    def _take(self, nodes: Ints, score: Floats, at: Floats) -> None:
        """Keep the better of several moments of a device; one before its own closing is none."""
        good = np.isfinite(score) & (at > self.heard.closed_at[nodes] + _LIT_AFTER)
        better = good & (score > self.out[nodes])
        self.out[nodes[better]] = score[better]
        self.since[nodes[better]] = at[better]

    def _deafness(self, size: int) -> Floats:
        return np.full(size, self.deaf if self.heard.hears_meters else CERTAIN)

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
            named = np.minimum(np.searchsorted(nodes, self.c_node), size - 1)
            c = np.where(nodes[named] == self.c_node, named, c)
            deeper = self.dark_depth[self.d_meter] > tree.depth[nodes[dark]]
            c_all = np.bincount(c[c >= 0], minlength=size)
            cell = tree.cell_of_node[nodes]
            deaf = np.where(self.cell_on[cell] > 0, 0.0, self._deafness(size))
            for at in self._moments(g, c, size):
                gone = self._gone(dark, deeper, at, size)
                n = tree.homes_below[nodes] - gone
                calls = self._count(c, at, self.c_time, size, -60.0)
                score = self._calling(calls, n * self.rates.called(self.now - at)) + self._score(
                    self._count(g, at, self.g_time, size, -WITH, WITH),
                    self._strays(g, at, size) + self._unanswered(o, at, size),
                    n,
                    calls,
                    c_all,
                    self._count(
                        lit, self._lit_from(at, self.cell_restored[cell]), self.l_time, size, _LIT_AFTER
                    ),
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
        score = self._still_dark(calls, self._count(lit, at, self.l_time, size, -GRACE))
        score += self._unanswered(o, at, size) - self.branch_silence[nodes]
        self._take(nodes, score + np.where(valid, 0, np.nan), at)

    def _still_dark(self, calls: Ints, lit: Ints) -> Floats:
        """Homes that stayed dark when a device above was closed: who calls, and who is lit all the same."""
        rates = self.rates
        share = rates.call_a / (rates.call_a + rates.call_b)
        return np.asarray(calls * np.log(share) + lit * np.log(rates.wrong_tie / 2) + np.log(rates.hidden))

    def _gone(self, dark: Ints, deeper: Bools, at: Floats, size: int) -> Ints:
        """Homes of each group that had gone dark before its moment, below a device that is deeper."""
        before = (dark >= 0) & deeper & (self.dark_since[self.d_meter] < at[dark] - GRACE)
        return np.bincount(dark[before], minlength=size)

    def _line(self, node_of_cell: Ints, depth_of_cell: Ints) -> None:
        of_cell = np.where((node_of_cell >= 0) & self.active[node_of_cell], node_of_cell, -1)
        nodes, inverse = np.unique(of_cell, return_inverse=True)
        shift = int(len(nodes) > 0 and nodes[0] == -1)
        nodes, group = nodes[shift:], inverse - shift
        if not len(nodes):
            return
        size = len(nodes)
        c_group = np.where(self.c_cell >= 0, group[self.c_cell], -1)
        for at in self._moments(group[self.g_cell], c_group, size):
            score, calls, n = self._cells_score(np.where(group >= 0, at[group], np.nan), depth_of_cell)
            inside = group >= 0
            out = total(group[inside], score[inside], size)
            of, n = group[inside], np.nan_to_num(n[inside])
            common = self._calling(total(of, calls[inside], size), total(of, n, size))
            apart = total(of, self._calling(calls[inside], n), size)
            out += np.logaddexp(
                np.log(self.rates.call_alike) + common, np.log(1 - self.rates.call_alike) + apart
            )
            out += self._calls_between(nodes) + self._known_below(nodes, at)
            self._take(nodes, np.where(np.isfinite(at), out, np.nan), at)
        self._hidden_lines(nodes, group, depth_of_cell, size)

    def _cells_score(self, at: Floats, depth: Ints) -> tuple[Floats, Ints, Floats]:
        """By cell, what was heard of it when a device at or above it opened at a moment; and how many call of how many
        who would have."""
        cells = len(self.tree.cells)
        g = np.where(self._known_dark(self.g_meter, self.g_cell, at, depth), -1, self.g_cell)
        caller = self.tree.meter_of[self.c_node]
        known_caller = (caller >= 0) & (self.dark_depth[caller] > depth[self.c_cell])
        known_caller &= self.dark_since[caller] < at[self.c_cell] - GRACE
        c = np.where(known_caller, -1, self.c_cell)
        lit = np.where(self._known_dark(self.l_meter, self.l_cell, at, depth), -1, self.l_cell)
        o = np.where(self._known_dark(self.o_meter, self.o_cell, at, depth), -1, self.o_cell)
        deeper = self.dark_depth[self.d_meter] > depth[self.d_cell]
        n = self.tree.homes - self._gone(self.d_cell, deeper, at, cells)
        calls = self._count(c, at, self.c_time, cells, -60.0)
        would_call = n * self.rates.called(self.now - at)
        score = self._score(
            self._count(g, at, self.g_time, cells, -WITH, WITH),
            self._strays(g, at, cells) + self._unanswered(o, at, cells),
            n,
            calls,
            np.bincount(c[c >= 0], minlength=cells),
            self._count(lit, self._lit_from(at, self.cell_restored), self.l_time, cells, _LIT_AFTER),
            self.now - at,
            self._deafness(cells),
        )
        score -= np.where(at < self.cell_restored, self.on_silence, 0.0)
        own = self.since[self.tree.cells]
        mine = self.prior[self.tree.cells] + self.out[self.tree.cells]
        nested = (
            (own < at - GRACE) & (mine > score + self._calling(calls, would_call)) & (depth < self.cell_depth)
        )
        return np.where(nested, mine, score), np.where(nested, 0, calls), np.where(nested, 0.0, would_call)

    def _known_dark(self, meter: Ints, cell: Ints, at: Floats, depth: Ints) -> Bools:
        """What was heard of homes that had gone dark before the moment, below a device that is deeper and known."""
        before = self.dark_since[meter] < at[cell] - GRACE
        return np.asarray(before & (self.dark_depth[meter] > depth[cell]))

    @staticmethod
    def _lit_from(at: Floats, restored: Floats) -> Floats:
        """From when signs of power speak against an opening: those of a closing after it do from the first."""
        return np.asarray(np.where(at < restored, np.minimum(at, restored - _LIT_AFTER - 5.0), at))

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
            above = (nodes < node) & (node < self.tree.last[nodes]) & (since < at - GRACE)
            if above.any():
                cost[above] += min(0.0, float(self.prior[node] + max(self.out[node], -1e6)))
        return cost

    def _hidden_lines(self, nodes: Ints, group: Ints, depth: Ints, size: int) -> None:
        cells = len(self.tree.cells)
        valid = np.isfinite(self.cell_restored) & (self.cell_restored_depth < depth) & (group >= 0)
        if not valid.any():
            return
        at = np.where(valid, self.cell_restored, np.nan)
        lit = self._count(self.l_cell, at, self.l_time, cells, -GRACE)
        calls = self._count(self.c_cell, at, self.c_time, cells, 60.0)
        score = self._still_dark(calls, lit) - np.log(self.rates.hidden) - self.on_silence
        score += self._unanswered(self.o_cell, at, cells)
        inside = group >= 0
        out = total(group[inside], np.where(valid, score, np.nan)[inside], size)
        moment = np.full(size, np.nan)
        moment[group[valid]] = at[valid]
        self._take(nodes, out + np.log(self.rates.hidden), moment)
