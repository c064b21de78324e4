"""The telephone: the private door of the voice process. A call is a conversation like any other.

The caller's number never becomes the conversation's name: that is an HMAC of it, the same for each call of the number.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from pydantic import BaseModel, Field

from bot.channels.turns import Turns
from bot.company.ports import CompanyError, Level
from bot.gateway import agents, messages
from bot.gateway import tables as t
from bot.gateway.gateway import Gateway
from bot.gateway.inbox import Inbound, Refused, clean, open_conversation
from bot.gateway.limits import TooFast
from bot.gateway.messages import Message
from bot.gateway.problems import Problem
from bot.gateway.routes import bearer

MAX_TEXT = 500
WAIT_SECONDS = 20.0
_PATIENCE = 2.0

Call = Annotated[str, Field(pattern=r"^[\w.:@-]{1,100}$")]
Number = Annotated[str, Field(pattern=r"^\+?[0-9]{3,20}$")]


class Opened(BaseModel):
    """POST /internal/v1/voice/calls. `caller` is absent when the number is withheld; `asserted`: a trunk vouches for it."""

    call: Call
    caller: Number | None = None
    asserted: bool = False


class Heard(BaseModel):
    """POST /internal/v1/voice/calls/{conversation}/messages: what the caller said, or the option chosen."""

    message_id: Annotated[str, Field(min_length=1, max_length=80)]
    text: str | None = None
    choice: Annotated[str, Field(max_length=64)] | None = None
    elder: bool | None = None


def conversation_of(key: str, opened: Opened) -> str:
    """Our name for the conversation of a number, or of this one call when the number is withheld."""
    of = f"number:{opened.caller}" if opened.caller else f"call:{opened.call}"
    return f"tel-{hmac.new(key.encode(), of.encode(), hashlib.sha256).hexdigest()[:32]}"


def parse(conversation: str, heard: Heard) -> Inbound:
    """What the caller said. Raises Refused."""
    if (heard.text is None) == (heard.choice is None):
        raise Refused("bad_request")
    text = None if heard.text is None else clean(heard.text, MAX_TEXT)
    return Inbound("voice", conversation, heard.message_id, text, heard.choice, elder=heard.elder)


def speakable(message: Message) -> dict[str, Any]:
    """A message as the telephone needs it: words, options, what is asked. Documents of a card are told."""
    body = message.body
    text = body.get("text", "")
    if (card := body.get("card", {})).get("card") == "documents":
        text += "，".join(card["data"].get("items", ()))
    options = [[each["id"], each["title"]] for each in body.get("quick_replies", ())]
    return {
        "seq": message.seq, "from": message.author, "text": text, "options": options, "asks": body.get("asks"),
    }  # fmt: skip


class VoiceChannel:
    """Takes what callers say and waits for its turn."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._turns = Turns(gateway)

    async def open(self, opened: Opened) -> dict[str, Any]:
        """Which conversation this call goes on with, and after which number."""
        name = conversation_of(self._gateway.settings.session_key.get_secret_value(), opened)
        newest = await self._gateway.store.read(messages.last_seq, (name,))
        if opened.caller and opened.asserted:
            await self._recognise(name, opened.caller)
        return {"conversation": name, "cursor": newest.get(name, 0)}

    async def _recognise(self, conversation: str, number: str) -> None:
        """The accounts this number is on file for, at the level that a calling number gives; none when nobody says."""
        try:
            async with asyncio.timeout(_PATIENCE):
                accounts = await self._gateway.company.verification.accounts_of_phone(number)
        except (CompanyError, TimeoutError):
            return

        def vouch(c: sa.Connection) -> None:
            open_conversation(c, conversation, "voice")
            self._gateway.identity.vouch(c, conversation, Level.L1, accounts)

        await self._gateway.store.write(vouch)

    async def say(self, conversation: str, heard: Heard) -> dict[str, Any]:
        try:
            inbound = parse(conversation, heard)
            await self._gateway.limits.take("message", conversation)
            receipt = await self._gateway.inbox.take(inbound)
        except TooFast as limit:
            raise Problem(429, "rate_limited", headers={"Retry-After": str(limit.retry_after)}) from None
        except Refused as refused:
            raise Problem(409 if refused.code == "mismatch" else 422, refused.code) from None
        answer = await self._turns.answer(receipt, conversation, WAIT_SECONDS)
        found, cursor = (answer.messages, answer.cursor) if answer else ([], receipt.seq)
        return await self._told(conversation, found, cursor)

    async def later(self, conversation: str, after: int, wait: float) -> dict[str, Any]:
        found = await self._turns.more(conversation, after, wait)
        return await self._told(conversation, found, found[-1].seq if found else after)

    async def _told(self, conversation: str, found: list[Message], cursor: int) -> dict[str, Any]:
        state = await self._gateway.store.read(_state, conversation)
        shown = [speakable(each) for each in found if each.author != "customer"]
        return {"messages": shown, "cursor": cursor, **state}


def _state(c: sa.Connection, conversation: str) -> dict[str, Any]:
    """Who has the word, whether somebody is at the desk, and whether everything the caller said is answered."""
    talk = messages.find_talk(c, conversation)
    waiting = sa.select(t.inbox.c.id).where(t.inbox.c.conversation == conversation, t.inbox.c.state == t.NEW)
    return {
        "owner": talk.owner if talk else "bot",
        "on_duty": agents.somebody_on_duty(c),
        "ended": c.execute(waiting.limit(1)).first() is None,
    }


def mount(app: FastAPI, gateway: Gateway) -> None:
    """Plug the channel into the gateway's application, where a voice process is set up."""
    token = gateway.settings.voice_token
    if token is None:
        return
    channel = VoiceChannel(gateway)

    async def allowed(request: Request) -> None:
        bearer(request, token)

    router = APIRouter(prefix="/internal/v1/voice/calls", dependencies=[Depends(allowed)])

    @router.post("")
    async def call(opened: Opened) -> dict[str, Any]:
        return await channel.open(opened)

    @router.post("/{conversation}/messages")
    async def say(conversation: str, heard: Heard) -> dict[str, Any]:
        return await channel.say(_ours(conversation), heard)

    @router.get("/{conversation}/messages")
    async def later(
        conversation: str,
        after: Annotated[int, Query(ge=0)] = 0,
        wait: Annotated[float, Query(ge=0, le=30)] = 0,
    ) -> dict[str, Any]:
        return await channel.later(_ours(conversation), after, wait)

    app.include_router(router)


def _ours(conversation: str) -> str:
    """The voice process speaks for callers, not for anybody else's conversation."""
    if not conversation.startswith("tel-"):
        raise Problem(404, "not-found")
    return conversation
