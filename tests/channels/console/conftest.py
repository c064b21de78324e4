"""A gateway with people at the desk, and clients that are logged in."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bot.gateway.app import create
from bot.gateway.gateway import Gateway
from bot.gateway.people import handoff, logins
from bot.gateway.people.handoff import Wish
from bot.gateway.store import tables as t
from bot.gateway.turns.engine import EngineClient
from bot.gateway.turns.inbox import Inbound
from scripts.ports import free_port
from tests.clock import ManualClock, RunningClock
from tests.gateway.fakes import TOKENS, FakeEngine, company, serve, settings, until

PASSWORD = "made-up-for-tests"
PEOPLE = {
    "a01": ("小王", {"agent"}), "a02": ("小李", {"agent"}), "l01": ("陈班长", {"agent", "lead"}),
    "s01": ("审计员", {"auditor"}), "m01": ("管理员", {"admin"}),
}  # fmt: skip


class Client:
    """A page of the console."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.me: dict[str, Any] = {}

    async def login(self, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        answer = await self.http.post("/login", json={"name": name, "password": password, **more})
        if answer.status_code == 200:
            self.me = answer.json()
            self.http.headers["X-CSRF-Token"] = self.me["csrf"]
        return answer

    async def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.http.request(method, path, json=body)

    async def get(self, path: str) -> Any:
        answer = await self.ask("GET", path)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    async def post(self, path: str, body: Any) -> Any:
        answer = await self.ask("POST", path, body)
        assert answer.status_code in (200, 204), (path, answer.text)
        return answer.json() if answer.content else None


class Office:
    """The gateway, and ways to play customers and agents."""

    def __init__(self, url: str, gateway: Gateway, engine: FakeEngine, clock: ManualClock) -> None:
        self.url = url
        self.gateway = gateway
        self.engine = engine
        self.clock = clock
        self.open = contextlib.AsyncExitStack()
        self._count = 0

    async def page(self, name: str | None = None) -> Client:
        """A page, logged in when a name is given."""
        base = f"{self.url}/api/v1/console"
        client = Client(
            await self.open.enter_async_context(httpx.AsyncClient(base_url=base, trust_env=False))
        )
        if name:
            assert (await client.login(name)).status_code == 200
        return client

    async def customer(self, talk: str, *texts: str, wish: Wish | None = None) -> None:
        """Somebody writes, and perhaps wants a person."""
        for text in texts:
            self._count += 1
            receipt = await self.gateway.inbox.take(Inbound("web", talk, f"m{self._count}", text=text))
            await self.gateway.received(receipt)
        await until(self.idle, 20)
        if wish:
            await self.gateway.store.write(handoff.request, talk, wish)

    async def idle(self) -> bool:
        return all(row.state != "new" for row in await self.rows(t.inbox))

    async def rows(self, table: sa.Table) -> list[t.Record]:
        return await self.gateway.store.read(lambda c: list(c.execute(sa.select(table)).all()))

    async def change(self, *statements: sa.Executable) -> None:
        await self.gateway.store.write(lambda c: [c.execute(each) for each in statements])

    async def texts(self, talk: str) -> list[str]:
        m = t.message.c
        query = sa.select(m.body).where(m.conversation == talk, m.seq.is_not(None)).order_by(m.seq)
        return await self.gateway.store.read(
            lambda c: [b.get("text", "") for b in c.execute(query).scalars()]
        )


def _people(c: sa.Connection) -> None:
    for name, (display, roles) in PEOPLE.items():
        logins.create(c, name, display, PASSWORD, frozenset(roles), ["billing"])


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    # The real cost of a password's hash has its own test.
    monkeypatch.setattr(logins, "_hasher", logins.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with FakeEngine().serving() as engine:
        values = settings(tmp_path, gateway_url=url, engine_url=engine.url)
        client = EngineClient.connect(engine.url, TOKENS["engine_token"])
        gateway = Gateway(values, client, company().company, clock := RunningClock())
        async with serve(create(gateway, client.close), port):
            await gateway.store.write(_people)
            one = Office(url, gateway, engine, clock)
            async with one.open:
                yield one
