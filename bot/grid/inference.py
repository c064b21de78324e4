"""The most probable set of open devices: one pass up the tree, one down, in arrays; no solver.

For each device two scores, both against "all is lit and nothing was heard": OUT, all that was heard below when it
opened at its own best moment, and LIT, what lit homes must explain away plus the better of the two for each child. A
device is named when prior + OUT beats LIT; below a named one nothing else is named. A third reading, the *blink*,
explains reports of one moment by a device that opened and closed again: without it every reclosing feeder is an outage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bot.grid.evidence import NEVER
from bot.grid.gathered import CERTAIN, WITH, total
from bot.grid.openings import Openings
from bot.grid.rates import Floats, heard_or_deaf
from bot.grid.topology import Bools, Ints


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


class Inference(Openings):
    """One look at the evidence. `known` are the outages already named: node, since when."""

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
            margin[node] = np.log(CERTAIN / (1 - CERTAIN))
            self.since[node] = self.heard.open[node]
        p = 1 / (1 + np.exp(-np.clip(margin, -50, 50)))
        over = tuple(Blink(node, at, float(1 - p[node])) for node, at in blinks.items())
        return Beliefs(p, self.since, self._topmost(margin), over, margin, self.active)

    def _margin(self, lit: Floats) -> Floats:
        return np.where(np.isfinite(self.out), self.prior + self.out - lit, NEVER)

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
        return np.asarray(inside & (np.abs(self.g_time - at) <= WITH))

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
            is_cell = tree.shared[here]
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
        k = self._count(self.g_cell, moment, self.g_time, cells, -WITH, WITH)
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
