"""Carrying out what a turn asks for, inside the commit that stores its replies (docs/protocols.md)."""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa
import structlog
from pydantic import BaseModel, Field, ValidationError

from bot.gateway import handoff, personal, submissions
from bot.gateway import tables as t
from bot.gateway.engine import Button, Reply
from bot.gateway.messages import Pen
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
    """Writes the messages of one turn, in order, each under a key of its own. `heard` False: nobody sees them."""

    def __init__(self, pen: Pen, wording: Wording, inbox_id: int, heard: bool) -> None:
        self._pen = pen
        self._wording = wording
        self._inbox_id = inbox_id
        self._heard = heard
        self.count = 0

    def reply(self, reply: Reply) -> None:
        """Store what a reply shows and carry out what it asks for."""
        body: dict[str, Any] = {"text": reply.text} if reply.text else {}
        if reply.image:
            body["image"] = {"url": reply.image, "alt": ""}
        custom = reply.custom or {}
        if custom.get("type") == "card" and custom.get("card") in CARDS:
            body["card"] = {"card": custom["card"], "data": custom.get("data", {})}
        if body and custom.get("type") == "profile":
            body["profile"] = {"elder": custom.get("elder") is True}
        if body:
            self.say(body, reply.buttons)
        if custom and not body.keys() & {"card", "profile"}:
            self._effect(custom)

    def say(self, body: dict[str, Any], buttons: list[Button] | None = None) -> None:
        """Store one message; its buttons' payloads stay here, the customer gets ids."""
        if buttons:
            body = {**body, "quick_replies": self._keep(buttons)}
        key = f"re:{self._inbox_id}:{self.count}"
        self.count += 1
        self._pen.write(key, body, inbox_id=self._inbox_id, heard=self._heard)

    def _keep(self, buttons: list[Button]) -> list[dict[str, str]]:
        rows = [
            {"id": secrets.token_urlsafe(12), "title": each.title[:120], "payload": each.payload,
             "conversation": self._pen.talk.id, "turn": self._inbox_id}
            for each in buttons
        ]  # fmt: skip
        self._pen.c.execute(sa.insert(t.button), rows)
        return [{"id": row["id"], "title": row["title"]} for row in rows]

    def _effect(self, custom: dict[str, Any]) -> None:
        try:
            match custom.get("type"):
                case "handover":
                    self._handover(Handover.model_validate(custom))
                case "deferred":
                    self._deferred(Deferred.model_validate(custom))
                case "erase":
                    self._erase()
                case "end_session":
                    self._end_session()
                case _:
                    log.warning("effect_unknown", inbox=self._inbox_id)
        except (ValidationError, TypeError, KeyError) as error:
            log.error("effect_malformed", inbox=self._inbox_id, error=type(error).__name__)

    def _handover(self, wish: Handover) -> None:
        if not self._heard:
            return
        ticket, fresh = handoff.request(self._pen.c, self._pen.talk.id, **wish.model_dump())
        on_duty = handoff.somebody_on_duty(self._pen.c)
        text = "handover_promise" if on_duty else "handover_promise_off_duty"
        self.say({"text": self._wording.say(text if fresh else "handover_again", ticket=ticket)})

    def _deferred(self, wish: Deferred) -> None:
        """A confirmed wish is carried out even when nobody hears the reply any more."""
        if wish.operation not in ("report_fault", "apply", "voice"):
            raise KeyError(wish.operation)
        submissions.build(wish.operation, wish.body)
        submissions.add(self._pen.c, wish.key, self._pen.talk.id, wish.operation, wish.body)

    def _erase(self) -> None:
        """What the customer had asked for and confirmed is done though nobody may hear of it."""
        personal.erase(self._pen, self._wording.say("erased"), self._inbox_id)

    def _end_session(self) -> None:
        self._pen.changes["session"] = self._pen.talk.session + 1
