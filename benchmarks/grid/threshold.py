"""A threshold-rule engine of the usual kind: counts of calls and silent meters promote to a transformer, transformers
to the device above. It is what inference is measured against."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from bot.grid.topology import Tree

CALLS = 3
SILENT_SHARE = 0.2
WINDOW = 1200.0
LATERALS = 2
LATERAL_SHARE = 0.5


class ThresholdRules:
    """Three calls in twenty minutes or a fifth of the meters silent: the transformer. Half of the devices below one,
    and at least two: that device. Closed or half of its reporters back: over."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.calls: dict[int, float] = {}
        self.gasps: dict[int, float] = {}
        self.held: dict[int, float] = {}
        self.telemetry: dict[int, float] = {}

    def hear(self, event: dict[str, Any]) -> None:
        tree, at = self.tree, event["at"]
        kind = event["kind"]
        if kind in ("closed", "breaker"):
            node = tree.index[event["device"]]
            if kind == "breaker" and event["state"] == "open":
                self.telemetry[node] = at
                return
            self.telemetry.pop(node, None)
            for reports in (self.calls, self.gasps, self.held):
                for other in [o for o in reports if tree.is_below(o, node)]:
                    del reports[other]
        elif kind == "call":
            self.calls[tree.index[event["meter"]]] = at
        elif kind == "last_gasp":
            self.gasps[tree.index[event["meter"]]] = event["event_at"]
        elif kind == "power_on" or (kind == "ping" and event["on"]):
            node = tree.index[event["meter"]]
            self.gasps.pop(node, None)
            self.calls.pop(node, None)

    def tick(self, now: float) -> dict[str, float]:
        tree = self.tree
        down = np.zeros(len(tree), dtype=bool)
        per_call = self._per_cell(n for n, at in self.calls.items() if at > now - WINDOW)
        per_gasp = self._per_cell(self.gasps)
        tripped = (per_call >= CALLS) | ((per_gasp >= SILENT_SHARE * tree.homes) & (per_gasp > 1))
        down[tree.cells[tripped]] = True
        for node in self.held:
            down[node] = True
        for node in range(len(tree) - 1, -1, -1):
            if tree.cell_of_node[node] < 0:
                children = self._children(node)
                below = sum(bool(down[child]) for child in children)
                if below >= LATERALS and below >= LATERAL_SHARE * len(children):
                    down[node] = True
        for node in self.telemetry:
            down[node] = True
        found: dict[str, float] = {}
        end = 0
        for node in np.flatnonzero(down).tolist():
            if node >= end:
                end = int(tree.last[node])
                self.held.setdefault(node, now)
                found[tree.ids[node]] = self.held[node]
        self.held = {
            node: at for node, at in self.held.items() if tree.ids[node] in found and self._stands(node)
        }
        return found

    def _per_cell(self, nodes: Iterable[int]) -> np.ndarray:
        cells = self.tree.cell_of_node[np.fromiter(nodes, dtype=np.int64)]
        return np.bincount(cells[cells >= 0], minlength=len(self.tree.cells))

    def _stands(self, node: int) -> bool:
        """Held as long as somebody below still counts."""
        last = int(self.tree.last[node])
        return any(node <= o < last for reports in (self.calls, self.gasps) for o in reports)

    def _children(self, node: int) -> list[int]:
        if not hasattr(self, "_kids"):
            self._kids: dict[int, list[int]] = {}
            for child, parent in enumerate(self.tree.parent.tolist()):
                self._kids.setdefault(parent, []).append(child)
        return self._kids.get(node, [])
