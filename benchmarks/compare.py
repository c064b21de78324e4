"""The message load of two trees in turn: does a change make a turn slower?

    .venv/bin/python benchmarks/compare.py BEFORE AFTER [ROUNDS]

Each tree is a checkout with its environments installed and its model trained (`make setup train`). A round starts the
whole system of one tree on databases of its own, asks it (benchmarks/load.py) and stops it; then the other's turn
comes, and who begins changes from round to round. The processor time of all its processes for one message is what
counts on a machine that has other work; the messages per second are shown beside it. A ratio above 1 means that
AFTER is the better one."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

WARMING, USERS, MESSAGES = 4, 4, 40
TITLES = {"cpu_ms": "processor time for a message, ms", "rate": f"messages/s, {USERS} users"}


async def one(run: Path) -> dict[str, float]:
    """A round of the tree whose modules are imported: that of the working directory."""
    from benchmarks import load
    from scripts.supervisor import SERVICES, Layout, System, free_ports

    layout = Layout(run, free_ports())
    seeding = [str(SERVICES), "-m", "backend.seed", "--size", "200"]
    subprocess.run(seeding, env={**os.environ, **layout.environment()}, check=True, capture_output=True)
    async with System(layout) as system:
        ask = load.ours(system.url("gateway"), layout.secrets()["GRIDCARE_APP_TOKEN"])
        await load.rate(ask, WARMING, WARMING)
        before = _spent(system)
        rate = await load.rate(ask, USERS, MESSAGES)
        return {"rate": rate, "cpu_ms": 1000 * (_spent(system) - before) / (USERS * MESSAGES)}


def _spent(system: object) -> float:
    """Processor seconds of the processes of a system and of their children so far."""
    import psutil

    total = 0.0
    for each in system.processes.values():  # type: ignore[attr-defined]  # the tree's own class
        parent = psutil.Process(each.pid)
        for process in (parent, *parent.children(recursive=True)):
            used = process.cpu_times()
            total += used.user + used.system
    return total


def measured(tree: Path) -> dict[str, float]:
    """A round of a tree, in a process of its own."""
    command = [str(tree / ".venv/bin/python"), str(Path(__file__).resolve()), "--one"]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{tree}: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def table(rounds: list[tuple[dict[str, float], dict[str, float]]]) -> str:
    """Medians and spread of both, and of the ratio of each round."""
    lines = ["| | before | after | ratio |", "|---|---|---|---|"]
    for key, title in TITLES.items():
        before, after = ([each[at][key] for each in rounds] for at in (0, 1))
        ratios = [b / a if key == "cpu_ms" else a / b for b, a in zip(before, after, strict=True)]
        lines.append(f"| {title} | {_spread(before, 1)} | {_spread(after, 1)} | {_spread(ratios, 2)} |")
    return "\n".join(lines)


def _spread(values: list[float], places: int) -> str:
    low, middle, high = (f"{of(values):.{places}f}" for of in (min, statistics.median, max))
    return f"{middle} ({low} to {high})"


def main() -> int:
    """Measure and print a Markdown table."""
    if sys.argv[1:] == ["--one"]:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(asyncio.run(one(Path(folder)))))
        return 0
    before, after = (Path(each).resolve() for each in sys.argv[1:3])
    rounds = []
    for number in range(int(sys.argv[3]) if sys.argv[3:] else 3):
        order = (before, after) if number % 2 == 0 else (after, before)
        found = {tree: measured(tree) for tree in order}
        rounds.append((found[before], found[after]))
        print(f"- round {number + 1}: {json.dumps(rounds[-1])}", file=sys.stderr, flush=True)
    print(table(rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
