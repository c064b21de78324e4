"""The life of outages: suspected → confirmed → restoring → verified → closed, with one id from first to last.

What is named changes from tick to tick; an outage keeps its id. When inference moves up, the ids merge into the oldest;
when part is restored, the remainder is a child with an id of its own; each change is a line of its history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from bot.grid.evidence import Evidence
from bot.grid.locator import OpenDevice
from bot.grid.topology import Tree

NAME, ORDER, NOTIFY, WITHDRAW = 0.5, 0.8, 0.9, 0.3
"""Name an outage, order a crew, tell customers, take it back."""
_EXPECTED = 0.9  # of the homes expected to say that power came
_SAMPLE = 5  # or none dark among so many that were asked
_FALLS_SILENT = 600.0  # not named any more for this long without a closing: taken back


class OutageStage(StrEnum):
    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    RESTORING = "restoring"
    VERIFIED = "verified"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


OPEN = (OutageStage.SUSPECTED, OutageStage.CONFIRMED)


@dataclass(frozen=True)
class OutageStep:
    """A line of history: `what` is a state, moved, merged, split or reopened; `other` the outage or device meant."""

    at: float
    what: str
    other: str = ""


@dataclass
class FoundOutage:
    id: str
    device: str
    since: float
    named_at: float
    p: float
    stage: OutageStage = OutageStage.SUSPECTED
    parent: str | None = None
    merged_into: str | None = None
    restored_at: float | None = None
    ordered: bool = False
    notified: bool = False
    unnamed_since: float | None = None
    history: list[OutageStep] = field(default_factory=list)

    def enter(self, stage: OutageStage, at: float, other: str = "") -> None:
        self.stage = stage
        self.history.append(OutageStep(at, stage.value, other))


class Register:
    """All outages of a network. `update` takes what a tick named, `closed` what crews and the control room did."""

    def __init__(
        self, tree: Tree, evidence: Evidence, outages: Iterable[FoundOutage] = (), last: int = 0
    ) -> None:
        """With the outages of before that are not over, and the number the newest id had."""
        self.tree, self.evidence, self.last = tree, evidence, last
        self.outages = {outage.id: outage for outage in outages}

    def current(self, id: str) -> FoundOutage:
        """The outage an id stands for today: a merged one is the one it went into."""
        outage = self.outages[id]
        return self.current(outage.merged_into) if outage.merged_into else outage

    def open(self) -> list[FoundOutage]:
        return [outage for outage in self.outages.values() if outage.stage in OPEN]

    def covering(self, meter: str) -> FoundOutage | None:
        """The open outage a meter is below."""
        node = self.tree.index[meter]
        return next((o for o in self.open() if self.tree.is_below(node, self._node(o))), None)

    def closed(self, device: str, at: float) -> None:
        node = self.tree.index[device]
        for outage in self.open():
            if self.tree.is_below(self._node(outage), node):
                outage.restored_at = at
                outage.enter(OutageStage.RESTORING, at, device)

    def update(self, found: Sequence[OpenDevice], now: float) -> None:
        devices = {one.device for one in found}
        for one in sorted(found, key=lambda one: one.since):
            if one.p >= NAME:
                self._take(one, devices, now)
        for outage in list(self.outages.values()):
            if outage.stage in OPEN and outage.device not in devices:
                self._missing(outage, now)
            elif outage.stage is OutageStage.RESTORING and self._is_back(outage):
                outage.enter(OutageStage.VERIFIED, now)

    def archive(self, id: str, at: float) -> None:
        """Close a verified outage."""
        outage = self.outages[id]
        if outage.stage is not OutageStage.VERIFIED:
            raise ValueError(f"{id} is {outage.stage}, not verified")
        outage.enter(OutageStage.CLOSED, at)

    # ---- within -------------------------------------------------------------------------------------------------

    def _node(self, outage: FoundOutage) -> int:
        return self.tree.index[outage.device]

    def _take(self, one: OpenDevice, devices: set[str], now: float) -> None:
        node = self.tree.index[one.device]
        outage = next((o for o in self.open() if o.device == one.device), None)
        if outage is None:
            below = [
                o
                for o in self.open()
                if o.device not in devices
                and self.tree.is_below(self._node(o), node)
                and o.since >= one.since - 90
            ]
            above = [
                o for o in self.open() if o.device not in devices and self.tree.is_below(node, self._node(o))
            ]
            if below:
                outage = self._move_up(below, one, now)
            elif above:
                outage = above[0]
                self._move(outage, one.device, now)
            else:
                outage = self._new(one, now)
        outage.p, outage.since, outage.unnamed_since = one.p, min(outage.since, one.since), None
        outage.ordered |= one.dark >= ORDER
        outage.notified |= one.dark >= NOTIFY or (one.p >= NAME and one.reasons.kinds >= 2)
        proved = one.telemetry or one.reasons.no_answers >= 2
        if outage.stage is OutageStage.SUSPECTED and one.dark >= NOTIFY and proved:
            outage.enter(OutageStage.CONFIRMED, now)

    def _move_up(self, below: list[FoundOutage], one: OpenDevice, now: float) -> FoundOutage:
        oldest = min(below, key=lambda o: (o.named_at, o.id))
        for outage in below:
            if outage is not oldest:
                outage.merged_into = oldest.id
                outage.enter(OutageStage.MERGED, now, oldest.id)
                oldest.history.append(OutageStep(now, "merged", outage.id))
        self._move(oldest, one.device, now)
        return oldest

    def _move(self, outage: FoundOutage, device: str, now: float) -> None:
        outage.history.append(OutageStep(now, "moved", device))
        outage.device = device

    def _new(self, one: OpenDevice, now: float) -> FoundOutage:
        """A new id; below a device that has just been closed it is the child of that outage."""
        node = self.tree.index[one.device]
        parent = None
        for outage in self.outages.values():
            over = outage.stage in (OutageStage.RESTORING, OutageStage.VERIFIED)
            if (
                over
                and self.tree.is_below(node, self._node(outage))
                and one.since <= (outage.restored_at or 0) + 60
            ):
                parent = outage
        self.last += 1
        outage = FoundOutage(f"G{self.last}", one.device, one.since, now, one.p)
        outage.history.append(OutageStep(now, OutageStage.SUSPECTED.value, one.device))
        if parent is not None:
            outage.parent = parent.id
            parent.history.append(OutageStep(now, "split", outage.id))
            if parent.stage is OutageStage.VERIFIED:
                parent.enter(OutageStage.RESTORING, now)
        self.outages[outage.id] = outage
        return outage

    def _missing(self, outage: FoundOutage, now: float) -> None:
        """Not named at this tick: below another one it merges, else after a while it is restored or taken back."""
        above = next(
            (
                o
                for o in self.open()
                if o is not outage and self.tree.is_below(self._node(outage), self._node(o))
            ),
            None,
        )
        if above is not None:
            if outage.since >= above.since - 90:
                outage.merged_into = above.id
                outage.enter(OutageStage.MERGED, now, above.id)
                above.history.append(OutageStep(now, "merged", outage.id))
            return  # what opened before the device above stays by itself, hidden
        if outage.unnamed_since is None:
            outage.unnamed_since = now
        if self._is_back(outage):
            outage.restored_at = now
            outage.enter(OutageStage.RESTORING, now)
            outage.enter(OutageStage.VERIFIED, now)
        elif outage.p < WITHDRAW or now - outage.unnamed_since >= _FALLS_SILENT:
            outage.enter(OutageStage.WITHDRAWN, now)

    def _is_back(self, outage: FoundOutage) -> bool:
        """Enough homes below have said so, or none of those asked is dark; what a child that is not over is about does not count."""
        since = outage.restored_at if outage.restored_at is not None else outage.since + 15
        meters = np.arange(*self.tree.meters_below(self._node(outage)).indices(len(self.tree.meters)))
        for child in self.outages.values():
            if child.parent == outage.id and child.stage in (*OPEN, OutageStage.RESTORING):
                below = self.tree.meters_below(self._node(child))
                meters = meters[(meters < below.start) | (meters >= below.stop)]
        if not len(meters):
            return False
        lit = self.evidence.lit_at[meters] >= since - 90
        dark = (self.evidence.offs[meters] > 0) & (self.evidence.off_at[meters] > since)
        if lit.sum() >= _EXPECTED * len(meters):
            return True
        parts = self.tree.cell[meters]
        heard = len(np.unique(parts[lit])) == len(np.unique(parts))
        return bool(lit.sum() >= min(_SAMPLE, len(meters)) and not dark.any() and heard)
