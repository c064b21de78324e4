"""How well the named devices fit what truly happened, minute by minute."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from benchmarks.grid.storms import Fault, Storm
from bot.grid.topology import DeviceKind, Tree


@dataclass
class Score:
    """Counts that add up over storms."""

    true: int = 0  # outages of devices above a meter that were topmost for five minutes
    hit: int = 0
    named: int = 0  # devices named for more than a minute
    right: int = 0
    soon: int = 0
    first: int = 0  # not nested
    nested: int = 0
    nested_soon: int = 0
    homes: int = 0  # single homes
    homes_soon: int = 0
    minutes: int = 0  # named device-minutes
    lit_minutes: int = 0
    dark_both: int = 0
    dark_said: int = 0
    dark_true: int = 0
    seconds: list[float] = field(default_factory=list)

    def add(self, other: Score) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def f1(self) -> float:
        precision, recall = self.right / max(1, self.named), self.hit / max(1, self.true)
        return 2 * precision * recall / max(1e-9, precision + recall)

    def rows(self) -> dict[str, float]:
        return {
            "device F1": self.f1(),
            "precision": self.right / max(1, self.named),
            "recall": self.hit / max(1, self.true),
            "within 5 min": self.soon / max(1, self.first),
            "named but lit": self.lit_minutes / max(1, self.minutes),
            "nested within 15 min": self.nested_soon / max(1, self.nested),
            "single homes within 30 min": self.homes_soon / max(1, self.homes),
            "homes precision": self.dark_both / max(1, self.dark_said),
            "homes recall": self.dark_both / max(1, self.dark_true),
            "slowest tick, s": max(self.seconds, default=0.0),
        }


class Referee:
    """Watches a storm and what one engine names in it. The registered network is what the engine knows."""

    def __init__(self, storm: Storm, registered: Tree) -> None:
        self.storm, self.registered = storm, registered
        self.visible: dict[str, tuple[Fault, float, float]] = {}  # device: since when, until when topmost
        self.named_at: dict[str, list[float]] = {}
        self.was_true: set[str] = set()
        self.score = Score()

    def minute(self, now: float, named: Iterable[str], seconds: float = 0.0) -> None:
        storm, tree, score = self.storm, self.storm.true, self.score
        truth = storm.truth()
        for device, fault in truth.items():
            since = self.visible[device][1] if device in self.visible else now - 60
            self.visible[device] = (fault, since, now)
        dark = storm.dark()
        said = np.zeros(len(tree.meters), dtype=bool)
        for device in named:
            node = tree.index[device]
            self.named_at.setdefault(device, []).append(now)
            below = tree.meters_below(node)
            said[below] = True
            if device in truth:
                self.was_true.add(device)
            if tree.kind[node] != DeviceKind.METER:
                score.minutes += 1
                score.lit_minutes += bool((~dark[below]).all())
        score.dark_both += int((said & dark).sum())
        score.dark_said += int(said.sum())
        score.dark_true += int(dark.sum())
        score.seconds.append(seconds)

    def result(self) -> Score:
        score, tree = self.score, self.storm.true
        for device, (fault, since, until) in self.visible.items():
            if until - since < 240:
                continue
            hits = [at for at in self.named_at.get(device, []) if since <= at <= until]
            began = max(since, min(fault.start, since)) if not fault.nested else since
            delay = hits[0] - began if hits else np.inf
            if tree.kind[tree.index[device]] == DeviceKind.METER:
                score.homes += 1
                score.homes_soon += delay <= 1800
                continue
            score.true += 1
            score.hit += bool(hits)
            if fault.nested:
                score.nested += 1
                score.nested_soon += delay <= 900
            else:
                score.first += 1
                score.soon += delay <= 300
        for device, times in self.named_at.items():
            if tree.kind[tree.index[device]] != DeviceKind.METER and len(times) > 1:
                score.named += 1
                score.right += device in self.was_true
        return score
