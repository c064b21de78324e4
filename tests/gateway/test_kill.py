"""The real gateway process on a real file, killed at random and stopped in the middle of its work."""

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.ports.identity import Level, Subject
from bot.ports.orders import FaultReceipt, FaultReport, Order
from scripts.ports import free_port
from tests.e2e.nemesis import DANGER, check, clients, conversation_of, rampage, settled
from tests.gateway.fakes import TOKENS, FakeEngine, company, serve, until
from tests.ports.fake import FakeCompany

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


class Gateway:
    """A gateway process that is started again whenever it ends, until it is stopped."""

    name = "gateway"

    def __init__(self, folder: Path, engine_url: str, backend_url: str) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.db = folder / "gateway.db"
        self.log = folder / "gateway.log"
        self.child: asyncio.subprocess.Process | None = None
        values = {
            **TOKENS, "backend_token": "made-up-backend_token-for-tests",
            "gateway_url": self.url, "gateway_db": f"sqlite+aiosqlite:///{self.db}", "demo": "1",
            "engine_url": engine_url, "backend_url": backend_url, "upload_dir": str(folder / "uploads"),
        }  # fmt: skip
        self._env = {**os.environ, **{f"GRIDCARE_{name.upper()}": value for name, value in values.items()}}

    async def start(self) -> None:
        with self.log.open("ab") as sink:
            self.child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.gateway", cwd=ROOT, env=self._env, stdout=sink, stderr=sink
            )

    async def keep_alive(self) -> None:
        while True:
            await self.start()
            assert self.child
            await self.child.wait()

    async def ready(self, seconds: float = 20) -> None:
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as http:

            async def answers() -> bool:
                with contextlib.suppress(httpx.HTTPError):
                    return (await http.get("/ready")).status_code == 200
                return False

            await until(answers, seconds)

    def kill(self) -> None:
        if self.child and self.child.returncode is None:
            self.child.kill()

    async def send(self, text: str, message_id: str = "1") -> httpx.Response:
        headers = {"Authorization": f"Bearer {TOKENS['app_token']}"}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False, timeout=20) as http:
            body = {"message_id": message_id, "conversation": "u", "text": text}
            return await http.post("/api/v1/messages", json=body)


def backend(fake: FakeCompany) -> Starlette:
    """The two calls of the company that the danger lane makes, over HTTP."""

    def who(request: Request) -> Subject:
        claims = jwt.decode(request.headers["x-subject"], OctKey.import_key(TOKENS["subject_key"])).claims
        return Subject("", Level(claims["level"]), tuple(claims["accounts"]), claims["sub"])

    async def report(request: Request) -> Response:
        body = {**await request.json(), "attachments": ()}
        receipt = await fake.report_fault(
            who(request), FaultReport(**body), request.headers["idempotency-key"]
        )
        return Response(TypeAdapter(FaultReceipt).dump_json(receipt), media_type="application/json")

    async def amend(request: Request) -> Response:
        changes = await request.json()
        key, number = request.headers["idempotency-key"], request.path_params["number"]
        order = await fake.amend_fault(who(request), number, changes, key)
        return Response(TypeAdapter(Order).dump_json(order), media_type="application/json")

    return Starlette(
        routes=[
            Route("/v1/faults", report, methods=["POST"]),
            Route("/v1/faults/{number}", amend, methods=["PATCH"]),
        ]
    )


@contextlib.asynccontextmanager
async def world(folder: Path, engine: FakeEngine) -> AsyncIterator[tuple[Gateway, FakeCompany]]:
    fake, port = company(), free_port()
    async with engine.serving(), serve(backend(fake), port):
        yield Gateway(folder, engine.url, f"http://127.0.0.1:{port}"), fake


async def test_a_gateway_killed_at_random_loses_repeats_and_disorders_nothing(tmp_path: Path) -> None:
    chance = random.Random(7)

    async def trouble(turn: dict) -> Response | None:
        await asyncio.sleep(chance.uniform(0, 0.2))
        return JSONResponse({}, 503) if chance.random() < 0.1 else None

    engine = FakeEngine(fault=trouble)
    async with world(tmp_path, engine) as (gateway, fake):
        keeper = asyncio.create_task(gateway.keep_alive())
        await gateway.ready()
        ledger = await rampage(clients(gateway.url, TOKENS["app_token"], 8), [gateway], 25, (2.0, 7.0))
        await settled(gateway.db, 60)
        orders = Counter(name for filed in fake.filed.values() for name in filed.conversations)
        report = check(gateway.db, ledger, orders)
        print(report)
        keeper.cancel()
        gateway.kill()
        assert gateway.child
        await gateway.child.wait()
    assert report.clean, f"{report}\n{report.__dict__}"
    assert report.killed["gateway"] >= 3
    assert len(engine.executed) == len(set(engine.executed))


async def test_a_gateway_killed_right_after_the_acknowledgement_still_answers(tmp_path: Path) -> None:
    async with world(tmp_path, FakeEngine(delay=1.0)) as (gateway, fake):
        await gateway.start()
        await gateway.ready()
        request = asyncio.create_task(gateway.send(DANGER))
        await until(lambda: gateway.db.exists() and _taken(gateway.db), 5)
        gateway.kill()
        assert gateway.child
        await gateway.child.wait()
        with contextlib.suppress(httpx.HTTPError):
            await request
        await gateway.start()
        await gateway.ready()
        answer = await gateway.send(DANGER)
        assert answer.status_code == 200 and f"echo:{DANGER}" in answer.text
        assert [filed.conversations for filed in fake.filed.values()] == [{conversation_of("u")}]
        gateway.child.terminate()
        assert await gateway.child.wait() == 0


def _taken(database: Path) -> bool:

    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return bool(connection.execute("SELECT count(*) FROM inbox").fetchone()[0])


async def test_a_gateway_told_to_stop_finishes_the_turn_that_runs(tmp_path: Path) -> None:
    engine = FakeEngine(delay=1.0)
    async with world(tmp_path, engine) as (gateway, _):
        await gateway.start()
        await gateway.ready()
        request = asyncio.create_task(gateway.send("你好"))
        await until(lambda: engine.running, 5)
        assert gateway.child
        gateway.child.send_signal(signal.SIGTERM)
        assert (await request).json()["messages"][0]["text"] == "echo:你好"
        assert await asyncio.wait_for(gateway.child.wait(), 10) == 0


async def test_a_start_without_secrets_says_what_is_missing_and_ends(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("GRIDCARE_")}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.gateway", cwd=ROOT, env=env,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await child.communicate()
    assert child.returncode == 2
    assert b"GRIDCARE_SESSION_KEY" in said and said.count(b"\n") == 1
