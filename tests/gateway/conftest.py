"""One running gateway with a fake engine and a fake company."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from bot.gateway.app import create
from bot.gateway.gateway import Gateway
from bot.gateway.store import messages
from bot.gateway.store import tables as t
from bot.gateway.store.messages import Message
from bot.gateway.turns.engine import EngineClient
from bot.gateway.turns.inbox import Inbound, Receipt
from tests.clock import ManualClock, RunningClock
from tests.gateway.fakes import TOKENS, FakeEngine, company, settings, until
from tests.ports.fake import FakeCompany

TALK = "c-test"


class Desk:
    """A gateway under test, and short ways to talk to it and to look into it."""

    def __init__(
        self, gateway: Gateway, engine: FakeEngine, company: FakeCompany, clock: ManualClock
    ) -> None:
        self.gateway = gateway
        self.engine = engine
        self.company = company
        self.clock = clock
        self._count = 0

    @cached_property
    def app(self) -> FastAPI:
        """Its HTTP side, made once: working out the routes takes its time."""
        return create(self.gateway)

    async def say(self, text: str | None = None, talk: str = TALK, **more: Any) -> Receipt:
        self._count += 1
        given = {"message_id": f"m{self._count}", **more}
        receipt = await self.gateway.inbox.take(Inbound("web", talk, text=text, **given))
        await self.gateway.received(receipt)
        return receipt

    async def shown(self, talk: str = TALK) -> list[Message]:
        return await self.gateway.store.read(messages.after, talk, 0)

    async def texts(self, talk: str = TALK) -> list[str]:
        return [each.body.get("text", "") for each in await self.shown(talk)]

    async def rows(self, table: sa.Table) -> list[t.Record]:
        return await self.gateway.store.read(lambda c: list(c.execute(sa.select(table)).all()))

    async def change(self, *statements: sa.Executable) -> None:
        """Carry out statements in one transaction."""
        await self.gateway.store.write(lambda c: [c.execute(each) for each in statements])

    async def idle(self, seconds: float = 8.0) -> None:
        """Until no message waits for anything."""

        async def nothing_waits() -> bool:
            return all(row.state != "new" for row in await self.rows(t.inbox))

        await until(nothing_waits, seconds)

    def text(self, name: str, **values: object) -> str:
        return self.gateway.wording.say(name, **values)


@contextlib.asynccontextmanager
async def running(folder: Path, engine: FakeEngine, fake: FakeCompany, **changes: Any) -> AsyncIterator[Desk]:
    """A gateway that works, on whatever database `folder` has."""
    values = settings(folder, engine_url=engine.url, **changes)
    client = EngineClient.connect(engine.url, TOKENS["engine_token"])
    clock = RunningClock()
    gateway = Gateway(values, client, fake.company, clock)
    await gateway.start()
    try:
        yield Desk(gateway, engine, fake, clock)
    finally:
        await gateway.stop()
        await client.close()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with FakeEngine().serving() as engine, running(tmp_path, engine, company()) as one:
        yield one
