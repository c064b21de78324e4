"""A network from files: JSON lines or CSV, a record for each row of `Device` and for each normally-open tie.

Fields: id, kind, parent, and where known name, place, longitude, latitude, kva, telemetry, valid_from, valid_until. A tie
has kind `tie` and the two places it joins, `from` and `to`. Kinds may also be the classes of the CIM (IEC 61970).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.grid.topology import BadNetwork, Defect, Device, DeviceKind, Tie, Topology

TIE = "tie"
_OF_CIM = {
    "substation": DeviceKind.SUBSTATION,
    "feeder": DeviceKind.FEEDER,
    "breaker": DeviceKind.FEEDER,
    "loadbreakswitch": DeviceKind.SWITCH,
    "recloser": DeviceKind.SWITCH,
    "fuse": DeviceKind.FUSE,
    "powertransformer": DeviceKind.TRANSFORMER,
    "usagepoint": DeviceKind.METER,
}
_TRUE = {"1", "true", "yes"}


def from_jsonl(lines: Iterable[str]) -> Topology:
    """BadNetwork with everything that cannot be read, named by its line."""
    records: list[tuple[str, Mapping[str, Any]]] = []
    problems = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            problems.append(Defect(f"line {number}", "", str(error)))
            continue
        if isinstance(record, dict):
            records.append((f"line {number}", record))
        else:
            problems.append(Defect(f"line {number}", "", "is no object"))
    return _topology(records, problems)


def from_csv(lines: Iterable[str]) -> Topology:
    """BadNetwork with everything that cannot be read, named by its line; an empty field is an unknown one."""
    rows = csv.DictReader(lines)
    records = [
        (f"line {rows.line_num}", {key: value for key, value in row.items() if value not in ("", None)})
        for row in rows
    ]
    return _topology(records, [])


def _topology(records: Iterable[tuple[str, Mapping[str, Any]]], problems: list[Defect]) -> Topology:
    devices, ties = [], []
    for where, record in records:
        try:
            if str(record.get("kind", "")).lower() == TIE:
                ties.append(Tie(str(record["id"]), (str(record["from"]), str(record["to"]))))
            else:
                devices.append(_device(record))
        except KeyError as error:
            problems.append(Defect(where, str(error.args[0]), "is missing"))
        except _Unreadable as error:
            problems.append(Defect(where, error.field, error.text))
    if problems:
        raise BadNetwork(problems)
    return Topology(tuple(devices), tuple(ties))


class _Unreadable(Exception):
    def __init__(self, field: str, text: str) -> None:
        super().__init__(field, text)
        self.field, self.text = field, text


def _device(record: Mapping[str, Any]) -> Device:
    kind = str(record["kind"])
    named = DeviceKind.__members__.get(kind.upper(), _OF_CIM.get(kind.lower()))
    if named is None:
        raise _Unreadable("kind", f"{kind} is unknown")
    parent = record.get("parent")
    longitude, latitude = _number(record, "longitude"), _number(record, "latitude")
    return Device(
        str(record["id"]),
        named,
        None if parent in (None, "") else str(parent),
        str(record.get("name") or ""),
        str(record.get("place") or ""),
        None if longitude is None or latitude is None else (longitude, latitude),
        _number(record, "kva"),
        str(record.get("telemetry", "")).lower() in _TRUE,
        _moment(record, "valid_from"),
        _moment(record, "valid_until"),
    )


def _number(record: Mapping[str, Any], field: str) -> float | None:
    value = record.get(field)
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError):
        raise _Unreadable(field, f"{value} is no number") from None


def _moment(record: Mapping[str, Any], field: str) -> datetime | None:
    value = record.get(field)
    try:
        moment = None if value is None else datetime.fromisoformat(str(value))
    except ValueError:
        raise _Unreadable(field, f"{value} is no time") from None
    if moment and moment.tzinfo is None:
        raise _Unreadable(field, f"{value} has no time zone")
    return moment
