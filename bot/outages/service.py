"""The HTTP side of the outages process: routes translate and nothing more (docs/protocols.md)."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException, Request

from bot.outages.settings import OutagesSettings
from bot.outages.store import EventLog, Kept
from bot.outages.watch import OutageWatch

log = structlog.get_logger()
MOST = 5000


def create(settings: OutagesSettings, watch: OutageWatch, events: EventLog) -> FastAPI:
    """The application; it looks every so often while it runs."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(events.open)
        await watch.open()
        looking = asyncio.create_task(_look(watch, settings.outages_every))
        yield
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking
        events.close()

    app = FastAPI(
        title="GridCare outages", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.include_router(_health(events))
    app.include_router(_routes(watch, settings.outages_token.get_secret_value()))
    return app


async def _look(watch: OutageWatch, every: float) -> None:
    while True:
        try:
            await watch.look()
        except Exception as error:  # the next look goes on from the log
            log.error("look_failed", error=type(error).__name__)
        await asyncio.sleep(every)


def _health(events: EventLog) -> APIRouter:
    router = APIRouter()

    @router.get("/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/ready")
    async def ready() -> dict[str, str]:
        await asyncio.to_thread(events.check)
        return {"status": "ready"}

    return router


def _routes(watch: OutageWatch, token: str) -> APIRouter:
    def known(request: Request) -> None:
        said = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(said, f"Bearer {token}".encode()):
            raise HTTPException(401)

    router = APIRouter(prefix="/v1", dependencies=[Depends(known)])

    @router.post("/events")
    async def post_events(told: Annotated[list[dict[str, Any]], Body(max_length=MOST)]) -> dict[str, Any]:
        """Events of meters and devices; kept before this answers, each once."""
        taken = await watch.hear(told)
        return {**asdict(taken), "refused": [{"place": place, "why": why} for place, why in taken.refused]}

    @router.get("/outages")
    async def get_outages() -> list[dict[str, Any]]:
        """What is found and not over, with reasons and history."""
        return [_wire(each) for each in watch.outages()]

    @router.get("/questions")
    async def get_questions() -> dict[str, Any]:
        """The meters to ask now whether they have power; the answers are events."""
        return {"meters": list(watch.asked)}

    @router.get("/suspects")
    async def get_suspects() -> list[dict[str, Any]]:
        """Meters that probably hang elsewhere."""
        return [asdict(each) for each in watch.suspects()]

    return router


def _wire(kept: Kept) -> dict[str, Any]:
    return {**asdict(kept.outage), "reason": kept.reason}
