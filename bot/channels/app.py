"""The company's own app: one request per message, its logged-in customer vouched for by the app's server."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, SecretStr, model_validator

from bot.channels.message import render
from bot.channels.turns import Turns
from bot.gateway.channel import Channel
from bot.gateway.gateway import Gateway
from bot.gateway.http.problems import Problem
from bot.gateway.http.routes import bearer
from bot.gateway.settings import Secret, Settings
from bot.gateway.store import messages
from bot.gateway.store.limits import TooFast
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import Connection
from bot.gateway.turns.inbox import MAX_TEXT, Inbound, Receipt, Refused, clean
from bot.ports.identity import Level

log = structlog.get_logger()

NAME = "app"
WAIT_SECONDS = 10.0
_WAIT = re.compile(r"(?:^|[,;\s])wait=(\d{1,4})\b", re.I)
_STATUS = {"too_long": 413, "mismatch": 409}
_VOUCHED = (Level.L1, Level.L2, Level.L3)

Name = Annotated[str, Field(min_length=1, max_length=100)]
Account = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{4,32}$")]


class AppMessage(BaseModel):
    """POST /api/v1/messages."""

    message_id: Annotated[str, Field(min_length=1, max_length=80)]
    conversation: Name
    text: str | None = None
    choice: Annotated[str, Field(max_length=64)] | None = None
    accounts: list[Account] = Field(default_factory=list, max_length=20)
    level: Level | None = None

    @model_validator(mode="after")
    def _vouched_completely(self) -> AppMessage:
        if self.accounts and self.level not in _VOUCHED:
            raise ValueError("accounts need a level of L1 to L3")
        return self


def conversation_of(app_conversation: str) -> str:
    """Our name for a conversation of the app; never one that another channel could have."""
    return f"app-{hashlib.sha256(app_conversation.encode(errors='replace')).hexdigest()[:32]}"


def parse(said: AppMessage) -> Inbound:
    """The message the app sent. Raises Refused."""
    if (said.text is None) == (said.choice is None):
        raise Refused("bad_request")
    text = None if said.text is None else clean(said.text, MAX_TEXT)
    return Inbound(NAME, conversation_of(said.conversation), said.message_id, text, said.choice)


class AppSettings(Settings):
    app_token: Secret


class AppChannel(Channel):
    """Takes a message and waits for its turn."""

    name = NAME
    settings = (AppSettings,)

    def __init__(self, gateway: Gateway, token: SecretStr) -> None:
        self._gateway = gateway
        self._token = token
        self._turns = Turns(gateway)

    @classmethod
    def of(cls, gateway: Gateway) -> AppChannel:
        return cls(gateway, gateway.settings.part(AppSettings).app_token)

    def mount(self, app: FastAPI) -> None:
        async def allowed(request: Request) -> None:
            bearer(request, self._token)

        router = APIRouter(prefix="/api/v1/messages", dependencies=[Depends(allowed)])

        @router.post("")
        async def say(said: AppMessage, prefer: Annotated[str | None, Header()] = None) -> JSONResponse:
            return await self.say(said, wait_of(prefer))

        @router.get("")
        async def later(conversation: Name, after: Annotated[int, Query(ge=0)] = 0) -> dict[str, Any]:
            return await self.later(conversation, after)

        app.include_router(router)

    async def say(self, said: AppMessage, wait: float = WAIT_SECONDS) -> JSONResponse:
        """Take a message; 200 with its whole turn if that ends within `wait` seconds, else 202."""
        receipt, conversation = await self._take(said)
        answer = await self._turns.answer(receipt, conversation, wait)
        if answer is None:
            return JSONResponse({"messages": [], "cursor": receipt.seq}, 202)
        return JSONResponse({"messages": self._shown(answer.messages), "cursor": answer.cursor})

    async def _take(self, said: AppMessage) -> tuple[Receipt, str]:
        try:
            inbound = parse(said)
            await self._gateway.limits.take("message", inbound.conversation)
            return await self._gateway.store.write(self._store, inbound, said), inbound.conversation
        except TooFast as limit:
            raise Problem(429, "rate_limited", headers={"Retry-After": str(limit.retry_after)}) from None
        except Refused as refused:
            values = {"limit": MAX_TEXT}
            name = f"error_{refused.code}"
            detail = self._gateway.wording.say(name, **values) if self._gateway.wording.has(name) else ""
            raise Problem(_STATUS.get(refused.code, 422), refused.code, detail) from None
        except Exception as error:
            log.error("message_not_taken", error=type(error).__name__)
            words = self._gateway.wording.say("error_busy")
            raise Problem(503, "busy", words, {"Retry-After": "3"}) from None

    def _store(self, c: Connection, inbound: Inbound, said: AppMessage) -> Receipt:
        """The message, and whom the app vouches for from this message on."""
        receipt = self._gateway.inbox.store(c, inbound)
        level = said.level or Level.L0
        self._gateway.identity.vouch(c, inbound.conversation, level, said.accounts)
        return receipt

    async def later(self, app_conversation: str, after: int) -> dict[str, Any]:
        found = await self._gateway.store.read(messages.after, conversation_of(app_conversation), after)
        return {"messages": self._shown(found), "cursor": found[-1].seq if found else after}

    def _shown(self, found: Sequence[Message]) -> list[dict[str, Any]]:
        return [render(each, self._gateway.uploads.link) for each in found]


def wait_of(prefer: str | None) -> float:
    """Seconds the app is willing to wait: `Prefer: wait=2` (RFC 7240), at most WAIT_SECONDS."""
    asked = _WAIT.search(prefer or "")
    return min(float(asked[1]), WAIT_SECONDS) if asked else WAIT_SECONDS
