"""A gateway with an official account, a WeChat that pushes to it, and customers who write."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bot.channels.wechat.settings import WechatSettings
from bot.gateway.app import create
from bot.gateway.gateway import Gateway
from bot.gateway.store import messages
from bot.gateway.store import tables as t
from bot.gateway.store.wechat import tables as w
from bot.gateway.turns.engine import EngineClient
from demo.wechat.platform import Platform, Push
from scripts.ports import free_port
from tests.clock import ManualClock, RunningClock
from tests.gateway.fakes import TOKENS, FakeEngine, company, serve, settings

AES_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
ACCOUNT = {
    "app_id": "wx0123456789abcdef", "app_secret": "made-up-app-key-for-tests",
    "token": "made-up-push-token", "aes_key": AES_KEY,
}  # fmt: skip
OPENID = "o-made-up-customer"


class Line:
    """The gateway and WeChat, and short ways to talk and to look."""

    def __init__(
        self, url: str, gateway: Gateway, engine: FakeEngine, platform: Platform, clock: ManualClock
    ) -> None:
        self.url = url
        self.gateway = gateway
        self.engine = engine
        self.platform = platform
        self.clock = clock

    async def say(self, text: str, openid: str = OPENID, **more: Any) -> Push:
        return await self.platform.push(self.platform.message(openid, Content=text, **more))

    async def event(self, name: str, openid: str = OPENID, **more: Any) -> Push:
        return await self.platform.push(self.platform.message(openid, "event", Event=name, **more))

    async def rows(self, table: sa.Table) -> list[t.Record]:
        return await self.gateway.store.read(lambda c: list(c.execute(sa.select(table)).all()))

    async def change(self, *statements: sa.Executable) -> None:
        await self.gateway.store.write(lambda c: [c.execute(each) for each in statements])

    async def conversation(self, openid: str = OPENID) -> str:
        query = sa.select(w.user.c.conversation).where(w.user.c.openid == openid)
        return str(await self.gateway.store.read(lambda c: c.execute(query).scalar_one()))

    async def shown(self, openid: str = OPENID) -> list[messages.Message]:
        return await self.gateway.store.read(messages.after, await self.conversation(openid), 0)

    @property
    def settings(self) -> WechatSettings:
        return self.gateway.settings.part(WechatSettings)

    def http(self, **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False)

    @property
    def pushed(self) -> list[str]:
        """The texts of customer-service messages."""
        return [each["text"] for each in self.platform.sent]


@contextlib.asynccontextmanager
async def connected(folder: Path, **changes: Any) -> AsyncIterator[Line]:
    port, wechat_port = free_port(), free_port()
    url, wechat = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{wechat_port}"
    platform = Platform(
        ACCOUNT["app_id"], ACCOUNT["app_secret"], ACCOUNT["token"], AES_KEY, f"{url}/wechat/main"
    )
    async with FakeEngine().serving() as engine, serve(platform.app, wechat_port):
        more = {
            "wechat_accounts": {"main": ACCOUNT}, "wechat_url": wechat, "wechat_oauth_url": wechat,
            "wechat_public_url": url, "messages_per_second": 50, "engine_url": engine.url,
        }  # fmt: skip
        values = settings(folder, gateway_url=url, **{**more, **changes})
        client = EngineClient.connect(values.engine_url, TOKENS["engine_token"])
        gateway = Gateway(values, client, company().company, clock := RunningClock())
        async with serve(create(gateway, client.close), port):
            yield Line(url, gateway, engine, platform, clock)


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    async with connected(tmp_path) as one:
        yield one
