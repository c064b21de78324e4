"""Asking the engine for a turn, and what may come back instead of an answer.

EngineFault
├── Down     nobody listens there: says nothing about the message
├── Unable   no answer in time, cut off, or the engine says that it could not: may be sent again
└── Broken   refused, or not what was agreed: the message or the engine is at fault
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.gateway.store.messages import Button

TURN_SECONDS = 10.0
_TRY_AGAIN = {408, 409, 425, 429, 502, 503, 504}


class EngineFault(Exception):
    """A turn without an answer."""


class Down(EngineFault):
    """The engine cannot be reached."""


class Unable(EngineFault):
    """The engine did not carry the turn out, as far as we know."""


class Broken(EngineFault):
    """The engine will not, or what it said makes no sense."""


class Reply(BaseModel):
    """One reply of docs/protocols.md."""

    model_config = ConfigDict(extra="ignore")

    text: str | None = None
    response: str | None = None
    buttons: list[Button] | None = None
    image: str | None = None
    custom: dict[str, Any] | None = None


class EngineAnswer(BaseModel):
    """The outcome of a turn."""

    model_config = ConfigDict(extra="ignore")

    message_id: str
    replayed: bool = False
    intent: str | None = None
    confidence: float | None = None
    replies: list[Reply]


@dataclass(frozen=True)
class TurnRequest:
    """What is asked: `text` or `payload`, never both."""

    conversation: str
    message_id: str
    text: str | None
    payload: str | None
    metadata: dict[str, Any] = field(default_factory=dict)


class EngineClient:
    """The dialogue engine behind its private address."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @staticmethod
    def connect(url: str, token: str) -> EngineClient:
        """An engine over HTTP; connections are opened when used."""
        return EngineClient(
            httpx.AsyncClient(
                base_url=url,
                headers={"Authorization": f"Bearer {token}"},
                timeout=httpx.Timeout(TURN_SECONDS, connect=1.0),
                trust_env=False,
            )
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def turn(self, turn: TurnRequest) -> EngineAnswer:
        """Carry out a turn within TURN_SECONDS. Raises EngineFault."""
        try:
            async with asyncio.timeout(TURN_SECONDS):
                answer = await self._client.post("/turns", json=vars(turn))
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise Down(type(error).__name__) from None
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unable(type(error).__name__) from None
        if answer.status_code in _TRY_AGAIN:
            raise Unable(str(answer.status_code))
        if answer.status_code == 401:
            raise Down("the engine refuses our token")
        if answer.status_code != 200:
            raise Broken(str(answer.status_code))
        try:
            return EngineAnswer.model_validate_json(answer.content)
        except ValidationError:
            raise Broken("not the agreed answer") from None

    async def forget(self, sessions: Sequence[str]) -> None:
        """Delete what the engine keeps of these sessions. Raises Unable until it has."""
        try:
            for name in sessions:
                (await self._client.delete(f"/conversations/{name}")).raise_for_status()
        except httpx.HTTPError as error:
            raise Unable(type(error).__name__) from None

    async def ready(self) -> bool:
        """Whether the engine says it is ready, asked for at most a second."""
        try:
            answer = await self._client.get("/ready", timeout=1.0)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200
