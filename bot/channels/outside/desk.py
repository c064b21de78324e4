"""The seam. GridCare calls a `Desk`: a person is wanted (`start`), something was said (`message`), nobody is wanted any
more (`stopped`). The desk calls an `Office`: somebody has it (`assigned`), he says something (`message`), he is done
(`stopped`). Both sides may repeat a call; a repeated one changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

Author = Literal["customer", "bot", "system"]


class Away(Exception):
    """The desk cannot be reached or is out of order; the call will be made again."""


class Refuses(Exception):
    """The desk will never take this call."""


@dataclass(frozen=True)
class DeskMessage:
    """One message as people read it; `key` is the same whenever it is sent again."""

    key: str
    author: Author
    text: str
    picture: bool = False


@dataclass(frozen=True)
class Case:
    """A customer who wants a person. `name` leads nowhere but to the conversation; `urgent`: danger to life."""

    name: str
    ticket: str
    reason: str
    skill: str
    urgent: bool
    channel: str
    summary: str
    before: tuple[DeskMessage, ...]


class ForeignDesk(Protocol):
    """What an outside system must do. Every method raises Away, Refuses."""

    async def start(self, case: Case, known: Callable[[str], Awaitable[None]]) -> None:
        """Open the case and put it before people. The desk's own reference is told to `known` before anybody can answer."""

    async def message(self, reference: str, said: DeskMessage) -> None:
        """The customer said something, or the bot did while nobody had the word."""

    async def stopped(self, reference: str, reason: str) -> None:
        """The customer went back to the bot or left; `reason` of core.handoff.REASONS_OUT."""


class Office(Protocol):
    """What an outside system tells us. A reference nobody knows is ignored."""

    async def assigned(self, reference: str, agent: str) -> None:
        """This agent has the case."""

    async def message(self, reference: str, agent: str, key: str, text: str) -> None:
        """The agent says something to the customer; whoever speaks has the case."""

    async def stopped(self, reference: str, solved: bool) -> None:
        """The agent is done: for good, or the bot shall go on."""
