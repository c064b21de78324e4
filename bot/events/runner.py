"""One consumer at work: what it receives is committed, then acknowledged; what is committed is handled."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable

import structlog

from bot.events.consumer import Consumer, NeverGood, SourceDown
from bot.events.storage import Received

log = structlog.get_logger()

_PAUSE = 1.0
_SLOWEST = 300.0
_LOOK = 5.0


class Runner:
    """`receive_once` and `handle_once` are the steps; `run` repeats both until it is cancelled."""

    def __init__(
        self, consumer: Consumer, received: Received, clock: Callable[[], float] = time.time
    ) -> None:
        self.consumer = consumer
        self._received = received
        self._clock = clock
        self._woken = asyncio.Event()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(self._receive())
            both.create_task(self._handle())

    async def receive_once(self) -> None:
        """Receive, commit, acknowledge. Raises SourceDown."""
        events = await self.consumer.receive()
        if not events:
            return
        fresh = await self._received.keep(self.consumer.name, events, self._clock())
        if fresh:
            self._woken.set()
        await self.consumer.acknowledge(events)

    async def handle_once(self) -> bool:
        """Handle the event that is due next. True when there was one."""
        claimed = await self._received.claim(self.consumer.name, self._clock())
        if claimed is None:
            return False
        number, event, attempts = claimed
        try:
            await self.consumer.handle(event)
        except NeverGood as error:
            log.error("event_dead", consumer=self.consumer.name, number=number, why=str(error))
            await self._received.end(number, "dead")
        except Exception as error:
            log.warning(
                "event_not_handled", consumer=self.consumer.name, number=number, error=type(error).__name__
            )
            pause = min(_PAUSE * 2.0 ** min(attempts - 1, 10), _SLOWEST)
            await self._received.put_off(number, self._clock() + pause)
        else:
            await self._received.end(number, "done")
        return True

    async def _receive(self) -> None:
        pause = _PAUSE
        while True:
            try:
                await self.receive_once()
                pause = _PAUSE
            except Exception as error:
                known = isinstance(error, SourceDown)
                say = log.warning if known else log.error
                say("events_not_received", consumer=self.consumer.name, error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _SLOWEST)

    async def _handle(self) -> None:
        while True:
            self._woken.clear()
            try:
                if await self.handle_once():
                    continue
            except Exception as error:
                log.error("events_not_handled", consumer=self.consumer.name, error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK):
                    await self._woken.wait()
