"""`POST /desk/chatwoot`: the webhook of Chatwoot's agent bot; and what of the outside desk is plugged into the gateway."""

from __future__ import annotations

import json
from collections.abc import Sequence

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response

from bot.channels.outside.bridge import JOB, Bridge
from bot.channels.outside.chatwoot import Chatwoot, hook, signed
from bot.channels.outside.settings import ChatwootSettings, OutsideSettings
from bot.gateway.channel import Channel
from bot.gateway.gateway import Gateway
from bot.gateway.jobs.job import Job
from bot.gateway.people import cases
from bot.gateway.store.storage import Store

log = structlog.get_logger()


class OutsideDesk(Channel):
    """The desk of another system; there where one is set up."""

    name = "outside"
    settings = (OutsideSettings,)
    for_customers = False

    def __init__(self, gateway: Gateway, settings: ChatwootSettings) -> None:
        self._gateway = gateway
        self._secret = settings.secret
        self._desk = Chatwoot(settings)
        self.bridge = Bridge(gateway, self._desk)

    @classmethod
    def of(cls, gateway: Gateway) -> OutsideDesk | None:
        settings = gateway.settings.part(OutsideSettings).chatwoot
        return cls(gateway, settings) if settings else None

    def jobs(self) -> Sequence[Job]:
        return (Job(JOB, self.bridge.step, every=0.5),)

    async def stop(self) -> None:
        await self._desk.close()

    def mount(self, app: FastAPI) -> None:
        router = APIRouter(prefix="/desk")

        @router.post("/chatwoot")
        async def event(request: Request) -> Response:
            body = await request.body()
            given = (request.headers.get(f"x-chatwoot-{name}", "") for name in ("timestamp", "signature"))
            timestamp, signature = given
            secret, clock = self._secret.get_secret_value(), self._gateway.clock
            if not signed(secret, timestamp, body, signature, clock()):
                log.warning("chatwoot_hook_refused")
                return Response(status_code=403)
            try:
                told = json.loads(body)
            except ValueError:
                return Response(status_code=400)
            if isinstance(told, dict):
                await hook(self.bridge, await _references(self._gateway.store), told)
            return Response(status_code=204)

        app.include_router(router)


async def _references(store: Store) -> dict[str, str]:
    """Chatwoot's number of a conversation → our reference, for all that are open."""
    return {each.partition(":")[0]: each for each in await store.read(cases.references)}
