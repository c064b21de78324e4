"""`make bench`: GridCare beside stock Rasa in one run on this machine. Prints a Markdown table.

Stock Rasa is version 3.6.21 with its default Chinese pipeline (Jieba, DIET) and policies (TED), its REST channel and
its in-memory store, on the same sentences, rules and action server. Our own numbers are taken through gateway, durable
inbox, worker, engine, action and backend. PER_INTENT sentences of each intent are used by both (DIET needs hours for
all of them); the last line trains ours on everything.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
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

PER_INTENT = int(os.environ.get("PER_INTENT") or 27)
USERS = ((1, 60), (8, 24), (32, 12))
ENVIRONMENT = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}


def timed(command: list[str], folder: Path) -> float:
    """Seconds of a command run in a folder; its output is shown when it fails."""
    began = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env={**ENVIRONMENT, "PYTHONPATH": str(folder)}, capture_output=True
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout.decode()[-2000:]}{done.stderr.decode()[-4000:]}")
    return time.perf_counter() - began


def understanding(model: Path, cases: Path, stock: bool) -> dict[str, float]:
    """What benchmarks/parse_speed.py says of a model."""
    command = [
        str(ENGINE),
        "benchmarks/parse_speed.py",
        str(model),
        str(cases),
        *(["--stock"] if stock else []),
    ]
    environment = {**ENVIRONMENT, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def newest(folder: Path) -> Path:
    return max((folder / "models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)


def memory(pid: int) -> float:
    """Resident megabytes of a process and its children."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(process.memory_info().rss for process in family) / 1e6


async def measure_load(ask: load.Ask) -> dict[str, float]:
    await load.rate(ask, 4, 4)
    return {f"rps_{users}": await load.rate(ask, users, messages) for users, messages in USERS}


async def run_ours(folder: Path) -> dict[str, float]:
    ports = free_ports()
    layout = Layout(folder / "run", ports, extra={"GRIDCARE_ENGINE_MODELS": str(folder / "models")})
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


async def run_stock(folder: Path) -> dict[str, float]:
    """Stock Rasa with the same actions and backend; our own engine of the layout is not used."""
    layout = Layout(folder / "run", free_ports())
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
        str(ENGINE),
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
        ("training, s", "train_s", 1), ("start to ready, s", "ready_s", 1),
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
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        cases = folder / "frozen.jsonl"
        rows = (case.as_json() + "\n" for case in frozen.read() if case.kind != "several")
        cases.write_text("".join(rows), encoding="utf-8")
        ours_at = workspace.make(folder / "ours", PER_INTENT, ROOT / "config.yml")
        stock_at = workspace.make(folder / "stock", PER_INTENT, ROOT / "benchmarks/stock/config.yml")
        everything = workspace.make(folder / "everything", None, ROOT / "config.yml")
        training = [str(ENGINE), "-m", "bot.engine.train"]
        ours: dict[str, float] = {"train_s": timed(training, ours_at)}
        ours |= understanding(newest(ours_at), cases, stock=False)
        ours |= asyncio.run(run_ours(ours_at))
        full_s = timed(training, everything)
        full = understanding(newest(everything), cases, stock=False)
        stock: dict[str, float] = {"train_s": timed([str(ENGINE), "-m", "rasa", "train"], stock_at)}
        stock |= understanding(newest(stock_at), cases, stock=True)
        stock |= asyncio.run(run_stock(stock_at))
    print(f"{date.today()}, {os.cpu_count()} cores, {platform.machine()}, {PER_INTENT} sentences an intent\n")
    print(table(ours, stock))
    print(
        f"\nTrained on every sentence: {full_s:.1f} s, accuracy {full['accuracy']:.3f}, macro F1 {full['macro_f1']:.3f}, "
        f"p50 {full['p50_ms']:.2f} ms, p95 {full['p95_ms']:.2f} ms."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
