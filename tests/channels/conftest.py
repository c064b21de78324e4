"""A gateway on a real port, and clients that talk to it as a page or an app would."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import socketio

from bot.gateway.app import create
from bot.gateway.gateway import Gateway
from bot.gateway.turns.engine import EngineClient
from scripts.ports import free_port
from tests.clock import ManualClock, RunningClock
from tests.gateway.fakes import TOKENS, FakeEngine, company, serve, settings, until


class Site:
    """A running gateway as the outside sees it."""

    def __init__(
        self,
        url: str,
        gateway: Gateway | None = None,
        engine: FakeEngine | None = None,
        clock: ManualClock | None = None,
    ) -> None:
        self.url = url
        self.gateway = gateway
        self.engine = engine
        self.clock = clock

    def http(self, **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False)

    async def token(self, old: str | None = None) -> str:
        async with self.http(origin=self.url) as http:
            answer = await http.post("/api/v1/web/session", json={"token": old} if old else {})
            return str(answer.json()["token"])


class Page:
    """One open tab: collects what arrives, in order."""

    def __init__(self, site: Site, token: str) -> None:
        self.site = site
        self.token = token
        self.events: list[tuple[str, Any]] = []
        self.socket = socketio.AsyncClient(reconnection=False)
        for name in ("session_confirm", "bot_uttered", "user_echo", "typing", "rate_limited"):
            self.socket.on(name, self._collect(name))

    def _collect(self, name: str) -> Any:
        async def collect(body: Any) -> None:
            self.events.append((name, body))

        return collect

    async def open(self, after_seq: int = 0, origin: str | None = None) -> Page:
        await self.socket.connect(
            self.site.url, auth={"token": self.token}, transports=["websocket"],
            headers={"Origin": origin or self.site.url}, retry=False,
        )  # fmt: skip
        assert await self.socket.call("session_request", {"after_seq": after_seq}) == {"ok": True}
        await until(lambda: self.got("session_confirm"))
        return self

    async def close(self) -> None:
        await self.socket.disconnect()

    async def drop(self) -> None:
        """Let go of what a refused connection leaves open."""
        await self.socket.shutdown()
        if self.socket.eio.http:
            await self.socket.eio.http.close()

    def got(self, name: str) -> list[Any]:
        return [body for event, body in self.events if event == name]

    async def say(self, text: str | None = None, **more: Any) -> dict[str, Any]:
        body = {"msg_id": str(uuid.uuid4()), **({"text": text} if text is not None else {}), **more}
        return dict(await self.socket.call("user_uttered", body))

    async def hears(self, text: str, seconds: float = 5.0) -> dict[str, Any]:
        return dict(
            await until(
                lambda: next((m for m in self.got("bot_uttered") if m.get("text") == text), None), seconds
            )
        )

    def numbers(self) -> list[int]:
        """The seq of everything this tab was shown, in the order of arrival."""
        found = []
        for event, body in self.events:
            if event == "session_confirm":
                found += [message["seq"] for message in body["messages"]]
            elif event in ("bot_uttered", "user_echo"):
                found.append(body["seq"])
        return found


@contextlib.asynccontextmanager
async def running(folder: Path, **changes: Any) -> AsyncIterator[Site]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with FakeEngine().serving() as engine:
        values = settings(folder, engine_url=engine.url, gateway_url=url, allowed_origins=url, **changes)
        client = EngineClient.connect(engine.url, TOKENS["engine_token"])
        gateway = Gateway(values, client, company().company, clock := RunningClock())
        async with serve(create(gateway, client.close), port):
            yield Site(url, gateway, engine, clock)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running(tmp_path) as one:
        yield one


@pytest.fixture
async def page(site: Site) -> AsyncIterator[Page]:
    one = await Page(site, await site.token()).open()
    yield one
    await one.close()
