"""The way to the action server: one pooled session, eight seconds, a short payload, and failures that are heard."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

import aiohttp
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.engine.failures import ActionsFailed

TIMEOUT_SECONDS = 8.0
EVENTS_SENT = 50
_MISSING_DOMAIN = 449


class ActionClient(EndpointConfig):
    """What Rasa's RemoteAction posts through. Anything but 200 or 400 (a rejected action) raises ActionsFailed.

    The domain is named by its digest and sent only when the action server does not know it yet (449)."""

    def __init__(self, url: str, token: str, timeout: float = TIMEOUT_SECONDS) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        super().__init__(url.rstrip("/"), headers=headers, enable_selective_domain=True)
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=2.0)
        self._pool: aiohttp.ClientSession | None = None
        self._domain: dict[str, Any] = {}
        self._digest = ""

    def know(self, domain: Domain) -> None:
        """Take the domain of the loaded model."""
        self._domain = domain.as_dict()
        self._digest = hashlib.sha256(json.dumps(self._domain, sort_keys=True).encode()).hexdigest()

    async def request(self, *_: Any, json: dict[str, Any] | None = None, **__: Any) -> Any:
        """Run one action. Raises ActionsFailed, or ClientResponseError(400) for a rejection."""
        call = _trimmed(json or {}) | {"domain_digest": self._digest}
        status, body = await self._post(call)
        if status == _MISSING_DOMAIN:
            status, body = await self._post(call | {"domain": self._domain})
        if status == 400:
            raise ClientResponseError(status, "rejected", body.decode(errors="replace"))
        if status != 200:
            raise ActionsFailed(f"{call.get('next_action')} answered {status}")
        return _parsed(body, call)

    async def reachable(self) -> bool:
        """Whether the action server is alive."""
        try:
            async with self._session().get(f"{self.url}/live", timeout=aiohttp.ClientTimeout(2)) as response:
                return response.status == 200
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return False

    async def close(self) -> None:
        """Close the pooled connections."""
        if self._pool is not None:
            await self._pool.close()

    async def _post(self, call: dict[str, Any]) -> tuple[int, bytes]:
        try:
            async with self._session().post(f"{self.url}/webhook", json=call) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            raise ActionsFailed(f"{call.get('next_action')}: {type(error).__name__}") from error

    def _session(self) -> aiohttp.ClientSession:
        if self._pool is None:
            self._pool = aiohttp.ClientSession(headers=self.headers, timeout=self._timeout)
        return self._pool


def _trimmed(call: dict[str, Any]) -> dict[str, Any]:
    """The call with the last events only, and those without rankings and metadata of sentences gone by.

    `latest_message` stays whole: actions read its metadata and ranking."""
    tracker = call.get("tracker", {})
    events = [_slim(event) for event in tracker.get("events", [])[-EVENTS_SENT:]]
    return {**call, "tracker": {**tracker, "events": events}}


def _slim(event: dict[str, Any]) -> dict[str, Any]:
    if event.get("event") != "user":
        return event
    parse_data = {key: event["parse_data"].get(key) for key in ("intent", "entities", "text")}
    return {**event, "parse_data": parse_data, "metadata": {}}


def _parsed(body: bytes, call: dict[str, Any]) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise ActionsFailed(f"{call.get('next_action')} answered no JSON") from error
