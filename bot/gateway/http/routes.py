"""What the gateway answers apart from its channels: health, the private identity API, the demo's SMS outbox."""

from __future__ import annotations

import asyncio
import hmac
from html import escape
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field, SecretStr

from bot.gateway.customer.identity import ProofOutcome, TooMany, UnknownConversation, conversation_of
from bot.gateway.gateway import Gateway
from bot.gateway.http.problems import Problem
from bot.gateway.jobs.leases import Ran
from bot.gateway.store import announcements, sms
from bot.gateway.store.clock import iso
from bot.gateway.turns import backlog, personal
from bot.ports.errors import CompanyError

_SMS_PAGE = Path(__file__).parents[3] / "data" / "gateway" / "sms_outbox.html"

Account = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{4,32}$")]
Item = Annotated[str, Field(min_length=1, max_length=200)]


class MatchRequest(BaseModel):
    account_no: Account
    items: dict[Literal["holder_name", "address", "meter_no", "phone_tail"], Item] = Field(min_length=1)


class FindRequest(BaseModel):
    holder_name: Item
    address: Item


class CodeRequest(BaseModel):
    account_no: Account
    helper: Annotated[str, Field(pattern=r"^1[0-9]{10}$")] | None = (
        None  # a phone that may act for the holder then
    )


class CodeCheck(BaseModel):
    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


def bearer(request: Request, secret: SecretStr) -> None:
    """Raises a 401 problem unless the request carries this token."""
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {secret.get_secret_value()}".encode()):
        raise Problem(401, "unauthorized", headers={"WWW-Authenticate": "Bearer"})


def health(gateway: Gateway) -> APIRouter:
    """/live and /ready."""
    router = APIRouter()

    @router.get("/live")
    async def live() -> JSONResponse:
        """Whether the process works at all; one that does not is to be replaced."""
        stuck = gateway.jobs.stuck()
        return JSONResponse({"live": not stuck, "stuck": stuck}, 503 if stuck else 200)

    @router.get("/ready")
    async def ready() -> JSONResponse:
        """The database must write and read; engine and jobs are reported, since messages are safe without them."""
        reasons = [f"job {name} is stuck" for name in gateway.jobs.stuck()]
        jobs: dict[str, Ran] = {}
        told: dict[str, Any] = {}
        try:
            async with asyncio.timeout(1):
                await gateway.store.check()
                jobs = await gateway.jobs.ran()
                told = {
                    "waiting": vars(await gateway.store.read(backlog.waiting)),
                    "texts_given_up": await gateway.store.read(sms.given_up),
                    "announcements": await gateway.store.read(announcements.counts),
                }
        except Exception as error:
            reasons.append(f"database: {type(error).__name__}")
        engine, beats = await gateway.engine.ready(), gateway.jobs.beats()
        body = {
            "ready": not reasons, "reasons": reasons, "engine": "ready" if engine else "not ready",
            "jobs": {
                name: {"beat_at": (beat := beats.get(name)) and iso(beat), **each.shown()} for name, each in jobs.items()
            },
            "company_clock_ahead": None if (ahead := gateway.company.ahead()) is None else round(ahead, 1), **told,
        }  # fmt: skip
        return JSONResponse(body, 503 if reasons else 200)

    return router


def identity(gateway: Gateway) -> APIRouter:
    """The private API of actions; never proxied outside."""

    async def allowed(request: Request) -> None:
        bearer(request, gateway.settings.internal_token)

    router = APIRouter(
        prefix="/internal/v1/identity/{name}", include_in_schema=False, dependencies=[Depends(allowed)]
    )

    @router.post("/match")
    async def match(name: str, body: MatchRequest) -> dict[str, Any]:
        with _ProofRefusals():
            items = {str(name): said for name, said in body.items.items()}
            return _proof(await gateway.identity.match(conversation_of(name), body.account_no, items))

    @router.post("/find")
    async def find(name: str, body: FindRequest) -> dict[str, Any]:
        with _ProofRefusals():
            found = await gateway.identity.find(conversation_of(name), body.holder_name, body.address)
            return _proof(found)

    @router.post("/code")
    async def code(name: str, body: CodeRequest) -> dict[str, Any]:
        with _ProofRefusals():
            sent = await gateway.identity.send_code(conversation_of(name), body.account_no, body.helper)
            return {"sent": True, "phone_masked": sent.phone_masked, "expires_in": sent.expires_in}

    @router.post("/code/check")
    async def check(name: str, body: CodeCheck) -> dict[str, Any]:
        with _ProofRefusals():
            return _proof(await gateway.identity.check_code(conversation_of(name), body.code))

    @router.get("/stored")
    async def stored(name: str) -> dict[str, int]:
        return await gateway.store.read(personal.stored, conversation_of(name))

    return router


class _ProofRefusals:
    """Turns what identity raises into problems."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, TooMany):
            wait = {"Retry-After": str(error.retry_after)}
            raise Problem(429, "too-many-tries", headers=wait) from None
        if isinstance(error, UnknownConversation):
            raise Problem(404, "not-found") from None
        if isinstance(error, CompanyError):
            raise Problem(503, "unavailable", headers={"Retry-After": "5"}) from None


def _proof(outcome: ProofOutcome) -> dict[str, Any]:
    who = outcome.who
    return {
        "matched": outcome.matched, "subject": who.token, "level": who.level.value,
        "accounts": list(who.accounts), "tries_left": outcome.tries_left,
    }  # fmt: skip


def demo(gateway: Gateway) -> APIRouter:
    """The visible SMS outbox of a demo."""
    router = APIRouter(prefix="/dev")

    @router.get("/sms")
    async def page() -> HTMLResponse:
        rows = await gateway.store.read(sms.newest)
        items = "".join(
            f"<li>{iso(row['created_at'])} {escape(row['phone'])}: {escape(row['text'])}</li>" for row in rows
        )
        return HTMLResponse(_SMS_PAGE.read_text(encoding="utf-8").replace("{items}", items))

    @router.get("/sms.json")
    async def listing() -> dict[str, Any]:
        rows = await gateway.store.read(sms.newest)
        messages = [{**row, "created_at": iso(row["created_at"])} for row in rows]
        return {"demo": True, "sent": False, "messages": messages}

    return router
