"""The command for networks and events of others, as a process in lock-step."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot.grid.locate import answers
from tests.grid.networks import devices, locator

ROOT = Path(__file__).resolve().parents[2]


def grid(path: Path) -> Path:
    rows = ({"id": row.id, "kind": row.kind.name.lower(), "parent": row.parent} for row in devices())
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def played(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list(answers(locator(), map(json.dumps, events)))


GASPS = [
    {"at": 105 + n, "kind": "last_gasp", "meter": f"U1T{t}M{n}", "event_at": 100}
    for t in (1, 2, 3)
    for n in range(6)
]


def test_a_tick_is_answered_before_the_next_event_is_sent(tmp_path: Path) -> None:
    command = [ROOT / "scripts/locate_outages", "--grid", grid(tmp_path / "grid.jsonl")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        told = []
        for event in (*GASPS, {"at": 160, "kind": "tick"}, {"at": 200, "kind": "closed", "device": "U1"},
                      {"at": 220, "kind": "tick"}):  # fmt: skip
            process.stdin.write(json.dumps(event) + "\n")
            process.stdin.flush()
            if event["kind"] == "tick":
                told.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        assert process.wait(10) == 0
    first, second = told
    (found,) = first["outages"]
    assert found["device"] == "U1" and found["p"] > 0.8 and 90 <= found["since"] <= 110
    assert second["outages"] == []
    assert all(meter.startswith("U") for meter in first["ping"]) and len(first["ping"]) <= 30


def test_a_network_that_is_none_is_refused_with_reasons(tmp_path: Path) -> None:
    path = tmp_path / "grid.jsonl"
    path.write_text('{"id": "T", "kind": "transformer", "parent": "F"}\n', encoding="utf-8")
    command = [ROOT / "scripts/locate_outages", "--grid", path]
    refused = subprocess.run(command, input="", capture_output=True, text=True, timeout=30)
    assert refused.returncode == 2
    assert "T parent: F is unknown" in refused.stderr


def test_a_line_that_cannot_be_read_loses_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    broken: list[Any] = [
        {"kind": "call", "meter": "U1T1M1"},
        {"at": 1, "kind": "sneeze"},
        7,
        {"at": 2, "kind": "ping"},
    ]
    (told,) = played([*broken, *GASPS, {"at": 160, "kind": "tick"}])
    assert [found["device"] for found in told["outages"]] == ["U1"]
    assert len(capsys.readouterr().err.splitlines()) == 4


def test_a_tick_is_answered_whatever_stands_in_it() -> None:
    assert played([{"kind": "tick"}]) == [{"outages": [], "ping": []}]


def test_a_call_may_name_a_place_instead_of_a_meter() -> None:
    calls = [{"at": at, "kind": "call", "node": "U2T1B1"} for at in (100, 3000)]
    calls += [{"at": 3100 + n, "kind": "call", "meter": f"U2T1M{n}"} for n in (0, 2, 4, 6)]
    (told,) = played([*calls, {"at": 3240, "kind": "tick"}])
    assert [found["device"] for found in told["outages"]] in (["U2T1B1"], ["U2T1"])


def test_telemetry_names_the_device_until_it_is_closed() -> None:
    breaker = {"kind": "breaker", "device": "F"}
    first, second = played(
        [{"at": 10, **breaker, "state": "open"}, {"at": 60, "kind": "tick"},
         {"at": 70, **breaker, "state": "closed"}, {"at": 120, "kind": "tick"}]
    )  # fmt: skip
    assert [(found["device"], found["since"]) for found in first["outages"]] == [("F", 10.0)]
    assert second["outages"] == []


def test_no_more_than_thirty_meters_are_asked() -> None:
    calls = [
        {"at": 100 + n, "kind": "call", "meter": f"U{u}T{t}M{n}"}
        for u in (1, 2, 3)
        for t in (1, 2, 3)
        for n in (1, 5)
    ]
    ticks = [{"at": 200 + 60 * n, "kind": "tick"} for n in range(5)]
    asked = [len(told["ping"]) for told in played([*calls, *ticks])]
    assert 0 < max(asked) <= 30
