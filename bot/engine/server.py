"""The engine's private door: turns in, replies out. No Rasa API, no stock channel."""

from __future__ import annotations

import hmac
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.engine.failures import TurnConflict, TurnFailed
from bot.engine.turns import METADATA, Engine, EngineTurn

MAX_BODY = 64 * 1024
MAX_TEXT = 2000
MAX_ID = 128

logger = logging.getLogger("gridcare.engine")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class MalformedRequest(ValueError):
    """The request is not what docs/protocols.md says; the message names the field."""


def application(engine: Engine, token: str) -> web.Application:
    """The HTTP application. `/live` and `/ready` are open, everything else needs the bearer token."""
    door = _Door(engine, token)
    app = web.Application(client_max_size=MAX_BODY, middlewares=[door.guard])
    app.add_routes(
        [
            web.post("/turns", door.turns),
            web.get("/conversations/{id}/slots", door.slots),
            web.delete("/conversations/{id}", door.forget),
            web.get("/live", door.live),
            web.get("/ready", door.ready),
        ]
    )
    app.on_cleanup.append(lambda _: engine.close())
    return app


class _Door:
    def __init__(self, engine: Engine, token: str) -> None:
        self._engine = engine
        self._expected = f"Bearer {token}".encode()

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        offered = request.headers.get("Authorization", "").encode(errors="replace")
        if request.path not in ("/live", "/ready") and not hmac.compare_digest(offered, self._expected):
            return _problem(401, "unauthorized")
        try:
            return await handler(request)
        except MalformedRequest as error:
            return _problem(400, "malformed", str(error))
        except TurnConflict:
            return _problem(409, "turn-running")
        except TurnFailed as error:
            logger.error("turn failed: %s %s", type(error).__name__, error)
            return _problem(503, "turn-failed", type(error).__name__)
        except web.HTTPException:
            raise
        except Exception as error:
            # Only where it happened: an error's own words may quote the customer.
            logger.error("turn broke: %s at %s", type(error).__name__, _place(error))
            return _problem(503, "turn-failed", type(error).__name__)

    async def turns(self, request: web.Request) -> web.Response:
        turn = parse_turn(await request.read())
        began = time.perf_counter()
        answer = await self._engine.take(turn)
        milliseconds = (time.perf_counter() - began) * 1000
        logger.info("turn %s %s %.1f ms", turn.message_id, answer["intent"], milliseconds)
        return _json(answer)

    async def slots(self, request: web.Request) -> web.Response:
        return _json(await self._engine.slots(_identifier(request.match_info["id"], "id")))

    async def forget(self, request: web.Request) -> web.Response:
        await self._engine.forget(_identifier(request.match_info["id"], "id"))
        return web.Response(status=204)

    async def live(self, _: web.Request) -> web.Response:
        return _json({"status": "ok"})

    async def ready(self, _: web.Request) -> web.Response:
        reasons = await self._engine.unready()
        return _json({"reasons": reasons}, status=503 if reasons else 200)


def parse_turn(body: bytes) -> EngineTurn:
    """A turn from the request's body. Raises Malformed."""
    try:
        data = json.loads(body)
    except ValueError as error:
        raise MalformedRequest("body") from error
    if not isinstance(data, dict):
        raise MalformedRequest("body")
    text, payload, metadata = data.get("text"), data.get("payload"), data.get("metadata", {})
    if payload is None and not (isinstance(text, str) and len(text) <= MAX_TEXT):
        raise MalformedRequest("text")
    if payload is not None and not (
        isinstance(payload, str) and payload.startswith("/") and len(payload) <= MAX_TEXT
    ):
        raise MalformedRequest("payload")
    if not isinstance(metadata, dict):
        raise MalformedRequest("metadata")
    return EngineTurn(
        conversation=_identifier(data.get("conversation"), "conversation"),
        message_id=_identifier(data.get("message_id"), "message_id"),
        text=str(text).encode("utf-8", "replace").decode() if payload is None else None,
        payload=payload,
        metadata={key: metadata[key] for key in METADATA if key in metadata},
    )


def _identifier(value: Any, field: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID or not value.isprintable():
        raise MalformedRequest(field)
    return value


def _json(body: Any, status: int = 200) -> web.Response:
    return web.json_response(body, status=status, dumps=lambda value: json.dumps(value, ensure_ascii=False))


def _problem(status: int, kind: str, detail: str = "") -> web.Response:
    body = {"type": f"/problems/{kind}", "title": kind, "status": status, "detail": detail}
    return web.json_response(body, status=status, content_type="application/problem+json")


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
