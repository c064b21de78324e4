"""Processes that do not behave: one that answers no more, and one that a killed supervisor left behind."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

# How often a process is asked whether it lives, for how long, and after how many silences it counts as dead.
LIVE_EVERY, LIVE_SECONDS, SILENCES = 5.0, 10.0, 3


async def until_silent(url: str, pid: Callable[[], int | None]) -> None:
    """Until a process that said there that it lives is silent several times in a row."""
    asked, lived, silences = None, False, 0
    async with httpx.AsyncClient(trust_env=False, timeout=LIVE_SECONDS) as client:
        while silences < SILENCES:
            await asyncio.sleep(LIVE_EVERY)
            if pid() != asked:
                asked, lived, silences = pid(), False, 0
            try:
                lives = (await client.get(url)).status_code != 503
            except httpx.HTTPError:
                lives = False
            lived, silences = lived or lives, silences + 1 if lived and not lives and asked else 0


async def stop_orphan(note: Path, command: Sequence[str], folder: Path, seconds: int) -> None:
    """Stop the process whose id was noted if it still runs `command` in `folder`, in the end by force."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if (pid := _running(note, command, folder)) is None:
            break
        os.kill(pid, number)
        for _ in range(seconds * 10):
            if _running(note, command, folder) is None:
                break
            await asyncio.sleep(0.1)


def _running(note: Path, command: Sequence[str], folder: Path) -> int | None:
    """The id in the note: None when nobody has it any more, or another program."""
    try:
        pid = int(note.read_text())
        said = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]
        here = Path(f"/proc/{pid}/cwd").samefile(folder)
    except (OSError, ValueError):
        return None
    return pid if here and [each.decode() for each in said] == list(command) else None
