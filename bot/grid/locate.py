"""`scripts/locate_outages --grid grid.jsonl`: events as JSON lines in, one line of outages for each `tick` out.

The formats are in docs/outages.md. A line that cannot be read is reported on standard error and passed over; a tick is
always answered.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.grid import records
from bot.grid.locator import QUESTIONS, Locator, Picture
from bot.grid.topology import BadNetwork


def hear(locator: Locator, event: dict[str, Any]) -> None:
    """One event of the stream; KeyError where a field is missing, ValueError for an unknown kind."""
    at, evidence = float(event["at"]), locator.evidence
    match event["kind"]:
        case "call":
            where = event.get("meter")
            evidence.call(str(event["node"] if where is None else where), at)
        case "last_gasp":
            evidence.last_gasp(str(event["meter"]), _event_at(event), at)
        case "power_on":
            evidence.power_on(str(event["meter"]), _event_at(event), at)
        case "ping":
            evidence.ping(str(event["meter"]), bool(event["on"]), at)
        case "breaker":
            locator.breaker(str(event["device"]), str(event["state"]).lower() == "open", at)
        case "closed":
            locator.closed(str(event["device"]), at)
        case kind:
            raise ValueError(f"unknown kind {kind}")


def _event_at(event: dict[str, Any]) -> float:
    """When it happened at the meter; where that is not said, when it was heard."""
    happened = event.get("event_at")
    return float(event["at"] if happened is None else happened)


def answer(picture: Picture) -> dict[str, Any]:
    return {
        "outages": [
            {"device": found.device, "p": round(found.p, 4), "since": round(found.since, 1)}
            for found in picture.outages
        ],
        "ping": list(picture.ask),
    }


def answers(locator: Locator, lines: Iterable[str], budget: int = QUESTIONS) -> Iterator[dict[str, Any]]:
    now = 0.0
    for number, line in enumerate(lines, 1):
        try:
            if not line.strip():
                continue
            event = json.loads(line)
            kind = event["kind"]
            now = max(now, float(event.get("at", now)))
            if kind != "tick":
                hear(locator, event)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            print(f"line {number}: {type(error).__name__} {error}", file=sys.stderr)
            continue
        if kind == "tick":
            yield answer(locator.tick(now, budget))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grid", type=Path, required=True, help="JSON lines: id, kind, parent, telemetry")
    parser.add_argument("--pings", type=int, default=QUESTIONS, help="meters asked at a tick, at most")
    options = parser.parse_args()
    try:
        with options.grid.open(encoding="utf-8") as lines:
            tree = records.from_jsonl(lines).tree()
    except BadNetwork as error:
        for problem in error.problems:
            print(f"{problem.record} {problem.field}: {problem.text}", file=sys.stderr)
        raise SystemExit(2) from None
    locator = Locator(tree)
    for found in answers(locator, iter(sys.stdin.readline, ""), min(options.pings, QUESTIONS)):
        print(json.dumps(found, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
