"""The running picture of one network: events in, named outages and questions to meters out, tick by tick."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.grid.evidence import NEVER, Evidence
from bot.grid.inference import Beliefs, Inference
from bot.grid.questions import Questions
from bot.grid.rates import Rates
from bot.grid.topology import Bools, Ints, Tree

KNOWN = 0.8  # from here on an outage explains what is heard below it
QUESTIONS = 30
_BLINK_SURE = 0.95
_BLINK_AGE = 180.0
_LEARN_AFTER = 300.0  # an outage this old tells which concentrators are deaf
_PRIOR_CELLS = 20.0


@dataclass(frozen=True)
class Reasons:
    """Why a device is named: what was heard below it since it opened, and what speaks against it."""

    homes: int
    cells: int
    cells_reporting: int
    gasps: int
    calls: int
    no_answers: int
    answers: int
    runner_up: str | None
    runner_up_p: float
    undone_by: int
    """At least so many meters would have to answer that they have power to take the device off the list."""

    @property
    def kinds(self) -> int:
        """Independent kinds of evidence."""
        return (self.gasps > 0) + (self.calls > 0) + (self.no_answers > 0)


@dataclass(frozen=True)
class OpenDevice:
    """A topmost open device, its probability and since when."""

    device: str
    p: float
    since: float
    reasons: Reasons
    dark: float
    """How probable it is that its homes are dark: it or a device below that feeds just the same homes is open."""
    telemetry: bool = False


@dataclass(frozen=True)
class Blinked:
    """A momentary opening that is over, for the indices."""

    device: str
    at: float
    homes: int


@dataclass(frozen=True)
class Picture:
    at: float
    outages: tuple[OpenDevice, ...]
    ask: tuple[str, ...]
    blinked: tuple[Blinked, ...]
    behind_meter: tuple[str, ...]
    """Meters whose homes called though they have power: fault indoors."""


class Locator:
    def __init__(self, tree: Tree, rates: Rates | None = None) -> None:
        self.tree, self.rates = tree, rates or Rates()
        self.evidence = Evidence(tree)
        self.known: dict[int, float] = {}
        self.deaf = self.rates.deaf
        self._questions = Questions(self.evidence)
        self.beliefs: Beliefs | None = None

    def closed(self, device: str, at: float) -> None:
        """A crew or the control room has closed a device."""
        node = self.tree.index.get(device)
        since = self._since(node, at) if node is not None else at
        self.evidence.closed(device, at, since)
        if node is not None:
            self._forget(node, since)

    def breaker(self, device: str, is_open: bool, at: float) -> None:
        node = self.tree.index.get(device)
        if node is not None and not is_open:
            self._forget(node, self.evidence.open.get(node, at))
        self.evidence.breaker(device, is_open, at)

    def tick(self, now: float, budget: int = QUESTIONS) -> Picture:
        evidence, tree = self.evidence, self.tree
        evidence.settle(now, self.known)
        inference = Inference(evidence, self.rates, self.deaf, self.known, now)
        beliefs = self.beliefs = inference.beliefs()
        self._learn(beliefs, now)
        blinked = []
        for blink in beliefs.blinks:
            if blink.p >= _BLINK_SURE and now - blink.at > _BLINK_AGE:
                evidence.blinked(blink.node, blink.at - self.rates.window, blink.at + self.rates.window)
                blinked.append(Blinked(tree.ids[blink.node], blink.at, int(tree.homes_below[blink.node])))
        hidden = [int(tree.cells[cell]) for cell in self._silent(inference)]
        hidden += [int(node) for node in inference.mute_branches]
        ask = self._questions.choose(beliefs, hidden, now, budget)
        found = tuple(self._found(int(node), beliefs, inference) for node in beliefs.named)
        return Picture(now, found, tuple(ask), tuple(blinked), self._behind_meter(beliefs))

    # ---- within -------------------------------------------------------------------------------------------------

    def _since(self, node: int, at: float) -> float:
        """Since when a device that is now closed was open: as named, or named above it, or as last believed."""
        for above in self.tree.path(node):
            if above in self.known:
                return self.known[above]
        below = [since for k, since in self.known.items() if self.tree.is_below(k, node)]
        believed = float(self.beliefs.since[node]) if self.beliefs is not None else np.nan
        if np.isfinite(believed) and believed < at:
            below.append(believed)
        return min(below, default=at - 3600.0)

    def _forget(self, node: int, since: float) -> None:
        """What was known at or below a closed device is over, unless it had opened before."""
        for k, began in list(self.known.items()):
            if self.tree.is_below(k, node) and (k == node or began >= since - 90.0):
                del self.known[k]

    def _learn(self, beliefs: Beliefs, now: float) -> None:
        """Which outages are known from now on, and how many concentrators are deaf among their cells."""
        named = {int(node): float(beliefs.since[node]) for node in beliefs.named}
        for k, since in list(self.known.items()):
            above = next((n for n in named if n != k and self.tree.is_below(k, n)), None)
            stands = named.get(k) is not None
            nested = above is not None and since < named[above] - 90.0
            if not stands and not nested:
                del self.known[k]
        for node, since in named.items():
            if beliefs.p[node] >= KNOWN:
                self.known[node] = min(since, self.known.get(node, since)) if node in self.known else since
        silent = total = 0
        reporting = np.zeros(len(self.tree.cells), dtype=bool)
        reporting[self.tree.cell_of_node[self.evidence.gasps.node]] = True
        for node, since in self.known.items():
            if now - since < _LEARN_AFTER or self.tree.cell_of_node[node] >= 0 > self.tree.meter_of[node]:
                continue
            cells = self.tree.cells_below(node)
            if not reporting[cells].any():
                continue  # nobody reported: that is no news of the concentrators, and it may be no outage
            large = self.tree.homes[cells] >= 5
            total += int(large.sum())
            silent += int((large & ~reporting[cells]).sum())
        self.deaf = min(0.5, (self.rates.deaf * _PRIOR_CELLS + silent) / (_PRIOR_CELLS + total))

    def _silent(self, inference: Inference) -> list[int]:
        """Cells below a closed device of which nobody has said that power came, nor answered."""
        cells = inference.hidden[inference.cell_on[inference.hidden] == 0]
        lit = np.zeros(len(self.tree.cells), dtype=bool)
        since = inference.cell_restored[inference.l_cell]
        lit[inference.l_cell[inference.l_time > since]] = True
        return [int(cell) for cell in cells if not lit[cell]]

    def _found(self, node: int, beliefs: Beliefs, inference: Inference) -> OpenDevice:
        since = min(float(beliefs.since[node]), self.known.get(node, np.inf))
        p = float(beliefs.p[node])
        return OpenDevice(
            self.tree.ids[node],
            p,
            since,
            self._reasons(node, since, beliefs, inference),
            self._dark(node, beliefs),
            node in self.evidence.open,
        )

    def _dark(self, node: int, beliefs: Beliefs) -> float:
        homes, last, p = self.tree.homes_below, int(self.tree.last[node]), 0.0
        below = node
        while below < last and homes[below] == homes[node]:
            p = max(p, float(beliefs.p[below]))
            below += 1
        return p

    def _reasons(self, node: int, since: float, beliefs: Beliefs, inference: Inference) -> Reasons:
        tree, evidence = self.tree, self.evidence
        last = tree.last[node]

        def below(nodes: Ints) -> Bools:
            return np.asarray((nodes >= node) & (nodes < last))

        gasps = below(inference.g_node) & (inference.g_time >= since - 5)
        calls = below(inference.c_node) & (inference.c_time >= since - 60)
        meters = tree.meters_below(node)
        around = [int(tree.parent[node])] if tree.parent[node] >= 0 else []
        around += [
            child
            for child in np.flatnonzero(beliefs.active[node + 1 : last]).tolist()
            if tree.parent[node + 1 + child] == node
        ]
        others = {(node + 1 + i if n else i): 0.0 for n, i in enumerate(around)}
        for other in others:
            others[other] = float(beliefs.p[other]) if other != node else 0.0
        runner_up = max(others, key=lambda other: others[other], default=None)
        per_answer = np.log(self.rates.answers / self.rates.wrong_tie)
        return Reasons(
            homes=int(tree.homes_below[node]),
            cells=len(range(*tree.cells_below(node).indices(len(tree.cells)))),
            cells_reporting=len(np.unique(inference.g_cell[gasps])),
            gasps=int(gasps.sum()),
            calls=int(calls.sum()),
            no_answers=int((evidence.offs[meters] > 0).sum()),
            answers=int((evidence.lit_at[meters] > since + 90).sum()),
            runner_up=None if runner_up is None else tree.ids[runner_up],
            runner_up_p=0.0 if runner_up is None else others[runner_up],
            undone_by=int(np.ceil(max(0.0, float(beliefs.margin[node])) / per_answer)),
        )

    def _behind_meter(self, beliefs: Beliefs) -> tuple[str, ...]:
        calls = self.evidence.calls
        meter = self.tree.meter_of[calls.node]
        lit = (
            (meter >= 0) & (self.evidence.lit_at[meter] > calls.time) & (self.evidence.lit_at[meter] > NEVER)
        )
        lit[lit] = [
            not any(self.tree.is_below(node, int(top)) for top in beliefs.named)
            for node in calls.node[lit].tolist()
        ]
        return tuple(self.tree.ids[node] for node in calls.node[lit].tolist())
