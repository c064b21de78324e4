"""`scripts/locate_outages --grid grid.jsonl`: events as JSON lines in, one line of outages for each `tick` out.

The formats are in docs/outages.md. A line that cannot be read is reported on standard error and passed over.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.grid.locator import Locator, Picture
from bot.grid.topology import Device, Kind, Topology


def read_grid(lines: Iterable[str]) -> Topology:
    """A network from JSON lines, parents first."""
    rows = []
    for line in filter(str.strip, lines):
        record = json.loads(line)
        rows.append(
            Device(
                str(record["id"]),
                Kind.named(record["kind"]),
                None if record.get("parent") is None else str(record["parent"]),
                telemetry=bool(record.get("telemetry", False)),
            )
        )
    return Topology(tuple(rows))


def hear(locator: Locator, event: dict[str, Any]) -> None:
    """One event of the stream; KeyError where a field is missing, ValueError for an unknown kind."""
    at, evidence = float(event["at"]), locator.evidence
    match event["kind"]:
        case "call":
            evidence.call(str(event["meter"] if "meter" in event else event["node"]), at)
        case "last_gasp":
            evidence.last_gasp(str(event["meter"]), float(event.get("event_at", at)), at)
        case "power_on":
            evidence.power_on(str(event["meter"]), float(event.get("event_at", at)), at)
        case "ping":
            evidence.ping(str(event["meter"]), bool(event["on"]), at)
        case "breaker":
            locator.breaker(str(event["device"]), event["state"] == "open", at)
        case "closed":
            locator.closed(str(event["device"]), at)
        case kind:
            raise ValueError(f"unknown kind {kind}")


def answer(picture: Picture) -> dict[str, Any]:
    return {
        "outages": [
            {"device": found.device, "p": round(found.p, 4), "since": round(found.since, 1)}
            for found in picture.outages
        ],
        "ping": list(picture.ask),
    }


def answers(locator: Locator, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
            if event["kind"] == "tick":
                yield answer(locator.tick(float(event["at"])))
            else:
                hear(locator, event)
        except (ValueError, KeyError, TypeError) as error:
            print(f"line {number}: {type(error).__name__} {error}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grid", type=Path, required=True, help="JSON lines: id, kind, parent, telemetry")
    options = parser.parse_args()
    with options.grid.open(encoding="utf-8") as lines:
        tree = read_grid(lines).tree()
    for found in answers(Locator(tree), iter(sys.stdin.readline, "")):
        print(json.dumps(found, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
