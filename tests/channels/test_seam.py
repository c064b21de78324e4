"""A channel that nobody has heard of, plugged in by the seam alone."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic_settings import BaseSettings

from bot.core.manner import Manner
from bot.gateway.app import create
from bot.gateway.channel import Channel
from bot.gateway.gateway import Gateway
from bot.gateway.settings import BadSettings, Secret, Settings
from bot.gateway.store import manners
from bot.gateway.turns.engine import EngineClient
from bot.gateway.turns.inbox import Inbound
from tests.clock import RunningClock
from tests.gateway.fakes import TOKENS, FakeEngine, company, settings, until

PICTURE = b"x" * 100_000


class PagerSettings(Settings):
    pager_token: Secret | None = None


class Pager(Channel):
    name = "pager"
    settings: tuple[type[BaseSettings], ...] = (PagerSettings,)
    upload_paths = ("/pager/pictures",)

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.works = False
        self.forgotten: list[str] = []

    @classmethod
    def of(cls, gateway: Gateway) -> Pager | None:
        return cls(gateway) if gateway.settings.part(PagerSettings).pager_token else None

    def mount(self, app: FastAPI) -> None:
        @app.post("/pager/{what}")
        async def size(what: str, request: Request) -> int:
            return len(await request.body())

    async def start(self) -> None:
        self.works = await self.gateway.store.read(lambda c: True)

    async def stop(self) -> None:
        self.works = not await self.gateway.store.read(lambda c: True)

    async def forget(self, conversation: str) -> None:
        self.forgotten.append(conversation)

    async def limit(self, conversation: str) -> dict[str, Any] | None:
        return {"left": 0, "of": 5, "until": ""} if conversation.startswith("pager-") else None


def gateway_of(folder: Path, engine: FakeEngine, **more: Any) -> Gateway:
    client = EngineClient.connect(engine.url, TOKENS["engine_token"])
    return Gateway(settings(folder, engine_url=engine.url, **more), client, company().company, RunningClock())


async def test_it_starts_and_stops_with_the_gateway_while_the_database_is_open(tmp_path: Path) -> None:
    gateway = gateway_of(tmp_path, FakeEngine(), pager_token="made-up-token-of-the-pager")
    app = create(gateway, gateway.engine.close, channels=(Pager,))
    [pager] = gateway.channels
    assert isinstance(pager, Pager)
    async with app.router.lifespan_context(app):
        assert pager.works
    assert not pager.works


async def test_its_routes_are_served_and_its_upload_paths_take_more(tmp_path: Path) -> None:
    gateway = gateway_of(tmp_path, FakeEngine(), pager_token="made-up-token-of-the-pager")
    app = create(gateway, gateway.engine.close, channels=(Pager,))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http:
        assert (await http.post("/pager/pictures", content=PICTURE)).json() == len(PICTURE)
        assert (await http.post("/pager/words", content=PICTURE)).status_code == 413
    await gateway.engine.close()


async def test_it_forgets_and_limits(tmp_path: Path) -> None:
    async with FakeEngine().serving() as engine:
        engine.answer = lambda turn: [
            {"text": "好的", "custom": {"type": "erase"}},
            {"custom": {"type": "erase"}},
        ]
        gateway = gateway_of(tmp_path, engine, pager_token="made-up-token-of-the-pager")
        app = create(gateway, gateway.engine.close, channels=(Pager,))
        [pager] = gateway.channels
        assert isinstance(pager, Pager)
        async with app.router.lifespan_context(app):
            receipt = await gateway.inbox.take(Inbound("pager", "pager-1", "m1", "删掉"))
            await gateway.received(receipt)
            await until(lambda: pager.forgotten == ["pager-1"])
            assert await gateway.limit("pager-1") == {"left": 0, "of": 5, "until": ""}
            assert await gateway.limit("c-1") is None


def test_where_its_settings_do_not_ask_for_it_there_is_none(tmp_path: Path) -> None:
    gateway = gateway_of(tmp_path, FakeEngine())
    create(gateway, channels=(Pager,))
    assert gateway.channels == []


def test_its_bad_settings_stop_the_start(tmp_path: Path) -> None:
    gateway = gateway_of(tmp_path, FakeEngine(), pager_token="short")
    with pytest.raises(BadSettings, match="GRIDCARE_PAGER_TOKEN"):
        create(gateway, channels=(Pager,))


def test_a_manner_answers_every_question_and_no_other(tmp_path: Path) -> None:
    good = "".join(f"{each.name}: false\n" for each in fields(Manner))
    for wrong in ("spoken: false\n", good + "loud: true\n", good.replace("spoken: false", "spoken: low")):
        (tmp_path / "pager.yml").write_text(wrong, encoding="utf-8")
        with pytest.raises(manners.BadManner, match="position"):
            manners.read(tmp_path / "pager.yml")
    (tmp_path / "pager.yml").write_text(good, encoding="utf-8")
    assert manners.read(tmp_path / "pager.yml") == manners.of("no-such-channel") == Manner()
