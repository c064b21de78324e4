"""The real process against a feed and a real gateway, killed between write and acknowledgement, and while it tells."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.gateway.store import tables as t
from bot.gateway.store.clock import CHINA
from scripts.ports import free_port
from tests.channels.conftest import Site, running
from tests.gateway.fakes import ACCOUNT, TOKENS, serve, until

ROOT = Path(__file__).parents[2]
TOKEN = "made-up-token-of-the-feed"

pytestmark = pytest.mark.slow


@dataclass
class Feed:
    """The company's feed: gives again what was not acknowledged, and lets a test do harm at each request."""

    facts: list[dict[str, Any]] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    given: list[str] = field(default_factory=list)
    on_acknowledge: Any = None

    async def events(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return JSONResponse({}, 401)
        left = [each for each in self.facts if each["key"] not in self.acknowledged]
        if not left:
            await asyncio.sleep(0.2)
        self.given += [each["key"] for each in left]
        return JSONResponse({"events": left})

    async def acknowledge(self, request: Request) -> Response:
        keys = (await request.json())["keys"]
        if self.on_acknowledge:
            await self.on_acknowledge()
            return JSONResponse({}, 500)
        self.acknowledged |= set(keys)
        return JSONResponse({})

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/facts", self.events),
                Route("/facts/acknowledged", self.acknowledge, methods=["POST"]),
            ]
        )


STARTED: list[Consumers] = []


@pytest.fixture(autouse=True)
async def nobody_is_left() -> AsyncIterator[None]:
    yield
    while STARTED:
        await STARTED.pop().kill()


class Consumers:
    """The process under test."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.db = folder / "events.db"
        self.url = f"http://127.0.0.1:{free_port()}"
        given = {
            "events_db": f"sqlite:///{self.db}", "events_url": self.url, "internal_token": TOKENS["internal_token"],
            "facts_token": TOKEN, **settings,
        }  # fmt: skip
        ours = {f"GRIDCARE_{name.upper()}": value for name, value in given.items()}
        self._env = {**{k: v for k, v in os.environ.items() if not k.startswith("GRIDCARE_")}, **ours}
        self.child: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        STARTED.append(self)
        self.child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.events", cwd=ROOT, env=self._env,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip

    async def kill(self) -> None:
        assert self.child
        with contextlib.suppress(ProcessLookupError):
            self.child.kill()
        await self.child.wait()

    def stored(self) -> dict[str, str]:
        with contextlib.closing(sqlite3.connect(f"file:{self.db}?mode=ro", uri=True)) as connection:
            return dict(connection.execute("SELECT key, state FROM event").fetchall())

    def a_minute_passes(self) -> None:
        """The lease of the dead is over."""
        with contextlib.closing(sqlite3.connect(self.db)) as connection, connection:
            connection.execute("UPDATE event SET not_before = 0")

    async def done(self) -> None:
        await until(lambda: self.db.exists() and set(self.stored().values()) == {"done"}, 30)


def fact(number: int) -> dict[str, Any]:
    expires = (datetime.now(CHINA) + timedelta(days=1)).isoformat()
    return {
        "key": f"event-{number}",
        "fact": {
            "key": f"order:{number}", "account_no": ACCOUNT, "kind": "progress", "urgent": True, "expires": expires,
            "values": {"order_no": f"20261129000000{number}", "state": "已派单"},
        },
    }  # fmt: skip


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running(tmp_path) as one:
        yield one


@pytest.fixture
async def feed() -> AsyncIterator[tuple[Feed, str]]:
    one, port = Feed([fact(number) for number in range(3)]), free_port()
    async with serve(one.app, port):
        yield one, f"http://127.0.0.1:{port}/facts"


async def told(site: Site) -> list[str]:
    assert site.gateway
    query = sa.select(t.announcement.c.key).order_by(t.announcement.c.key)
    return await site.gateway.store.read(lambda c: list(c.execute(query).scalars()))


async def texts(site: Site) -> int:
    assert site.gateway
    return await site.gateway.store.read(lambda c: len(c.execute(sa.select(t.sms.c.id)).all()))


async def test_killed_between_write_and_acknowledgement_it_loses_nothing_and_tells_nothing_twice(
    site: Site, feed: tuple[Feed, str], tmp_path: Path
) -> None:
    source, url = feed
    process = Consumers(tmp_path, facts_url=url, gateway_url=site.url)
    source.on_acknowledge = process.kill
    await process.start()
    assert process.child
    await asyncio.wait_for(process.child.wait(), 30)
    assert set(process.stored()) == {"event-0", "event-1", "event-2"}, "written before it was acknowledged"
    assert source.acknowledged == set()
    source.on_acknowledge = None
    process.a_minute_passes()
    await process.start()
    await process.done()
    await until(lambda: len(source.acknowledged) == 3, 10)
    assert source.given.count("event-0") >= 2, "the source gave it again"
    assert len(process.stored()) == 3 and await told(site) == ["order:0", "order:1", "order:2"]

    async def sent() -> bool:
        return await texts(site) == 3

    await until(sent, 15)
    await process.kill()


async def test_killed_while_it_tells_it_tells_again_what_the_gateway_then_knows(
    site: Site, feed: tuple[Feed, str], tmp_path: Path
) -> None:
    """Between the gateway's answer and the row that says done: a process in the middle drops the answer."""
    _, url = feed
    process = Consumers(tmp_path, facts_url=url, gateway_url="")
    killed = asyncio.Event()
    posts = 0

    async def passes_on(request: Request) -> Response:
        nonlocal posts
        posts += 1
        async with httpx.AsyncClient(base_url=site.url, trust_env=False) as http:
            kept = {"authorization": request.headers["authorization"], "content-type": "application/json"}
            answer = await http.post(request.url.path, content=await request.body(), headers=kept)
        if not killed.is_set():
            killed.set()
            await process.kill()
        return JSONResponse(answer.json(), answer.status_code)

    port = free_port()
    door = Starlette(routes=[Route("/internal/v1/notices", passes_on, methods=["POST"])])
    async with serve(door, port):
        process = Consumers(tmp_path, facts_url=url, gateway_url=f"http://127.0.0.1:{port}")
        await process.start()
        await asyncio.wait_for(killed.wait(), 30)
        assert process.child
        await process.child.wait()
        process.a_minute_passes()
        await process.start()
        await process.done()
        assert posts == 4 and await told(site) == ["order:0", "order:1", "order:2"]
        await process.kill()


async def test_it_says_what_is_missing_and_ends(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("GRIDCARE_")}
    for more, said in ({}, b"no consumer"), ({"GRIDCARE_FACTS_URL": "http://x"}, b"GRIDCARE_INTERNAL_TOKEN"):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.events", env={**env, **more}, cwd=ROOT, stderr=asyncio.subprocess.PIPE
        )
        _, words = await child.communicate()
        assert child.returncode == 2 and said in words and words.count(b"\n") == 1


async def test_it_is_ready_counts_its_events_and_stops_cleanly(
    site: Site, feed: tuple[Feed, str], tmp_path: Path
) -> None:
    source, url = feed
    source.facts[1]["fact"]["kind"] = "nothing we know"
    process = Consumers(tmp_path, facts_url=url, gateway_url=site.url)
    await process.start()
    async with httpx.AsyncClient(base_url=process.url, trust_env=False) as http:

        async def settled() -> bool:
            with contextlib.suppress(httpx.HTTPError):
                answer = await http.get("/ready")
                return bool(answer.json()["events"] == {"facts": {"done": 2, "dead": 1}})
            return False

        await until(settled, 30)
    assert process.child
    process.child.terminate()
    assert await asyncio.wait_for(process.child.wait(), 15) == 0
