"""A background duty of the gateway: called again and again, sooner when woken, never ended by an error."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from bot.gateway.store.logs import where

log = structlog.get_logger()

_AFTER_ERROR = 1.0


class Loop:
    """Calls `step` until stopped: at once while it returns True, else after `pause` seconds or a wake."""

    def __init__(self, name: str, step: Callable[[], Awaitable[bool]], pause: float) -> None:
        self.name = name
        self._step = step
        self._pause = pause
        self._woken = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=self.name)

    def wake(self) -> None:
        self._woken.set()

    async def stop(self) -> None:
        """Finish the step that runs and end."""
        self._stopping = True
        self.wake()
        if self._task:
            await self._task

    async def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                if await self._step():
                    continue
                pause = self._pause
            except Exception as error:
                log.error("loop_failed", loop=self.name, error=type(error).__name__, at=where(error))
                pause = _AFTER_ERROR
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._woken.wait()
