"""Waiting for the turn of a message, for channels that answer in the same request."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from bot.gateway.gateway import Gateway
from bot.gateway.store import messages
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import Connection
from bot.gateway.turns.inbox import Receipt, end_of_turn

_POLL = 0.5


@dataclass(frozen=True)
class WholeTurn:
    """What a turn said, and the last number of it."""

    messages: list[Message]
    cursor: int


class Watch:
    """Wakes requests that wait for their conversation to go on."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)

    async def published(self, fresh: Sequence[Message]) -> None:
        for conversation in {each.conversation for each in fresh if each.author != "customer"}:
            for event in self._waiting.get(conversation, ()):
                event.set()

    @contextmanager
    def on(self, conversation: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever the conversation goes on."""
        event = asyncio.Event()
        self._waiting[conversation].add(event)
        try:
            yield event
        finally:
            self._waiting[conversation].discard(event)
            if not self._waiting[conversation]:
                del self._waiting[conversation]


class Turns:
    """What a channel waits for: the turn of a message, or whatever comes next."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._watch = Watch()
        gateway.on_published.append(self._watch.published)

    async def answer(self, receipt: Receipt, conversation: str, wait: float) -> WholeTurn | None:
        """Let the gateway work on a committed message; its whole turn, or None when that takes too long."""
        with self._watch.on(conversation) as event:
            await self._gateway.received(receipt)
            loop = asyncio.get_running_loop()
            deadline = loop.time() + wait
            while (left := deadline - loop.time()) > 0:
                found = await self._gateway.store.read(_answer, receipt, conversation)
                if found:
                    return found
                await _sleep(event, left)
        return None

    async def more(self, conversation: str, after: int, wait: float) -> list[Message]:
        """What was published after a number; waits for it when there is nothing yet."""
        with self._watch.on(conversation) as event:
            loop = asyncio.get_running_loop()
            deadline = loop.time() + wait
            while True:
                found = await self._gateway.store.read(messages.after, conversation, after)
                left = deadline - loop.time()
                if left <= 0 or any(each.author != "customer" for each in found):
                    return found
                await _sleep(event, left)


async def _sleep(event: asyncio.Event, left: float) -> None:
    event.clear()
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), min(left, _POLL))


def _answer(c: Connection, receipt: Receipt, conversation: str) -> WholeTurn | None:
    """What was said from this message to the end of its turn; None while the turn has not ended."""
    cursor = end_of_turn(c, receipt)
    return WholeTurn(messages.after(c, conversation, receipt.seq, until=cursor), cursor) if cursor else None
