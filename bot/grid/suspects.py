"""Meters that are probably registered below the wrong transformer: what they say contradicts where they hang."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.grid.evidence import Evidence
from bot.grid.locator import OpenDevice
from bot.grid.topology import Tree

_SURE = 0.95
_SAME_MOMENT = 15.0
_ENOUGH_HOMES = 10


@dataclass(frozen=True)
class Suspect:
    """A meter, how many outages contradict its place, and where it went dark together with others."""

    meter: str
    contradictions: int
    seen_with: str | None


@dataclass
class Suspects:
    """Counts once per outage and meter; `note` at every tick."""

    tree: Tree
    _against: dict[int, set[tuple[str, int]]] = field(default_factory=lambda: defaultdict(set))
    _with: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def note(self, found: Sequence[OpenDevice], evidence: Evidence) -> None:
        tree = self.tree
        for one in found:
            node = tree.index[one.device]
            if one.p < _SURE or tree.homes_below[node] < _ENOUGH_HOMES:
                continue
            episode = (one.device, round(one.since / 300))
            below = tree.meters_below(node)
            lit = np.flatnonzero(evidence.lit_at[below] > one.since + 30) + below.start
            for number in lit.tolist():
                self._against[number].add(episode)
            gasps = evidence.gasps
            elsewhere = (gasps.node < node) | (gasps.node >= tree.last[node])
            together = elsewhere & (np.abs(gasps.time - one.since) <= _SAME_MOMENT)
            for gasp in gasps.node[together].tolist():
                if any(
                    tree.is_below(gasp, tree.index[other.device])
                    for other in found
                    if tree.homes_below[tree.index[other.device]] > 1
                ):
                    continue
                number = int(tree.meter_of[gasp])
                if episode not in self._against[number]:
                    self._against[number].add(episode)
                    self._with[number][one.device] += 1

    def list(self, at_least: int = 1) -> list[Suspect]:
        """The most contradicted first."""
        found = [
            Suspect(
                self.tree.ids[self.tree.meters[number]],
                len(episodes),
                self._with[number].most_common(1)[0][0] if self._with.get(number) else None,
            )
            for number, episodes in self._against.items()
            if len(episodes) >= at_least
        ]
        return sorted(found, key=lambda suspect: (-suspect.contradictions, suspect.meter))
