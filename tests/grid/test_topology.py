from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.grid.topology import BadNetwork, Device, DeviceKind, Tie, Topology, check
from tests.grid.networks import devices, network

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_what_is_below_a_device_is_one_range() -> None:
    tree = network().tree()
    below = {tree.ids[node] for node in range(len(tree)) if tree.is_below(node, tree.index["U2"])}
    assert below == {row.id for row in devices() if row.id.startswith("U2")}
    assert tree.homes_below[tree.index["W"]] == 60
    assert [tree.ids[node] for node in tree.path(tree.index["U1T1"])] == ["U1T1", "U1", "F", "S"]


def test_a_transfer_keeps_what_was_before() -> None:
    moved = network().transferred("U2", "F", NOON)
    before, after = (moved.tree(NOON.replace(hour=hour)) for hour in (11, 13))
    assert before.ids[before.parent[before.index["U2"]]] == "W"
    assert after.ids[after.parent[after.index["U2"]]] == "F"
    assert moved.tree().homes_below[moved.tree().index["W"]] == 30, "without a time, as it is today"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"parent": "nowhere"}, ("parent", "nowhere is unknown")),
        ({"parent": "U1T1M0"}, ("parent", "a meter feeds no fuse")),
        ({"parent": "U1T1"}, ("parent", "hangs below itself")),
        ({"valid_from": NOON, "valid_until": NOON}, ("valid_until", "ends before it begins")),
    ],
)
def test_a_network_that_is_none_is_refused(change: dict[str, object], told: tuple[str, str]) -> None:
    rows = [replace(row, **change) if row.id == "U1" else row for row in devices()]
    assert told in {(each.field, each.text) for each in check(rows)}
    if "valid_until" not in change:
        with pytest.raises(BadNetwork):
            Topology(tuple(rows)).tree()


def test_everything_wrong_is_told_at_once() -> None:
    rows = [*devices(), Device("U1", DeviceKind.FUSE, "F"), Device("X", DeviceKind.METER, "gone", kva=-1)]
    told = {(each.record, each.field) for each in check(rows, [Tie("t", ("U1", "U1"))])}
    assert {("U1", "id"), ("X", "parent"), ("X", "kva"), ("t", "ends")} <= told


def test_what_is_only_odd_is_told_and_worked_with() -> None:
    rows = (
        *devices(),
        Device("Y", DeviceKind.BRANCH, "W"),
        Device("YM", DeviceKind.METER, "Y"),
        Device("alone", DeviceKind.FUSE, None),
    )
    assert {(each.record, each.odd) for each in check(rows)} == {("Y", True), ("alone", True)}
    tree = Topology(rows).tree()
    assert tree.ids[tree.cells[tree.cell[tree.meter_of[tree.index["YM"]]]]] == "Y"


def test_a_transformer_that_feeds_lines_is_no_transformer_of_homes() -> None:
    rows = [replace(row, parent="main") if row.id == "F" else row for row in devices()]
    tree = Topology((*rows, Device("main", DeviceKind.TRANSFORMER, "S"))).tree()
    assert {tree.ids[cell] for cell in tree.cells} == {f"U{u}T{t}" for u in (1, 2, 3) for t in (1, 2, 3)}
