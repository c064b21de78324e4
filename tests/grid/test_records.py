from datetime import UTC, datetime

import pytest

from bot.grid import records
from bot.grid.topology import BadNetwork, Device, DeviceKind, Tie

CSV = """id,kind,parent,name,longitude,latitude,kva,telemetry,valid_from
F,feeder,,911线,107.4,40.7,,yes,
T,PowerTransformer,F,一组台区,,,200,,2026-07-01T08:00:00+08:00
M,meter,T,,,,,,
"""


def test_a_network_is_read_from_csv() -> None:
    feeder, transformer, meter = records.from_csv(CSV.splitlines()).devices
    assert feeder == Device("F", DeviceKind.FEEDER, None, "911线", position=(107.4, 40.7), telemetry=True)
    assert (transformer.kind, transformer.kva) == (DeviceKind.TRANSFORMER, 200.0)
    assert transformer.valid_from == datetime(2026, 7, 1, tzinfo=UTC)
    assert (meter.parent, meter.telemetry) == ("T", False)


def test_a_network_is_read_from_json_lines() -> None:
    lines = ['{"id": "F", "kind": "feeder", "parent": null}', "", '{"id": 7, "kind": "fuse", "parent": "F"}',
             '{"id": "t", "kind": "tie", "from": "F", "to": 7}']  # fmt: skip
    network = records.from_jsonl(lines)
    assert [(row.id, row.parent) for row in network.devices] == [("F", None), ("7", "F")]
    assert network.ties == (Tie("t", ("F", "7")),)


def test_everything_unreadable_is_named_by_its_line() -> None:
    lines = ["{", "[1]", '{"kind": "fuse"}', '{"id": "a", "kind": "lamp"}', '{"id": "a", "kind": "fuse", "kva": "big"}',
             '{"id": "a", "kind": "fuse", "valid_from": "2026-07-01T08:00:00"}']  # fmt: skip
    with pytest.raises(BadNetwork) as refused:
        records.from_jsonl(lines)
    told = {(each.record, each.field) for each in refused.value.problems}
    assert told == {("line 1", ""), ("line 2", ""), ("line 3", "id"), ("line 4", "kind"), ("line 5", "kva"),
                    ("line 6", "valid_from")}  # fmt: skip
