"""One call: events of the line go into the policy, its commands go out to the line and to the gateway.

The line plays and refers; it reports keys, recognised speech and the end of what it played by `Call.happens`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Protocol

import structlog

from bot.voice.brain import Brain, Gone
from bot.voice.events import (
    CallBack,
    Event,
    HangUp,
    Hush,
    Known,
    Lost,
    NotTransferred,
    Played,
    Send,
    Speak,
    TimedOut,
    Transfer,
    Wait,
)
from bot.voice.policy import Policy
from bot.voice.speech.voices import Mute, Prosody, Speaker

log = structlog.get_logger()
_GONE_PAUSE = 2.0
_GREETED_WITHIN = 0.5


class PhoneLine(Protocol):
    """The telephone side. Sound is 8 kHz, 16 bit, one channel."""

    async def play(self, sound: bytes, interruptible: bool) -> float:
        """Play after what is playing; returns the share (0 to 1) that was heard before it ended or was cut off."""

    def hush(self) -> None:
        """Cut off what may be interrupted."""

    async def refer(self) -> bool:
        """Hand the call to the agents' number; False when nobody took it."""

    def drop(self) -> None:
        """End the call."""


class Call:
    """Runs until `end`. Everything happens one after the other, so the policy sees a sequence of events."""

    def __init__(
        self,
        line: PhoneLine,
        policy: Policy,
        brain: Brain,
        speaker: Speaker,
        record: Callable[[], None] = lambda: None,
    ) -> None:
        self._line = line
        self._policy = policy
        self._brain = brain
        self._speaker = speaker
        self._record = record
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._to_say: asyncio.Queue[Speak] = asyncio.Queue()
        self._to_send: asyncio.Queue[Send | CallBack] = asyncio.Queue()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: list[asyncio.Task[Any]] = []
        self._over = False

    async def begin(self, call: str, caller: str | None, asserted: bool = False) -> None:
        """Greet the caller as the one he is; who that is may take the gateway half a second, then it comes later."""
        opening = asyncio.create_task(self._open(call, caller, asserted))
        self._tasks.append(opening)
        await asyncio.wait((opening,), timeout=_GREETED_WITHIN)
        if self._over:
            return
        known = opening.result() if opening.done() else None
        self._carry_out(self._policy.start(known or Known()))
        self._work(self._converse(opening, call, caller, asserted))

    def begin_call_back(self, due: Mapping[str, Any]) -> None:
        """Greet a customer whom the line has called."""
        self._carry_out(self._policy.start_call_back(self._brain.resume(due), due.get("tells", "")))
        self._work(self._listen_and_bring())

    def _work(self, talking: Coroutine[Any, Any, None]) -> None:
        self._tasks += [asyncio.create_task(each) for each in (self._think(), self._speak(), talking)]

    def happens(self, event: Event) -> None:
        """Something happened on the line."""
        self._events.put_nowait(event)

    async def end(self) -> None:
        """The call is over. What the caller said is with the gateway and stays there."""
        self._over = True
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
                case Speak():
                    self._wait(None)
                    self._to_say.put_nowait(command)
                case Hush():
                    self._drop_unsaid()
                    self._line.hush()
                case Wait(seconds):
                    self._wait(seconds)
                case Send() | CallBack():
                    self._to_send.put_nowait(command)
                case HangUp():
                    self._line.drop()
                case Transfer():
                    self._tasks.append(asyncio.create_task(self._refer()))

    def _wait(self, seconds: float | None) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = None
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self.happens, TimedOut())

    def _drop_unsaid(self) -> None:
        waiting = [self._to_say.get_nowait() for _ in range(self._to_say.qsize())]
        for say in waiting:
            if say.interruptible:
                self._cut(say, 0.0)
            else:
                self._to_say.put_nowait(say)

    async def _speak(self) -> None:
        while True:
            say = await self._to_say.get()
            try:
                sound = await self._speaker.say(say.text, Prosody(say.speed, say.pause_ms))
                heard = await self._line.play(sound, say.interruptible)
            except Mute as fault:
                log.error("prompt_not_spoken", fault=str(fault))
                heard = 0.0
            if heard < 1:
                self._cut(say, heard)
            elif say.notice:
                self._record()
            if self._to_say.empty():
                self.happens(Played())

    def _cut(self, say: Speak, heard: float) -> None:
        """Tell the gateway what the caller did not listen to."""
        if say.seq is not None:
            self._tasks.append(asyncio.create_task(self._brain.cut(say.seq, heard)))

    async def _open(self, call: str, caller: str | None, asserted: bool) -> Known | None:
        try:
            return await self._brain.open(call, caller, asserted)
        except Gone as fault:
            log.error("gateway_gone", fault=str(fault))
            return None

    async def _converse(
        self, opening: asyncio.Task[Known | None], call: str, caller: str | None, asserted: bool
    ) -> None:
        """Open the conversation, whenever the gateway is there, and go on with it."""
        late = not opening.done()
        known = await opening
        while known is None:
            late = True
            self._lose()
            await asyncio.sleep(_GONE_PAUSE)
            known = await self._open(call, caller, asserted)
        if late:
            self.happens(known)
        await self._listen_and_bring()

    async def _listen_and_bring(self) -> None:
        """Bring the caller's words to the gateway, one after the other; listen when there are none. A gateway that is
        gone matters to the caller only when there is something to bring."""
        while True:
            try:
                await self._exchange()
            except Gone as fault:
                log.error("gateway_gone", fault=str(fault))
                self._lose()
                await asyncio.sleep(_GONE_PAUSE)

    def _lose(self) -> None:
        if not self._to_send.empty():
            self._to_send.get_nowait()
            self.happens(Lost())

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

    async def _bring(self, wish: Send | CallBack) -> None:
        try:
            asked = self._brain.say(wish) if isinstance(wish, Send) else self._brain.call_back(wish.phone)
            self.happens(await asked)
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
