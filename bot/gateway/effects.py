"""Carrying out what a turn asks for, inside the commit that stores its replies (docs/protocols.md)."""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa
import structlog
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gateway import handoff, messages, submissions
from bot.gateway import tables as t
from bot.gateway.engine import Button, Reply
from bot.gateway.texts import Wording

log = structlog.get_logger()

CARDS = {"bill_history", "bill", "order", "outage", "documents"}


class Handover(BaseModel):
    reason: str = Field(max_length=24)
    skill: str = Field("general", max_length=16)
    priority: int = Field(5, ge=0, le=9)
    summary: str = Field("", max_length=600)
    slots: dict[str, Any] = Field(default_factory=dict)


class Deferred(BaseModel):
    operation: str
    key: str = Field(min_length=1, max_length=100)
    body: dict[str, Any]


class Writer:
    """Stores the messages of one turn, in order, each under a key of its own."""

    def __init__(self, c: AsyncConnection, wording: Wording, row: t.Record, heard: bool) -> None:
        self._c = c
        self._wording = wording
        self._row = row
        self._state = "pending" if heard else "suppressed"
        self._heard = heard
        self.count = 0

    async def reply(self, reply: Reply) -> None:
        """Store what a reply shows and carry out what it asks for."""
        body: dict[str, Any] = {"text": reply.text} if reply.text else {}
        if reply.image:
            body["image"] = {"url": reply.image, "alt": ""}
        custom = reply.custom or {}
        if custom.get("type") == "card" and custom.get("card") in CARDS:
            body["card"] = {"card": custom["card"], "data": custom.get("data", {})}
        if body:
            await self.say(body, reply.buttons)
        if custom and "card" not in body:
            await self._effect(custom)

    async def say(self, body: dict[str, Any], buttons: list[Button] | None = None) -> None:
        """Store one message; its buttons' payloads stay here, the customer gets ids."""
        if buttons:
            body = {**body, "quick_replies": await self._keep(buttons)}
        key = f"re:{self._row.id}:{self.count}"
        self.count += 1
        await messages.add(
            self._c, self._row.conversation, key, body, inbox_id=self._row.id, state=self._state
        )

    async def _keep(self, buttons: list[Button]) -> list[dict[str, str]]:
        rows = [
            {"id": secrets.token_urlsafe(12), "title": each.title[:120], "payload": each.payload,
             "conversation": self._row.conversation, "turn": self._row.id}
            for each in buttons
        ]  # fmt: skip
        await self._c.execute(sa.insert(t.button), rows)
        return [{"id": row["id"], "title": row["title"]} for row in rows]

    async def _effect(self, custom: dict[str, Any]) -> None:
        try:
            match custom.get("type"):
                case "handover":
                    await self._handover(Handover.model_validate(custom))
                case "deferred":
                    await self._deferred(Deferred.model_validate(custom))
                case "end_session":
                    await self._end_session()
                case _:
                    log.warning("effect_unknown", inbox=self._row.id)
        except (ValidationError, TypeError, KeyError) as error:
            log.error("effect_malformed", inbox=self._row.id, error=type(error).__name__)

    async def _handover(self, wish: Handover) -> None:
        if not self._heard:
            return
        ticket, fresh = await handoff.request(self._c, self._row.conversation, **wish.model_dump())
        on_duty = await handoff.somebody_on_duty(self._c)
        text = "handover_promise" if on_duty else "handover_promise_off_duty"
        await self.say({"text": self._wording.say(text if fresh else "handover_again", ticket=ticket)})

    async def _deferred(self, wish: Deferred) -> None:
        """A confirmed wish is carried out even when nobody hears the reply any more."""
        if wish.operation not in ("report_fault", "apply", "voice"):
            raise KeyError(wish.operation)
        submissions.build(wish.operation, wish.body)
        await submissions.add(self._c, wish.key, self._row.conversation, wish.operation, wish.body)

    async def _end_session(self) -> None:
        talk = t.conversation
        await self._c.execute(
            sa.update(talk).where(talk.c.id == self._row.conversation).values(session=talk.c.session + 1)
        )
