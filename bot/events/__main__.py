"""The process of events: `python -m bot.events` runs every consumer that is set up, until SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import uvicorn
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.events.consumer import Consumer, ConsumerSettings
from bot.events.registry import CONSUMERS
from bot.events.runner import Runner
from bot.events.storage import Received

_DAY = 86_400.0


class EventsSettings(ConsumerSettings):
    """GRIDCARE_* settings of the process (docs/operations.md)."""

    events_url: str = "http://127.0.0.1:8093"
    events_db: str = "sqlite:///.run/events.db"


def create(received: Received, consumers: Sequence[Consumer]) -> Starlette:
    """The process as an application: consumers work as long as it runs; /ready counts their events."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await received.open()
        duties = [asyncio.create_task(Runner(each, received).run()) for each in consumers]
        duties.append(asyncio.create_task(_sweep(received)))
        try:
            yield
        finally:
            for duty in duties:
                duty.cancel()
            await asyncio.gather(*duties, return_exceptions=True)
            for each in consumers:
                await each.close()
            await received.close()

    async def live(_request: Request) -> JSONResponse:
        return JSONResponse({"live": True})

    async def ready(_request: Request) -> JSONResponse:
        try:
            counts = await received.counts()
        except SQLAlchemyError as error:
            reason = f"database: {type(error).__name__}"
            return JSONResponse({"ready": False, "reasons": [reason]}, 503)
        seen = {each.name: counts.get(each.name, {}) for each in consumers}
        return JSONResponse({"ready": True, "reasons": [], "events": seen})

    return Starlette(routes=[Route("/live", live), Route("/ready", ready)], lifespan=lifespan)


async def _sweep(received: Received) -> None:
    while True:
        await received.sweep(time.time())
        await asyncio.sleep(_DAY)


def main() -> int:
    """0 after a clean stop; 2 with one line on standard error when the settings are wrong or ask for nothing."""
    try:
        settings = EventsSettings()
        consumers = [made for kind in CONSUMERS if (made := kind.of())]
    except ValidationError as wrong:
        faults = (
            f"{'GRIDCARE_' + str(e['loc'][0]).upper() + ' ' if e['loc'] else ''}{e['msg']}"
            for e in wrong.errors()
        )
        print(f"events: {'; '.join(faults)}", file=sys.stderr)
        return 2
    if not consumers:
        print("events: no consumer is set up", file=sys.stderr)
        return 2
    address = httpx.URL(settings.events_url)
    config = uvicorn.Config(
        create(Received(settings.events_db), consumers), host=address.host, port=address.port or 8093,
        access_log=False, log_config=None, server_header=False,
    )  # fmt: skip
    # uvicorn repeats the signal that stopped it once everything is closed: that is a clean end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = uvicorn.Server(config)
    server.run()
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
