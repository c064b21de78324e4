"""Stored first, acknowledged afterwards, handled until it has succeeded, each event once by its key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Self

import pytest

from bot.events.consumer import Consumer, Event, NeverGood, SourceDown
from bot.events.runner import Runner
from bot.events.storage import Received
from tests.channels.test_callbacks import database, needs_postgres
from tests.gateway.test_postgres import postgres

__all__ = ["postgres"]

DAY = 86_400.0


class Source(Consumer):
    """Gives again what was not acknowledged; fails when it is told to."""

    name = "made-up"

    def __init__(self) -> None:
        self.fed: list[Event] = []
        self.acknowledged: list[str] = []
        self.handled: list[str] = []
        self.deaf = False
        self.failing: Exception | None = None

    @classmethod
    def of(cls) -> Self:
        return cls()

    async def receive(self) -> Sequence[Event]:
        return [each for each in self.fed if each.key not in self.acknowledged]

    async def acknowledge(self, events: Sequence[Event]) -> None:
        if self.deaf:
            raise SourceDown
        self.acknowledged += [each.key for each in events]

    async def handle(self, event: Event) -> None:
        if self.failing:
            raise self.failing
        self.handled.append(event.key)


class Works:
    def __init__(self, received: Received) -> None:
        self.now = 1_000_000.0
        self.source = Source()
        self.received = received
        self.runner = Runner(self.source, received, lambda: self.now)

    async def handle_all(self) -> None:
        while await self.runner.handle_once():
            pass

    async def counts(self) -> dict[str, int]:
        return (await self.received.counts()).get("made-up", {})


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.slow, needs_postgres])])
async def works(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Works]:
    url = (
        f"sqlite:///{tmp_path / 'events.db'}"
        if request.param == "sqlite"
        else await database(request.getfixturevalue("postgres"))
    )
    received = Received(url)
    await received.open()
    yield Works(received)
    await received.close()


async def test_what_is_received_is_acknowledged_and_handled_once(works: Works) -> None:
    works.source.fed = [Event("a", {"n": 1}), Event("b", {"n": 2})]
    await works.runner.receive_once()
    await works.runner.receive_once()
    await works.handle_all()
    assert works.source.acknowledged == works.source.handled == ["a", "b"]
    assert await works.counts() == {"done": 2}


async def test_nothing_is_acknowledged_that_is_not_stored(works: Works) -> None:
    works.source.fed = [
        Event("a", {}),
        Event("b" * 200, {"n": object()}),
    ]  # the second is nothing that JSON holds
    with pytest.raises(Exception, match="serializable"):
        await works.runner.receive_once()
    assert works.source.acknowledged == [] and await works.counts() == {}


async def test_what_comes_again_is_known_by_its_key_also_after_it_was_handled(works: Works) -> None:
    works.source.fed, works.source.deaf = [Event("a", {})], True
    with pytest.raises(SourceDown):
        await works.runner.receive_once()
    await works.handle_all()
    works.source.deaf = False
    await works.runner.receive_once()
    await works.handle_all()
    assert works.source.handled == works.source.acknowledged == ["a"]


async def test_what_fails_is_tried_again_after_growing_pauses_and_holds_up_no_other(works: Works) -> None:
    works.source.fed, works.source.failing = [Event("a", {})], LookupError()
    await works.runner.receive_once()
    await works.handle_all()
    works.source.fed.append(Event("b", {}))
    works.source.failing = None
    await works.runner.receive_once()
    await works.handle_all()
    assert works.source.handled == ["b"]
    works.now += 1
    works.source.failing = SourceDown()
    await works.handle_all()
    works.source.failing = None
    works.now += 1
    await works.handle_all()
    assert works.source.handled == ["b"], "the second pause is two seconds"
    works.now += 1
    await works.handle_all()
    assert works.source.handled == ["b", "a"] and await works.counts() == {"done": 2}


async def test_what_can_never_be_handled_is_set_aside(works: Works) -> None:
    works.source.fed, works.source.failing = [Event("a", {})], NeverGood("status 422")
    await works.runner.receive_once()
    await works.handle_all()
    assert await works.counts() == {"dead": 1}
    works.now += DAY
    assert not await works.runner.handle_once()


async def test_an_event_in_hand_of_a_process_that_died_is_taken_over(works: Works) -> None:
    works.source.fed = [Event("a", {})]
    await works.runner.receive_once()
    assert await works.received.claim("made-up", works.now)
    works.now += 59
    await works.handle_all()
    assert works.source.handled == []
    works.now += 1
    await works.handle_all()
    assert works.source.handled == ["a"]


async def test_what_was_handled_a_month_ago_is_forgotten_and_what_waits_is_not(works: Works) -> None:
    works.source.fed = [Event("a", {})]
    await works.runner.receive_once()
    await works.handle_all()
    works.source.fed = [Event("b", {})]
    await works.runner.receive_once()
    await works.received.sweep(works.now + 31 * DAY)
    assert await works.counts() == {"new": 1}
