"""The message load of two trees in turn: does a change make a turn slower?

    .venv/bin/python benchmarks/compare.py BEFORE AFTER [ROUNDS]

Each tree is a checkout with its environments installed and its model trained (`make setup train`). Both systems run
on databases of their own, at rest but for the one whose turn it is (benchmarks/load.py); who begins changes from round
to round. The processor time of all processes of a system for one message is what counts on a machine that has other
work; the messages per second are shown beside it. A ratio above 1 means that AFTER is the better one."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

USERS, MESSAGES = 4, 20
AT_REST, LOOK_SECONDS = 0.02, 4.0  # processor seconds a second of a system that nobody asks
TITLES = {"cpu_ms": "processor time for a message, ms", "rate": f"messages/s, {USERS} users"}


async def serve(run: Path) -> None:
    """The system of the tree in the working directory; a line of input begins a round, its figures are the answer."""
    from benchmarks import load
    from scripts.supervisor import SERVICES, Layout, System, free_ports

    layout = Layout(run, free_ports())
    seeding = [str(SERVICES), "-m", "backend.seed", "--size", "200"]
    subprocess.run(seeding, env={**os.environ, **layout.environment()}, check=True, capture_output=True)
    async with System(layout) as system:
        ask = load.ours(system.url("gateway"), layout.secrets()["GRIDCARE_APP_TOKEN"])
        await load.rate(ask, USERS, USERS)
        while await _busy(system):
            pass
        print("{}", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            before = _spent(system)
            rate = await load.rate(ask, USERS, MESSAGES)
            spent = 1000 * (_spent(system) - before) / (USERS * MESSAGES)
            print(json.dumps({"rate": rate, "cpu_ms": spent}), flush=True)


async def _busy(system: object) -> bool:
    before = _spent(system)
    await asyncio.sleep(LOOK_SECONDS)
    return _spent(system) - before > AT_REST * LOOK_SECONDS


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


class Tree:
    """The system of a checkout in a process of its own."""

    def __init__(self, folder: Path) -> None:
        command = [str(folder / ".venv/bin/python"), str(Path(__file__).resolve()), "--serve"]
        environment = {**os.environ, "PYTHONPATH": str(folder)}
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def answer(self) -> dict[str, float]:
        """The next line it prints. SystemExit when it ended instead."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            sys.exit("a system did not start or did not answer: see above")
        found: dict[str, float] = json.loads(line)
        return found

    def round(self) -> dict[str, float]:
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self.answer()

    def stop(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(60)


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
    if sys.argv[1:] == ["--serve"]:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(serve(Path(folder)))
        return 0
    trees = [Tree(Path(each).resolve()) for each in sys.argv[1:3]]
    rounds = []
    try:
        for tree in trees:
            tree.answer()
        for number in range(int(sys.argv[3]) if sys.argv[3:] else 3):
            order = (0, 1) if number % 2 == 0 else (1, 0)
            found = {at: trees[at].round() for at in order}
            rounds.append((found[0], found[1]))
            print(f"- round {number + 1}: {json.dumps(rounds[-1])}", file=sys.stderr, flush=True)
    finally:
        for tree in trees:
            tree.stop()
    print(table(rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
