"""Carrying out what a turn asks for, inside the commit that stores its replies (docs/protocols.md)."""

from __future__ import annotations

import re
from typing import Any

import structlog
from pydantic import BaseModel, Field, ValidationError

from bot.gateway.people import handoff
from bot.gateway.people.desk import Desk
from bot.gateway.store import sms
from bot.gateway.store.messages import Button, Pen, keep_buttons
from bot.gateway.turns import personal, submissions
from bot.gateway.turns.engine import Reply
from bot.gateway.turns.operations import OPERATIONS

log = structlog.get_logger()

_ASKS = re.compile(r"utter_ask_(?:\w+_form_)?(\w+)")
_PERSON = "/request_human"
CARDS = {"bill_history", "bill", "order", "outage", "documents"}


class Handover(BaseModel):
    reason: str = Field(max_length=24)
    skill: str = Field("general", max_length=16)
    priority: int = Field(5, ge=0, le=9)
    summary: str = Field("", max_length=600)
    slots: dict[str, Any] = Field(default_factory=dict)
    elder: bool = False


class TextMessage(BaseModel):
    phone: str = Field(pattern=r"^\+?[0-9]{5,20}$")
    about: str = Field(pattern=r"^(order|application)$")
    values: dict[str, str]


class Deferred(BaseModel):
    operation: str
    key: str = Field(min_length=1, max_length=100)
    body: dict[str, Any]


class Writer:
    """Writes the messages of one turn, in order, each under a key of its own. `cause`: the name of the message they answer
    (messages.cause). `heard` False: nobody sees them."""

    def __init__(self, pen: Pen, desk: Desk, inbox_id: int, cause: str, heard: bool) -> None:
        self._pen = pen
        self._desk = desk
        self._inbox_id = inbox_id
        self._cause = cause
        self._heard = heard
        self.count = 0
        self.offers_person = self.wants_person = False

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
        if body and (asks := _ASKS.match(reply.response or "")):
            body["asks"] = asks[1]
        if body:
            self.say(body, reply.buttons)
        if custom and not body.keys() & {"card", "profile"}:
            self._effect(custom)

    def say(self, body: dict[str, Any], buttons: list[Button] | None = None) -> None:
        """Store one message; its buttons' payloads stay here, the customer gets ids."""
        if buttons:
            self.offers_person |= self._heard and any(each.payload.startswith(_PERSON) for each in buttons)
            body = {**body, "quick_replies": keep_buttons(self._pen, self._inbox_id, buttons)}
        key = f"re:{self._inbox_id}:{self.count}"
        self.count += 1
        self._pen.write(key, body, inbox_id=self._inbox_id, heard=self._heard)

    def _effect(self, custom: dict[str, Any]) -> None:
        try:
            match custom.get("type"):
                case "handover":
                    self._handover(Handover.model_validate(custom))
                case "deferred":
                    self._deferred(Deferred.model_validate(custom))
                case "text_message":
                    self._text(TextMessage.model_validate(custom))
                case "erase":
                    self._erase()
                case "end_session":
                    self._end_session()
                case _:
                    log.warning("effect_unknown", inbox=self._inbox_id)
        except (ValidationError, TypeError, KeyError) as error:
            log.error("effect_malformed", inbox=self._inbox_id, error=type(error).__name__)

    def _handover(self, wish: Handover) -> None:
        if self._heard:
            _, text = self._desk.call(self._pen.c, self._pen.talk.id, handoff.Wish(**wish.model_dump()))
            self.say({"text": text})
            self.wants_person = True

    def _deferred(self, wish: Deferred) -> None:
        """A confirmed wish is carried out even when nobody hears the reply any more."""
        if not OPERATIONS[wish.operation].deferrable:
            raise KeyError(wish.operation)
        submissions.add(self._pen.c, wish.key, self._pen.talk.id, wish.operation, wish.body)

    def _text(self, wish: TextMessage) -> None:
        text = self._desk.wording.say(f"sms_{wish.about}", **wish.values)
        sms.queue(self._pen.c, wish.phone, text, sms.DAY)

    def _erase(self) -> None:
        """What the customer had asked for and confirmed is done though nobody may hear of it."""
        personal.erase(self._pen, self._desk.wording.say("erased"), self._cause)

    def _end_session(self) -> None:
        self._pen.changes["session"] = self._pen.talk.session + 1
