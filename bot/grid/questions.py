"""Which meters are asked whether they have power: those whose answer decides."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bot.grid.evidence import NEVER, Evidence
from bot.grid.inference import Beliefs
from bot.grid.topology import DeviceKind, Ints

_AGAIN = 240.0  # the same meter at most so often
_STALE = 900.0  # a named outage is looked at again after this long
_OPEN_QUESTION = (0.01, 0.97)


class Questions:
    """Chooses meters to ask, within a budget; `asked` remembers when each was asked last."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence, self.tree = evidence, evidence.tree
        self.asked_at = np.full(len(self.tree.meters), NEVER)

    def choose(self, beliefs: Beliefs, hidden: list[int], now: float, budget: int) -> list[str]:
        """`hidden` are nodes below a closed device that have not said that power came."""
        chosen: dict[int, None] = {}
        for node, count in self._wanted(beliefs, hidden, now):
            for number in self._meters(node, count, now, chosen):
                chosen[number] = None
                if len(chosen) >= budget:
                    break
            if len(chosen) >= budget:
                break
        for number in chosen:
            self.asked_at[number] = now
        return [self.tree.ids[self.tree.meters[number]] for number in chosen]

    def _wanted(self, beliefs: Beliefs, hidden: list[int], now: float) -> Iterator[tuple[int, int]]:
        """Places and how many to ask there, the most deciding first."""
        tree, low_high = self.tree, _OPEN_QUESTION
        open_questions = self._topmost(np.flatnonzero((beliefs.p > low_high[0]) & beliefs.active), beliefs)
        named = {int(node) for node in beliefs.named}
        ordered = sorted(open_questions, key=lambda node: -self._weight(node, beliefs))
        unsure = [
            node for node in ordered if beliefs.p[node] < low_high[1] and tree.kind[node] != DeviceKind.METER
        ]
        for blink in beliefs.blinks:
            if blink.p < 0.98:
                yield blink.node, 3
        for node in unsure:
            yield node, 2
        for node in ordered:
            if node in named and self._unproved(node, float(beliefs.since[node])):
                yield node, 2
                yield from self._around(node)
        for node in ordered:
            if tree.kind[node] == DeviceKind.METER and beliefs.p[node] < low_high[1]:
                yield node, 1
                yield int(tree.parent[node]), 1
        for node in sorted(hidden, key=lambda node: -int(tree.homes_below[node])):
            yield node, 2
        for node in named:
            below = tree.meters_below(node)
            if self.asked_at[below].max(initial=NEVER) < now - _STALE:
                yield node, 1

    def _weight(self, node: int, beliefs: Beliefs) -> float:
        p = float(beliefs.p[node])
        return p * (1 - p) * float(np.sqrt(self.tree.homes_below[node])) + 1e-6 * p

    def _topmost(self, nodes: Ints, beliefs: Beliefs) -> list[int]:
        """Those that are not below a named device."""
        if not len(beliefs.named):
            return list(nodes.tolist())
        top = beliefs.named[np.maximum(np.searchsorted(beliefs.named, nodes, side="right") - 1, 0)]
        under = (top < nodes) & (nodes < self.tree.last[top])
        return list(nodes[~under].tolist())

    def _unproved(self, node: int, since: float) -> bool:
        below = self.tree.meters_below(node)
        silent = (self.evidence.offs[below] > 0) & (self.evidence.off_at[below] > since)
        return bool(silent.sum() < min(2, below.stop - below.start))

    def _around(self, node: int) -> Iterator[tuple[int, int]]:
        """Beside and above: a home each of two neighbours below the same device."""
        parent = int(self.tree.parent[node])
        if parent < 0:
            return
        first, end = int(self.tree.first_meter[parent]), int(self.tree.end_meter[parent])
        mine = self.tree.meters_below(node)
        for number in (mine.start - 1, mine.stop, first, end - 1):
            if first <= number < end and not mine.start <= number < mine.stop:
                yield int(self.tree.meters[number]), 1

    def _meters(self, node: int, count: int, now: float, chosen: dict[int, None]) -> list[int]:
        below = self.tree.meters_below(node)
        if below.start >= below.stop:
            return []
        numbers = np.arange(below.start, below.stop)
        free = (self.asked_at[below] < now - _AGAIN) & (self.evidence.lit_at[below] < now - 60.0)
        free &= self.evidence.quiet_until[below] < now
        numbers = numbers[free]
        numbers = numbers[[number not in chosen for number in numbers.tolist()]] if chosen else numbers
        if not len(numbers):
            return []
        # Those asked longest ago, and of them some spread over the place.
        oldest = numbers[self.asked_at[numbers] == self.asked_at[numbers].min()]
        spread = np.unique(np.linspace(0, len(oldest) - 1, min(count, len(oldest)) + 2)[1:-1].round())
        return [int(oldest[int(i)]) for i in spread][:count]
