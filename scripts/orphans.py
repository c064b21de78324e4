"""Processes that a killed supervisor left behind: known by the id it noted, and only stopped when they are what it started."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path


async def stop(note: Path, command: Sequence[str], folder: Path, seconds: int) -> None:
    """Stop the noted process if it still runs `command` in `folder`, in the end by force."""
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
