"""The files of a new consumer of events: a source that is asked over HTTP and holds the question open. The author puts
the source's own protocol in place of that, and what follows from an event."""

from __future__ import annotations

from pathlib import Path

from scripts.scaffold.tree import Change, imported, listed, named, title

REGISTRY = "bot/events/registry.py"

MODULE = '''"""{about}."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import httpx

from bot.events.consumer import Consumer, ConsumerSettings, Event, SourceDown

_WAIT = 20
_ANSWERS = 10.0


class {title}Settings(ConsumerSettings):
    {name}_url: str | None = None


class {title}Events(Consumer):
    name = "{name}"

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._url = url.rstrip("/")
        self._client = client

    @classmethod
    def of(cls) -> Self | None:
        url = {title}Settings().{name}_url
        return cls(url, httpx.AsyncClient(timeout=_WAIT + _ANSWERS, trust_env=False)) if url else None

    async def receive(self) -> Sequence[Event]:
        try:
            answer = await self._client.get(self._url, params={{"wait": _WAIT}})
            answer.raise_for_status()
            return [Event(each["key"], each) for each in answer.json()["events"]]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise SourceDown(type(error).__name__) from None

    async def acknowledge(self, events: Sequence[Event]) -> None:
        try:
            keys = [each.key for each in events]
            answer = await self._client.post(f"{{self._url}}/acknowledged", json={{"keys": keys}})
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise SourceDown(type(error).__name__) from None

    async def handle(self, event: Event) -> None:
        """What follows from an event; it may come a second time."""

    async def close(self) -> None:
        await self._client.aclose()
'''

TEST = '''"""{about}."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from bot.events.consumer import SourceDown
from bot.events.{name} import {title}Events
from bot.events.runner import Runner
from bot.events.storage import Received

URL = "http://source.example/events"


def consumer(status: int, acknowledged: list[str]) -> {title}Events:
    """A source that gives one event, whatever was acknowledged."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            acknowledged.extend(json.loads(request.content)["keys"])
        return httpx.Response(status, json={{"events": [{{"key": "made-up-1"}}]}})

    return {title}Events(URL, httpx.AsyncClient(transport=httpx.MockTransport(answer)))


async def test_an_event_is_stored_acknowledged_and_handled_once(tmp_path: Path) -> None:
    received, acknowledged = Received(f"sqlite:///{{tmp_path / 'events.db'}}"), list[str]()
    await received.open()
    runner = Runner(consumer(200, acknowledged), received)
    for _ in range(2):
        await runner.receive_once()
    assert [await runner.handle_once(), await runner.handle_once()] == [True, False]
    assert acknowledged == ["made-up-1"] * 2
    await runner.consumer.close()
    await received.close()


async def test_a_source_that_is_down_is_told_as_that() -> None:
    one = consumer(500, [])
    with pytest.raises(SourceDown):
        await one.receive()
    with pytest.raises(SourceDown):
        await one.acknowledge([])
    await one.close()


def test_without_its_address_there_is_no_such_consumer() -> None:
    assert {title}Events.of() is None
'''


def event(name: str, about: str, root: Path) -> Change:
    """Its module and its tests; one line in the registry."""
    words = {"name": named(name, "consumer"), "title": title(name), "about": about}
    registry = (root / REGISTRY).read_text(encoding="utf-8")
    registry = imported(registry, f"bot.events.{name}", f"{title(name)}Events")
    return Change(
        own={
            f"bot/events/{name}.py": MODULE.format(**words),
            f"tests/events/test_{name}.py": TEST.format(**words),
        },
        shared={REGISTRY: listed(registry, "CONSUMERS: ", f"    {title(name)}Events,\n")},
        left=(f"say what follows from an event in bot/events/{name}.py",
              f"tell of {name.upper()}_URL in docs/operations.md, with the prefix of all settings"),
    )  # fmt: skip
