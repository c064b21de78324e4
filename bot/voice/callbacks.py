"""Calls back: the gateway says whom to call and when, the line dials and tells what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import structlog

from bot.voice.exchange import Exchange
from bot.voice.sip.dial import NotAnswered
from bot.voice.sip.endpoint import SipEndpoint

log = structlog.get_logger()
_PATH = "/internal/v1/voice/callbacks"


class CallBacks:
    """`run` is a duty for ever; `pause` seconds between two questions whether somebody waits."""

    def __init__(
        self, client: httpx.AsyncClient, endpoint: SipEndpoint, exchange: Exchange, pause: float = 5.0
    ) -> None:
        self._client = client
        self._endpoint = endpoint
        self._exchange = exchange
        self._pause = pause
        self._calls: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        try:
            while True:
                due = await self._next()
                if due is None:
                    await asyncio.sleep(self._pause)
                    continue
                task = asyncio.create_task(self._call(due))
                self._calls.add(task)
                task.add_done_callback(self._calls.discard)
        finally:
            for task in self._calls:
                task.cancel()

    async def _next(self) -> Mapping[str, Any] | None:
        try:
            answer = await self._client.post(f"{_PATH}/next")
            answer.raise_for_status()
            due: Mapping[str, Any] | None = answer.json()
            return due
        except httpx.HTTPError as fault:
            log.error("gateway_gone", fault=type(fault).__name__)
            return None

    async def _call(self, due: Mapping[str, Any]) -> None:
        try:
            line = await self._endpoint.dial(due["phone"], due["ring"])
        except NotAnswered as fault:
            outcome = fault.why
        else:
            outcome = await self._exchange.call_back(line, due)
        log.info("called_back", callback=due["id"], outcome=outcome)
        try:
            answer = await self._client.post(f"{_PATH}/{due['id']}", json={"outcome": outcome})
            answer.raise_for_status()
        except httpx.HTTPError as fault:
            log.error("outcome_not_told", callback=due["id"], fault=type(fault).__name__)
