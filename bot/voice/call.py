"""One call: events of the line go into the policy, its commands go out to the line and to the gateway.

The line plays and refers; it reports keys, recognised speech and the end of what it played by `Call.happens`.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Protocol

import structlog

from bot.voice.brain import Brain, Gone
from bot.voice.events import Event, Hush, Lost, NotTransferred, Played, Say, Send, TimedOut, Transfer, Wait
from bot.voice.policy import Policy
from bot.voice.speech.voices import Manner, Mute, Speaker

log = structlog.get_logger()
_GONE_PAUSE = 2.0


class Line(Protocol):
    """The telephone side. Sound is 8 kHz, 16 bit, one channel."""

    async def play(self, sound: bytes, interruptible: bool) -> None:
        """Play after what is playing; returns when it has been heard or was cut off."""

    def hush(self) -> None:
        """Cut off what may be interrupted."""

    async def refer(self) -> bool:
        """Hand the call to the agents' number; False when nobody took it."""


class Call:
    """Runs until `end`. Everything happens one after the other, so the policy sees a sequence of events."""

    def __init__(self, line: Line, policy: Policy, brain: Brain, speaker: Speaker) -> None:
        self._line = line
        self._policy = policy
        self._brain = brain
        self._speaker = speaker
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._to_say: asyncio.Queue[Say] = asyncio.Queue()
        self._to_send: asyncio.Queue[Send] = asyncio.Queue()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self, call: str, caller: str | None, asserted: bool = False) -> None:
        """Greet the caller, who waits for nothing: the gateway is looked up meanwhile."""
        self._carry_out(self._policy.start())
        work = (self._think(), self._speak(), self._converse(call, caller, asserted))
        self._tasks = [asyncio.create_task(each) for each in work]

    def happens(self, event: Event) -> None:
        """Something happened on the line."""
        self._events.put_nowait(event)

    async def end(self) -> None:
        """The call is over. What the caller said is with the gateway and stays there."""
        self._wait(None)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _think(self) -> None:
        while True:
            event = await self._events.get()
            self._carry_out(self._policy.handle(event))

    def _carry_out(self, commands: list[Any]) -> None:
        for command in commands:
            match command:
                case Say():
                    self._wait(None)
                    self._to_say.put_nowait(command)
                case Hush():
                    self._drop_unsaid()
                    self._line.hush()
                case Wait(seconds):
                    self._wait(seconds)
                case Send():
                    self._to_send.put_nowait(command)
                case Transfer():
                    self._tasks.append(asyncio.create_task(self._refer()))

    def _wait(self, seconds: float | None) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = None
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self.happens, TimedOut())

    def _drop_unsaid(self) -> None:
        kept = []
        while not self._to_say.empty():
            say = self._to_say.get_nowait()
            if not say.interruptible:
                kept.append(say)
        for say in kept:
            self._to_say.put_nowait(say)

    async def _speak(self) -> None:
        while True:
            say = await self._to_say.get()
            try:
                sound = await self._speaker.say(say.text, Manner(say.speed, say.pause_ms))
                await self._line.play(sound, say.interruptible)
            except Mute as fault:
                log.error("prompt_not_spoken", fault=str(fault))
            if self._to_say.empty():
                self.happens(Played())

    async def _converse(self, call: str, caller: str | None, asserted: bool) -> None:
        """Bring the caller's words to the gateway, one after the other; listen when there are none. A gateway that is
        gone matters to the caller only when there is something to bring."""
        opened = False
        while True:
            try:
                if not opened:
                    await self._brain.open(call, caller, asserted)
                    opened = True
                await self._exchange()
            except Gone as fault:
                log.error("gateway_gone", fault=str(fault))
                if not self._to_send.empty():
                    self._to_send.get_nowait()
                    self.happens(Lost())
                await asyncio.sleep(_GONE_PAUSE)

    async def _exchange(self) -> None:
        waiting = asyncio.create_task(self._to_send.get())
        listening = asyncio.create_task(self._brain.listen())
        try:
            await asyncio.wait((waiting, listening), return_when=asyncio.FIRST_COMPLETED)
            if listening.done() and not listening.exception():
                heard = listening.result()
                if heard.told or heard.owner == "agent":
                    self.happens(heard)
            elif listening.done() and not waiting.done():
                await asyncio.wait((waiting,), timeout=_GONE_PAUSE)
        finally:
            await _stop(listening)
            if not waiting.done():
                await _stop(waiting)
        if not waiting.cancelled():
            await self._bring(waiting.result())

    async def _bring(self, send: Send) -> None:
        try:
            self.happens(await self._brain.say(send))
        except Gone as fault:
            log.error("gateway_gone", fault=str(fault))
            self.happens(Lost())

    async def _refer(self) -> None:
        if not await self._line.refer():
            self.happens(NotTransferred())


async def _stop(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, Gone):
        await task
