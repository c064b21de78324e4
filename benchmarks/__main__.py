"""`make bench`: GridCare beside stock Rasa in one run on this machine. Prints a Markdown table.

Stock Rasa is version 3.6.21 with its default Chinese pipeline (Jieba, DIET) and policies (TED), its REST channel and
its in-memory store, in an environment of its own (requirements/stock.lock), on the same sentences, rules and action
server. Our own numbers are taken through gateway, durable inbox, worker, engine, action and backend. PER_INTENT sentences of each intent are used by both (DIET needs hours for
all of them); the last line trains ours on everything. Models are kept in .run/bench under a name made of what they
were trained from, with what their training took: a run that was interrupted goes on where it stopped. `python -m
benchmarks train` only trains.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks import frozen, load, workspace
from scripts.supervisor import ENGINE, ROOT, SERVICES, Layout, System, free_ports

KEPT = ROOT / ".run" / "bench"
STOCK = ROOT / ".run" / "stock-venv" / "bin" / "python"
PER_INTENT = int(os.environ.get("PER_INTENT") or 27)
USERS = ((1, 60), (8, 24), (32, 12))
ENVIRONMENT = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}


def trained(
    name: str, config: Path, per_intent: int | None, command: list[str], code: tuple[str, ...] = ()
) -> tuple[Path, dict[str, float]]:
    """A folder with a model in it and the seconds its training took, by the wall clock and of all cores together."""
    folder = KEPT / f"{name}-{workspace.digest(per_intent, config, code)}"
    record = folder / "training.json"
    if not record.exists():
        print(f"- training {name}", file=sys.stderr, flush=True)
        workspace.make(folder, per_intent, config)
        took = timed(command, folder)
        record.write_text(json.dumps(took), encoding="utf-8")
    return folder, json.loads(record.read_text(encoding="utf-8"))


def timed(command: list[str], folder: Path) -> dict[str, float]:
    """What a command run in a folder takes; its output is shown when it fails."""
    before, began = _spent(), time.perf_counter()
    environment = {**ENVIRONMENT, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout.decode()[-2000:]}{done.stderr.decode()[-4000:]}")
    return {"train_s": time.perf_counter() - began, "train_cpu_s": _spent() - before}


def _spent() -> float:
    """Processor seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def understanding(model: Path, cases: Path, stock: bool) -> dict[str, float]:
    """What benchmarks/parse_speed.py says of a model."""
    command = [
        str(STOCK if stock else ENGINE),
        "benchmarks/parse_speed.py",
        str(model),
        str(cases),
        *(["--stock"] if stock else []),
    ]
    environment = {**ENVIRONMENT, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def newest(folder: Path) -> Path:
    return max((folder / "models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)


def memory(pid: int) -> float:
    """Resident megabytes of a process and its children."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return float(sum(process.memory_info().rss for process in family)) / 1e6


async def measure_load(ask: load.Ask) -> dict[str, float]:
    await load.rate(ask, 4, 4)
    return {f"rps_{users}": await load.rate(ask, users, messages) for users, messages in USERS}


async def run_ours(folder: Path, run: Path) -> dict[str, float]:
    layout = Layout(run, free_ports(), extra={"GRIDCARE_ENGINE_MODELS": str(folder / "models")})
    subprocess.run(
        [SERVICES, "-m", "backend.seed", "--size", "200"],
        cwd=ROOT, env={**ENVIRONMENT, **layout.environment()}, check=True, capture_output=True,
    )  # fmt: skip
    system = System(layout)
    async with system:
        began = time.perf_counter()
        system["engine"].kill()
        await asyncio.sleep(0.3)
        await system["engine"].ready()
        ready = time.perf_counter() - began
        secrets = layout.secrets()
        result = await measure_load(load.ours(system.url("gateway"), secrets["GRIDCARE_APP_TOKEN"]))
        engine = load.engine_turn(system.url("engine"), secrets["GRIDCARE_ENGINE_TOKEN"])
        pid = system["engine"].pid
        assert pid
        return {**result, "ready_s": ready, "growth": await load.growth(engine), "rss_mb": memory(pid)}


async def run_stock(folder: Path, run: Path) -> dict[str, float]:
    """Stock Rasa with the same actions and backend; our own engine of the layout is not used."""
    layout = Layout(run, free_ports())
    secrets = layout.secrets()
    subprocess.run(
        [SERVICES, "-m", "backend.seed", "--size", "200"],
        cwd=ROOT, env={**ENVIRONMENT, **layout.environment()}, check=True, capture_output=True,
    )  # fmt: skip
    headers = f'{{Authorization: "Bearer {secrets["GRIDCARE_ACTIONS_TOKEN"]}"}}'
    (folder / "endpoints.yml").write_text(
        f"action_endpoint:\n  url: {layout.url('actions')}/webhook\n  headers: {headers}\n"
    )
    (folder / "credentials.yml").write_text("rest:\n")
    system = System(layout)
    for name in ("backend", "actions"):
        await system[name].start()
        await system[name].ready()
    port = layout.ports["engine"]
    command = [
        str(STOCK),
        "-m",
        "rasa",
        "run",
        "-m",
        str(newest(folder)),
        "-p",
        str(port),
        "-i",
        "127.0.0.1",
    ]
    command += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    began = time.perf_counter()
    with (folder / "stock.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=log, stderr=log)
    try:
        base = f"http://127.0.0.1:{port}"
        ask = load.stock(base)
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            while time.perf_counter() - began < 240:
                try:
                    await ask(client, "bench-ready")
                    break
                except (httpx.HTTPError, AssertionError, ValueError):
                    await asyncio.sleep(0.1)
        ready = time.perf_counter() - began
        result = await measure_load(ask)
        return {**result, "ready_s": ready, "growth": await load.growth(ask), "rss_mb": memory(server.pid)}
    finally:
        server.terminate()
        server.wait(30)
        await system.stop()


def table(ours: dict[str, Any], stock: dict[str, Any]) -> str:
    rows = [
        ("training, s", "train_s", 1), ("… of processor time", "train_cpu_s", 1), ("start to ready, s", "ready_s", 1),
        ("one sentence understood p50, ms", "p50_ms", 2), ("… p95, ms", "p95_ms", 2),
        ("intent accuracy on the frozen test", "accuracy", 3), ("macro F1", "macro_f1", 3),
        *((f"messages/s, {users} users", f"rps_{users}", 1) for users, _ in USERS),
        ("turn 100 over turn 3", "growth", 2), ("engine memory, MB", "rss_mb", 0),
    ]  # fmt: skip
    lines = ["| | GridCare | stock Rasa | ratio |", "|---|---|---|---|"]
    for title, key, places in rows:
        ratio = ours[key] / stock[key] if stock[key] else float("nan")
        lines.append(f"| {title} | {ours[key]:.{places}f} | {stock[key]:.{places}f} | {ratio:.2f} |")
    return "\n".join(lines)


def main() -> int:
    config, own, code = (
        ROOT / "config.yml",
        [str(ENGINE), "-m", "bot.engine.train"],
        ("bot/core/*.py", "bot/engine/*.py"),
    )
    ours_at, ours_took = trained("ours", config, PER_INTENT, own, code)
    everything_at, everything_took = trained("everything", config, None, own, code)
    stock_at, stock_took = trained(
        "stock", ROOT / "benchmarks/stock/config.yml", PER_INTENT, [str(STOCK), "-m", "rasa", "train"]
    )
    if sys.argv[1:] == ["train"]:
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        cases = Path(temporary) / "frozen.jsonl"
        rows = (case.as_json() + "\n" for case in frozen.read() if case.kind != "several")
        cases.write_text("".join(rows), encoding="utf-8")
        full = understanding(newest(everything_at), cases, stock=False)
        ours = ours_took | understanding(newest(ours_at), cases, stock=False)
        stock = stock_took | understanding(newest(stock_at), cases, stock=True)
        ours |= asyncio.run(run_ours(ours_at, Path(temporary) / "ours"))
        stock |= asyncio.run(run_stock(stock_at, Path(temporary) / "stock"))
    print(f"{date.today()}, {os.cpu_count()} cores, {platform.machine()}, {PER_INTENT} sentences an intent\n")
    print(table(ours, stock))
    print(
        f"\nTrained on every sentence: {everything_took['train_s']:.1f} s ({everything_took['train_cpu_s']:.1f} s of "
        f"processor), accuracy {full['accuracy']:.3f}, macro F1 {full['macro_f1']:.3f}, "
        f"p50 {full['p50_ms']:.2f} ms, p95 {full['p95_ms']:.2f} ms."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
