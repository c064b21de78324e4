"""The gateway as one call sees it: what the caller says goes there, what is to be said comes from there."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import httpx

from bot.voice.events import Known, Replied, Send, Told

_TRIES = 3


class Gone(Exception):
    """The gateway cannot be reached or refused the message."""


class Brain:
    """One call's conversation. `client` carries the gateway's address and the voice token."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._path = ""
        self._cursor = 0
        self.conversation: str | None = None
        """The gateway's name for it; None until the call is open."""

    async def open(self, call: str, caller: str | None, asserted: bool = False) -> Known:
        """Find the conversation of this call. `asserted`: a trunk of ours vouches for the number. Raises Gone."""
        opened = {"call": call, "caller": caller, "asserted": asserted}
        body = dict(await self._ask("POST", "/internal/v1/voice/calls", json=opened))
        return self.resume(body)

    def resume(self, body: Mapping[str, Any]) -> Known:
        """Go on with the conversation that the gateway has named."""
        self.conversation, self._cursor = body["conversation"], body["cursor"]
        self._path = f"/internal/v1/voice/calls/{self.conversation}"
        return Known(body.get("elder", False), body.get("person_first", False), body.get("first", False))

    async def say(self, send: Send) -> Replied:
        """Hand in what the caller said and wait for the turn; the same message is sent again when a connection
        breaks, and taken once. Raises Gone."""
        said = {"message_id": str(uuid.uuid4()), **asdict(send)}
        return self._replied(await self._ask("POST", f"{self._path}/messages", json=said))

    async def call_back(self, phone: str) -> Replied:
        """Ask for a call to this number. Raises Gone."""
        return self._replied(await self._ask("POST", f"{self._path}/callback", json={"phone": phone}))

    async def cut(self, seq: int, heard: float) -> None:
        """Of this message only a share was heard. A note for agents: when it cannot be brought, it is lost."""
        with suppress(httpx.HTTPError):
            await self._client.post(f"{self._path}/cut", json={"seq": seq, "heard": round(heard, 2)})

    async def listen(self, wait: float = 20.0) -> Replied:
        """What comes without being asked: an agent's words, a late answer. Raises Gone."""
        return self._replied(
            await self._ask("GET", f"{self._path}/messages", params={"after": self._cursor, "wait": wait})
        )

    def _replied(self, body: dict[str, Any]) -> Replied:
        fresh = [each for each in body["messages"] if each["seq"] > self._cursor]
        self._cursor = max(self._cursor, body["cursor"])
        told = tuple(
            Told(
                each["text"], tuple((key, title) for key, title in each["options"]), each["asks"], each["seq"]
            )
            for each in fresh
        )
        return Replied(told, body["owner"], body["on_duty"], body["ended"])

    async def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        for left in reversed(range(_TRIES)):
            try:
                answer = await self._client.request(method, path, **more)
                answer.raise_for_status()
                return dict(answer.json())
            except httpx.TransportError as fault:
                if not left:
                    raise Gone(type(fault).__name__) from fault
            except httpx.HTTPStatusError as fault:
                raise Gone(f"status {fault.response.status_code}") from fault
        raise AssertionError
