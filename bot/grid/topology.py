"""The network from substation to meter: what hangs below what, since when, and the arrays inference walks on.

substation → feeder (its breaker) → switch or recloser → fuse → transformer (台区) → LV branch (分支箱) → meter.
A device has rows, one for each time it hung somewhere; `Topology.tree(at)` is the network of one moment, so an event
is judged on the network of its time. Normally-open ties are edges that carry nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class DeviceKind(IntEnum):
    SUBSTATION = 0
    FEEDER = 1
    SWITCH = 2
    FUSE = 3
    TRANSFORMER = 4
    BRANCH = 5
    METER = 6

    @classmethod
    def named(cls, name: str) -> DeviceKind:
        return cls[name.upper()]


_MAY_FEED: dict[DeviceKind, frozenset[DeviceKind]] = {
    DeviceKind.SUBSTATION: frozenset({DeviceKind.FEEDER}),
    DeviceKind.FEEDER: frozenset(
        {DeviceKind.SWITCH, DeviceKind.FUSE, DeviceKind.TRANSFORMER, DeviceKind.METER}
    ),
    DeviceKind.SWITCH: frozenset(
        {DeviceKind.SWITCH, DeviceKind.FUSE, DeviceKind.TRANSFORMER, DeviceKind.METER}
    ),
    DeviceKind.FUSE: frozenset(
        {DeviceKind.FUSE, DeviceKind.SWITCH, DeviceKind.TRANSFORMER, DeviceKind.METER}
    ),
    DeviceKind.TRANSFORMER: frozenset({DeviceKind.BRANCH, DeviceKind.METER}),
    DeviceKind.BRANCH: frozenset({DeviceKind.BRANCH, DeviceKind.METER}),
    DeviceKind.METER: frozenset(),
}
"""A meter above a transformer is a customer at medium voltage."""


@dataclass(frozen=True)
class Device:
    """One row: where a device hung from `valid_from` until `valid_until` (None: as far as is known)."""

    id: str
    kind: DeviceKind
    parent: str | None
    name: str = ""
    place: str = ""
    position: tuple[float, float] | None = None  # longitude, latitude
    kva: float | None = None
    telemetry: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def valid(self, at: datetime | None) -> bool:
        """Whether the row holds at a time; without one, whether it holds today."""
        if at is None:
            return self.valid_until is None
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_until is None or at < self.valid_until
        )


@dataclass(frozen=True)
class Tie:
    """A normally-open switch between two places of the network."""

    id: str
    ends: tuple[str, str]


@dataclass(frozen=True)
class Defect:
    """What is wrong with one record: which, which field, and in words; `odd` is strange and can be worked with."""

    record: str
    field: str
    text: str
    odd: bool = False


class BadNetwork(ValueError):
    """A network that cannot be used; `problems` has everything that is wrong with it."""

    def __init__(self, problems: Sequence[Defect]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.record} {p.field}: {p.text}" for p in problems[:5]))


@dataclass(frozen=True)
class Topology:
    devices: tuple[Device, ...]
    ties: tuple[Tie, ...] = ()

    def tree(self, at: datetime | None = None) -> Tree:
        """The network of a moment; BadNetwork where it is none. What is merely odd is for `check` to tell."""
        rows = [device for device in self.devices if device.valid(at)]
        problems = [each for each in check(rows, self.ties) if not each.odd]
        if problems:
            raise BadNetwork(problems)
        return Tree(rows)

    def transferred(self, device: str, parent: str, at: datetime) -> Topology:
        """The same network with a device fed from another place from `at` on; what was before is kept."""
        rows = []
        for row in self.devices:
            if row.id == device and row.valid(at):
                rows += [
                    replace(row, valid_until=at),
                    replace(row, parent=parent, valid_from=at),
                ]
            else:
                rows.append(row)
        return Topology(tuple(rows), self.ties)


def check(rows: Sequence[Device], ties: Sequence[Tie] = ()) -> list[Defect]:
    """Everything that is wrong with the rows of one moment."""
    problems: list[Defect] = []
    by_id: dict[str, Device] = {}
    for row in rows:
        if row.id in by_id:
            problems.append(Defect(row.id, "id", "is there twice at one time"))
        by_id[row.id] = row
    for row in rows:
        problems += _of_row(row, by_id)
    problems += [Defect(id, "parent", "hangs below itself") for id in _in_loops(by_id)]
    for tie in ties:
        problems += [Defect(tie.id, "ends", f"{end} is unknown") for end in tie.ends if end not in by_id]
        if tie.ends[0] == tie.ends[1]:
            problems.append(Defect(tie.id, "ends", "joins a place to itself"))
    return problems


def _of_row(row: Device, by_id: dict[str, Device]) -> Iterable[Defect]:
    if row.parent is None:
        if row.kind > DeviceKind.FEEDER:
            yield Defect(row.id, "parent", f"a {row.kind.name.lower()} hangs below something", odd=True)
    elif (parent := by_id.get(row.parent)) is None:
        yield Defect(row.id, "parent", f"{row.parent} is unknown")
    elif row.kind not in _MAY_FEED[parent.kind]:
        yield Defect(
            row.id,
            "parent",
            f"a {parent.kind.name.lower()} feeds no {row.kind.name.lower()}",
            odd=parent.kind != DeviceKind.METER,
        )
    if row.kva is not None and not 0 < row.kva <= 100_000:
        yield Defect(row.id, "kva", f"{row.kva:g} is no size of a transformer", odd=True)
    if row.position is not None and not (-180 <= row.position[0] <= 180 and -90 <= row.position[1] <= 90):
        yield Defect(row.id, "position", "is not on this earth", odd=True)
    if row.valid_from and row.valid_until and row.valid_from >= row.valid_until:
        yield Defect(row.id, "valid_until", "ends before it begins")


def _in_loops(by_id: dict[str, Device]) -> list[str]:
    """Whatever never reaches a root."""
    rooted: dict[str, bool] = {}
    for start in by_id:
        path: dict[str, None] = {}
        at: str | None = start
        while at in by_id and at not in rooted and at not in path:
            path[at] = None
            at = by_id[at].parent
        rooted.update(dict.fromkeys(path, at not in path and rooted.get(at or "", True)))
    return sorted(id for id, good in rooted.items() if not good)


class Tree:
    """The network of a moment in arrays. Nodes are numbered so that everything below `v` is `v … last[v] − 1`.

    A *cell* is what shares one concentrator: a transformer with its meters, a branch box where none is registered above
    it, or a meter at medium voltage by itself.
    Meters and cells are numbered in the order of their nodes, so those below a node are ranges too.
    """

    def __init__(self, rows: Sequence[Device]) -> None:
        order, last = _preorder(rows)
        self.devices: list[Device] = [rows[i] for i in order]
        self.ids = [device.id for device in self.devices]
        self.index = {id: node for node, id in enumerate(self.ids)}
        self.kind: Ints = np.array([device.kind for device in self.devices], dtype=np.int64)
        self.parent: Ints = np.array(
            [-1 if d.parent is None else self.index[d.parent] for d in self.devices], dtype=np.int64
        )
        self.telemetry: Bools = np.array([d.telemetry for d in self.devices], dtype=bool)
        self.last: Ints = np.array(last, dtype=np.int64)
        self.depth: Ints = np.zeros(len(rows), dtype=np.int64)
        for node, parent in enumerate(self.parent.tolist()):
            if parent >= 0:
                self.depth[node] = self.depth[parent] + 1
        self.meters: Ints = np.flatnonzero(self.kind == DeviceKind.METER)
        self.meter_of: Ints = np.full(len(rows), -1, dtype=np.int64)  # node: number of the meter
        self.meter_of[self.meters] = np.arange(len(self.meters))
        self._cells()

    def __len__(self) -> int:
        return len(self.ids)

    def _cells(self) -> None:
        cell_of_node: Ints = np.full(len(self), -1, dtype=np.int64)
        cells: list[int] = []
        medium = np.isin(self.kind, (DeviceKind.FEEDER, DeviceKind.TRANSFORMER))
        steps_down = np.concatenate([[0], np.cumsum(medium)])
        lowest = (
            steps_down[self.last] == steps_down[np.arange(len(self)) + 1]
        )  # no transformer or feeder below
        for node, (kind, parent) in enumerate(zip(self.kind.tolist(), self.parent.tolist(), strict=True)):
            above = cell_of_node[parent] if parent >= 0 else -1
            if above >= 0:
                cell_of_node[node] = above
            elif kind == DeviceKind.METER or (
                kind in (DeviceKind.TRANSFORMER, DeviceKind.BRANCH) and lowest[node]
            ):
                cell_of_node[node] = len(cells)
                cells.append(node)
        self.cell_of_node = cell_of_node
        self.cells: Ints = np.array(cells, dtype=np.int64)  # node of each cell
        self.cell: Ints = cell_of_node[self.meters]  # cell of each meter
        self.homes: Ints = np.bincount(self.cell, minlength=len(cells))
        self.shared: Bools = np.zeros(len(self), dtype=bool)  # a cell of more than one meter's place
        self.shared[self.cells[self.kind[self.cells] != DeviceKind.METER]] = True

    @cached_property
    def first_meter(self) -> Ints:
        return np.searchsorted(self.meters, np.arange(len(self)))

    @cached_property
    def end_meter(self) -> Ints:
        return np.searchsorted(self.meters, self.last)

    @cached_property
    def homes_below(self) -> Ints:
        return self.end_meter - self.first_meter

    def meters_below(self, node: int) -> slice:
        return slice(int(self.first_meter[node]), int(self.end_meter[node]))

    def cells_below(self, node: int) -> slice:
        """The cells of a node above or at the transformers."""
        first, end = np.searchsorted(self.cells, (node, self.last[node]))
        return slice(int(first), int(end))

    def is_below(self, node: int, above: int) -> bool:
        """Whether a node is `above` or hangs below it."""
        return above <= node < int(self.last[above])

    def path(self, node: int) -> list[int]:
        """A node and everything above it, from the bottom."""
        found = []
        while node >= 0:
            found.append(node)
            node = int(self.parent[node])
        return found

    @cached_property
    def line_levels(self) -> list[Ints]:
        """By depth, for each cell the device above it at that depth; −1 where there is none."""
        deepest = int(self.depth[self.cells].max(initial=0))
        levels = []
        at = self.cells.copy()
        above = {d: np.full(len(self.cells), -1, dtype=np.int64) for d in range(deepest)}
        for _ in range(deepest):
            at = np.where(at >= 0, self.parent[at], -1)
            for d in range(deepest):
                here = (at >= 0) & (self.depth[at] == d)
                above[d][here] = at[here]
        for d in range(deepest):
            levels.append(above[d])
        return levels

    @cached_property
    def home_levels(self) -> list[Ints]:
        """By steps below the cell, for each meter the branch there or the meter itself; −1 where there is none."""
        below = self.depth[self.meters] - self.depth[self.cells[self.cell]]
        levels = [np.full(len(self.meters), -1, dtype=np.int64) for _ in range(int(below.max(initial=0)))]
        at, step = self.meters.copy(), below.copy()
        while (step > 0).any():
            for j, level in enumerate(levels, 1):
                level[step == j] = at[step == j]
            at = np.where(step > 0, self.parent[at], at)
            step = step - 1
        return levels


def _preorder(rows: Sequence[Device]) -> tuple[list[int], list[int]]:
    """The rows in an order in which all below one follow it, and where what is below each ends."""
    at = {row.id: i for i, row in enumerate(rows)}
    children: list[list[int]] = [[] for _ in rows]
    roots: list[int] = []
    for i, row in enumerate(rows):
        (roots if row.parent is None else children[at[row.parent]]).append(i)
    order: list[int] = []
    last = [0] * len(rows)
    stack = [(root, False) for root in reversed(roots)]
    place = [0] * len(rows)
    while stack:
        i, left = stack.pop()
        if left:
            last[place[i]] = len(order)
            continue
        place[i] = len(order)
        order.append(i)
        stack.append((i, True))
        stack.extend((child, False) for child in reversed(children[i]))
    return order, last
