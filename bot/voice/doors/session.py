"""Calls on telephone platforms of the company's own: each request brings what the caller did, each answer what follows."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends
from fastapi.exceptions import HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from bot.voice.brain import Brain, Gone
from bot.voice.events import Command, Event, HangUp, Key, Known, Lost, Played, Send, Speak, TimedOut, Transfer
from bot.voice.policy import Policy
from bot.voice.service import Service

_KEPT = 3600.0
_BASIC = HTTPBasic()


@dataclass
class PlatformCall:
    """One call on a platform."""

    policy: Policy
    brain: Brain
    clock: Callable[[], float]
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    at: float = field(init=False)

    def __post_init__(self) -> None:
        self.at = self.clock()

    async def step(self, events: list[Event]) -> list[Command]:
        """Carry out events and what follows from them, until it is the caller's turn."""
        async with self.lock:
            self.at = self.clock()
            return await self._step(events)

    async def begin(self, known: Known) -> list[Command]:
        """The first words."""
        async with self.lock:
            return await self._carry_out(self.policy.start(known), [])

    async def _step(self, events: list[Event]) -> list[Command]:
        return await self._carry_out([], list(events))

    async def _carry_out(self, commands: list[Command], waiting: list[Event]) -> list[Command]:
        said: list[Command] = []
        while commands or waiting:
            for command in commands:
                if isinstance(command, Speak | Transfer):
                    said.append(command)
                if isinstance(command, Send):
                    waiting.append(await self._answer(command))
            commands = self.policy.handle(waiting.pop(0)) if waiting else []
        if self.policy.ending:
            said.append(HangUp())
        elif self.policy.asking is None and self.policy.calling_person:
            said += [each for each in self.policy.handle(Played()) if isinstance(each, Transfer)]
        return said

    async def _answer(self, send: Send) -> Event:
        try:
            return await self.brain.say(send)
        except Gone:
            return Lost()


class PlatformCalls:
    """The calls of one door, by unguessable names."""

    def __init__(self, service: Service, brain: Callable[[], Brain], clock: Callable[[], float]) -> None:
        self._service = service
        self._brain = brain
        self._clock = clock
        self._all: dict[str, PlatformCall] = {}

    async def begin(self, call: str, caller: str | None) -> tuple[str, list[Command]]:
        """A new call: its name and the first words."""
        for old in [name for name, each in self._all.items() if self._clock() - each.at > _KEPT]:
            del self._all[old]
        digits = (caller or "").removeprefix("+")
        number = digits if digits.isascii() and digits.isdigit() else None
        name = secrets.token_urlsafe(16)
        session = self._all[name] = PlatformCall(Policy(self._service, number), self._brain(), self._clock)
        try:
            known = await session.brain.open(call, number)
        except Gone:
            session.policy.start()
            return name, await session.step([Lost()])
        return name, await session.begin(known)

    def find(self, name: str) -> PlatformCall:
        """Raises a 404."""
        found = self._all.get(name)
        if found is None:
            raise HTTPException(404)
        return found


def guarded(password: str) -> Callable[[HTTPBasicCredentials], Awaitable[None]]:
    """A dependency: basic authentication with this password."""

    async def allowed(given: Annotated[HTTPBasicCredentials, Depends(_BASIC)]) -> None:
        if not secrets.compare_digest(given.password.encode(), password.encode()):
            raise HTTPException(401, headers={"WWW-Authenticate": "Basic"})

    return allowed


def events_of(heard: str) -> list[Event]:
    """What a submitted value means: keys, or silence when it is empty."""
    keys = [Key(key) for key in heard if key in "0123456789*#"]
    return [*keys] or [TimedOut()]
