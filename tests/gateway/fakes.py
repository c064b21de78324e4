"""What the gateway's tests put in place of its neighbours: an engine over real HTTP, and settings that start."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import uvicorn
from alembic import command
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.gateway.settings import GatewaySettings
from bot.gateway.store.storage import migrations
from scripts.ports import free_port
from tests.ports.fake import FakeCompany, household

ACCOUNT = "0100000000123"
TOKENS = {
    name: f"made-up-{name}-for-tests"
    for name in ("engine_token", "internal_token", "app_token", "subject_key", "session_key")
}


@cache
def _empty_database() -> bytes:
    """A gateway's SQLite file with the newest schema and nothing in it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gateway.db"
        engine = sa.create_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            command.upgrade(migrations(connection), "head")
        engine.dispose()
        return file.read_bytes()


def settings(folder: Path, **changes: Any) -> GatewaySettings:
    """Settings on a database in `folder`."""
    if not (folder / "gateway.db").exists():
        (folder / "gateway.db").write_bytes(_empty_database())
    values: dict[str, Any] = {
        **TOKENS,
        "gateway_db": f"sqlite+aiosqlite:///{folder / 'gateway.db'}",
        "upload_dir": folder / "uploads",
        "web_dir": folder / "dist",
        "demo": True,
    }
    return GatewaySettings(**{**values, **changes})


def company() -> FakeCompany:
    """One household on file."""
    return FakeCompany(household(ACCOUNT))


def agent(name: str, at: float, **more: Any) -> dict[str, Any]:
    """A row of an agent who sits at the desk at that time, general skills, three places."""
    row = {
        "name": name, "display": name, "password": "", "totp": None, "totp_used": 0, "roles": ["agent"],
        "skills": ["general"], "level": 0, "capacity": 3, "state": "online", "seen_at": at, "idle_since": at,
        "created_at": at,
    }  # fmt: skip
    return {**row, **more}


@dataclass
class FakeEngine:
    """POST /turns as docs/protocols.md has it: stored replies for a known id, 409 for a second turn of a
    conversation, and any trouble a test asks for."""

    answer: Callable[[dict[str, Any]], list[dict[str, Any]]] = lambda turn: [{"text": f"echo:{turn['text']}"}]
    intent: str = "greet"
    delay: float = 0.0
    fault: Callable[[dict[str, Any]], Awaitable[Response | None] | None] = lambda turn: None
    turns: list[dict[str, Any]] = field(default_factory=list)
    executed: list[str] = field(default_factory=list)
    stored: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    forgotten: list[str] = field(default_factory=list)
    refuses_to_forget: int = 0
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def turn(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKENS['engine_token']}":
            return JSONResponse({}, 401)
        turn = await request.json()
        self.turns.append(turn)
        trouble = self.fault(turn)
        if trouble is not None and (response := await trouble) is not None:
            return response
        key = (turn["conversation"], turn["message_id"])
        if key in self.stored:
            return JSONResponse({**self.stored[key], "replayed": True})
        if turn["conversation"] in self.running:
            return JSONResponse({}, 409)
        self.running.add(turn["conversation"])
        try:
            await asyncio.sleep(self.delay)
            self.executed.append(turn["message_id"])
            self.stored[key] = {
                "message_id": turn["message_id"], "replayed": False, "intent": self.intent,
                "confidence": 0.9, "also": [], "replies": self.answer(turn),
            }  # fmt: skip
        finally:
            self.running.discard(turn["conversation"])
        return JSONResponse(self.stored[key])

    async def forget(self, request: Request) -> Response:
        if self.refuses_to_forget:
            self.refuses_to_forget -= 1
            return JSONResponse({}, 503)
        self.forgotten.append(request.path_params["id"])
        return Response(status_code=204)

    async def ready(self, _request: Request) -> Response:
        return JSONResponse({})

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/turns", self.turn, methods=["POST"]),
                Route("/conversations/{id}", self.forget, methods=["DELETE"]),
                Route("/ready", self.ready),
            ]
        )

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[FakeEngine]:
        """Listen on `port` until the block ends; may be entered again, as an engine that restarts."""
        async with serve(self.app, self.port):
            yield self


@contextlib.asynccontextmanager
async def serve(app: Any, port: int) -> AsyncIterator[None]:
    """An ASGI app on a real socket."""
    config = uvicorn.Config(app, port=port, log_config=None, timeout_graceful_shutdown=0, lifespan="auto")
    server = _Quiet(config)
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started or task.done())
    try:
        yield
    finally:
        server.should_exit = True
        await task


class _Quiet(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        yield


async def until(true: Callable[[], Any], seconds: float = 5.0) -> Any:
    """Wait for something to become true and give it back; fail when it does not."""
    async with asyncio.timeout(seconds):
        while True:
            found = true()
            found = await found if asyncio.iscoroutine(found) else found
            if found:
                return found
            await asyncio.sleep(0.02)
