"""Nobody in the gateway, its channels or on the telephone line asks the machine what time it is: they are given a clock
where the process begins (bot/gateway/store/clock.py)."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.house import files, place, report

ASKS = {
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns",
             "localtime", "gmtime", "ctime", "strftime", "sleep"},
    "datetime": {"now", "today", "utcnow"},
    "date": {"today"},
}  # fmt: skip
WHERE_A_PROCESS_BEGINS = "__main__.py"


def asked(tree: ast.AST, begins: bool = False) -> Iterator[tuple[int, str]]:
    """Where the machine's time is asked for. Where a process `begins`, time.time itself is handed on and not called."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name) | ast.Attribute(attr=name), attr=what):
                handed_on = begins and (name, what) == ("time", "time") and id(node) not in called
                if what in ASKS.get(name, ()) and not handed_on:
                    yield node.lineno, ast.unparse(node)
            case ast.ImportFrom(module="time", names=names):
                yield from ((node.lineno, f"time.{each.name}") for each in names if each.name in ASKS["time"])
            case ast.Import(names=names):
                yield from ((node.lineno, each.name) for each in names if each.name == "time" and each.asname)


def test_the_time_is_asked_of_the_clock_that_was_given() -> None:
    report(
        [
            f"{place(path, line)} {what}"
            for path in files("bot/gateway/*.py", "bot/channels/*.py", "bot/voice/*.py")
            for line, what in asked(
                ast.parse(path.read_text(encoding="utf-8")), path.name == WHERE_A_PROCESS_BEGINS
            )
        ]
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [("now = time.time()", ["time.time"]), ("field(default_factory=time.monotonic)", ["time.monotonic"]),
     ("from time import monotonic", ["time.monotonic"]), ("import time as t", ["time"]),
     ("datetime.now(CHINA)", ["datetime.now"]), ("datetime.datetime.now()", ["datetime.datetime.now"]),
     ("date.today()", ["date.today"]), ("time.strftime('%Y')", ["time.strftime"]),
     ("loop.time() + clock.now(c)", []), ("datetime.fromtimestamp(at, CHINA)", []), ("job.at.time()", [])],
)  # fmt: skip
def test_asking_the_machine_is_recognised(text: str, found: list[str]) -> None:
    assert [what for _, what in asked(ast.parse(text))] == found


def test_a_process_hands_its_clock_on_where_it_begins_and_does_not_read_it() -> None:
    assert list(asked(ast.parse("Gateway(time.time)"), begins=True)) == []
    assert list(asked(ast.parse("Gateway(time.time())"), begins=True)) == [(1, "time.time")]
