"""The telephone: the private door of the voice process. A call is a conversation like any other.

The caller's number never becomes the conversation's name: that is an HMAC of it, the same for each call of the number.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from dataclasses import asdict
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from pydantic import BaseModel, Field, SecretStr

from bot.channels.speech import NoSpeech, SpeechClient, SpeechSettings
from bot.channels.turns import Turns
from bot.channels.voice_notices import VoiceOutlet
from bot.gateway.channel import Channel
from bot.gateway.gateway import Gateway
from bot.gateway.http.problems import Problem
from bot.gateway.http.routes import bearer
from bot.gateway.people import agents, callbacks
from bot.gateway.store import messages, sms
from bot.gateway.store.limits import TooFast
from bot.gateway.store.messages import Message, open_conversation
from bot.gateway.store.storage import Connection
from bot.gateway.turns.inbox import Inbound, Refused, clean, served_as_elder, waits
from bot.ports.errors import CompanyError, Unavailable
from bot.ports.identity import Level

NAME = "voice"
MAX_TEXT = 500
WAIT_SECONDS = 20.0
_PATIENCE = 2.0
OURS = "tel-"
ELDER = "elder"
"""The mark of an old customer's account at the company."""

Call = Annotated[str, Field(pattern=r"^[\w.:@-]{1,100}$")]
Number = Annotated[str, Field(pattern=r"^\+?[0-9]{3,20}$")]


class Opened(BaseModel):
    """POST /internal/v1/voice/calls. `caller` is absent when the number is withheld; `asserted`: a trunk vouches for it."""

    call: Call
    caller: Number | None = None
    asserted: bool = False


class CallBackWish(BaseModel):
    """POST /internal/v1/voice/calls/{conversation}/callback."""

    phone: Number


class Cut(BaseModel):
    """POST /internal/v1/voice/calls/{conversation}/cut: of message `seq` only this share (0 to 1) was heard."""

    seq: Annotated[int, Field(ge=1)]
    heard: Annotated[float, Field(ge=0, le=1)]


class CallBackOutcome(BaseModel):
    """POST /internal/v1/voice/callbacks/{id}."""

    outcome: callbacks.Outcome


class CallerMessage(BaseModel):
    """POST /internal/v1/voice/calls/{conversation}/messages: what the caller said, or the option chosen."""

    message_id: Annotated[str, Field(min_length=1, max_length=80)]
    text: str | None = None
    choice: Annotated[str, Field(max_length=64)] | None = None
    elder: bool | None = None


def conversation_of(key: str, opened: Opened) -> str:
    """Our name for the conversation of a number, or of this one call when the number is withheld."""
    of = f"number:{opened.caller}" if opened.caller else f"call:{opened.call}"
    return f"{OURS}{hmac.new(key.encode(), of.encode(), hashlib.sha256).hexdigest()[:32]}"


def parse(conversation: str, heard: CallerMessage) -> Inbound:
    """What the caller said. Raises Refused."""
    if (heard.text is None) == (heard.choice is None):
        raise Refused("bad_request")
    text = None if heard.text is None else clean(heard.text, MAX_TEXT)
    return Inbound(NAME, conversation, heard.message_id, text, heard.choice, elder=heard.elder)


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


class VoiceChannel(Channel):
    """Takes what callers say and waits for its turn; there where a voice process is set up."""

    name = NAME
    settings = (SpeechSettings,)

    def __init__(self, gateway: Gateway, token: SecretStr, speech: SpeechClient | None) -> None:
        self._gateway = gateway
        self._token = token
        self._speech = speech
        self._turns = Turns(gateway)
        self._notices = VoiceOutlet(gateway.company.verification, gateway.notices, self._of_number)

    @classmethod
    def of(cls, gateway: Gateway) -> VoiceChannel | None:
        token = gateway.settings.part(SpeechSettings).voice_token
        return cls(gateway, token, SpeechClient.of(gateway.settings)) if token else None

    @property
    def _key(self) -> str:
        return self._gateway.settings.session_key.get_secret_value()

    def _of_number(self, phone: str) -> str:
        return conversation_of(self._key, Opened(call="announced", caller=phone))

    def outlet(self) -> VoiceOutlet:
        return self._notices

    async def stop(self) -> None:
        if self._speech:
            await self._speech.close()

    async def forget(self, conversation: str) -> None:
        """Its recordings, at the voice process."""
        if self._speech and conversation.startswith(OURS):
            try:
                await self._speech.forget(conversation)
            except NoSpeech:
                raise Unavailable("voice process") from None

    def mount(self, app: FastAPI) -> None:
        async def allowed(request: Request) -> None:
            bearer(request, self._token)

        app.include_router(calls(self), dependencies=[Depends(allowed)])
        app.include_router(dialling(self), dependencies=[Depends(allowed)])

    async def open(self, opened: Opened) -> dict[str, Any]:
        """Which conversation this call goes on with, after which number, and how this caller is best served."""
        name = conversation_of(self._key, opened)
        newest = await self._gateway.store.read(messages.last_seq, (name,))
        old = bool(opened.caller and opened.asserted and await self._recognise(name, opened.caller))
        free, slowly = await self._gateway.store.read(_served, name)
        return {
            "conversation": name, "cursor": newest.get(name, 0), "elder": old or slowly, "person_first": old and free,
            "first": not newest.get(name),
        }  # fmt: skip

    async def _recognise(self, conversation: str, number: str) -> bool:
        """The accounts this number is on file for, at the level that a calling number gives; none when nobody says.
        Whether one of them is an old customer's."""
        company = self._gateway.company
        try:
            async with asyncio.timeout(_PATIENCE):
                accounts = await company.verification.accounts_of_phone(number)
                await self._gateway.store.write(self._vouch, conversation, accounts)
                who = await self._gateway.store.read(self._gateway.identity.who, conversation)
                found = await asyncio.gather(*(company.billing.account(who, each) for each in accounts))
                return any(ELDER in each.flags for each in found)
        except (CompanyError, TimeoutError):
            return False

    def _vouch(self, c: Connection, conversation: str, accounts: tuple[str, ...]) -> None:
        open_conversation(c, conversation, NAME)
        self._gateway.identity.vouch(c, conversation, Level.L1, accounts)

    async def say(self, conversation: str, heard: CallerMessage) -> dict[str, Any]:
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

    async def call_back(self, conversation: str, wish: CallBackWish) -> dict[str, Any]:
        """Note that this number is to be called, say so, and text the ticket to it."""
        rules, wording = self._gateway.rules.callbacks, self._gateway.wording

        def note(c: Connection) -> list[Message]:
            open_conversation(c, conversation, NAME)
            ticket = callbacks.ask(c, conversation, wish.phone, rules)
            sms.queue(c, wish.phone, wording.say("sms_callback", ticket=ticket), sms.DAY)
            said = {"text": wording.say("callback_promised", ticket=ticket, tail=wish.phone[-4:])}
            return messages.tell(c, conversation, f"callback:{uuid4()}", said, author="system")

        published = await self._gateway.store.write(note)
        await self._gateway.tell(published)
        await self._gateway.tell_moved(conversation)
        return await self._told(conversation, published, published[-1].seq if published else 0)

    async def cut(self, conversation: str, cut: Cut) -> None:
        """Keep how much of a message was heard before the caller went on."""
        await self._gateway.store.write(messages.heard, conversation, cut.seq, cut.heard)

    async def next_callback(self) -> dict[str, Any] | None:
        """A number to dial now."""
        elsewhere = self._gateway.desk.outside()
        due = await self._gateway.store.write(callbacks.claim, self._gateway.rules.callbacks, elsewhere)
        if due is None:
            return None
        newest = await self._gateway.store.read(messages.last_seq, (due.conversation,))
        _, slowly = await self._gateway.store.read(_served, due.conversation)
        return {**asdict(due), "cursor": newest[due.conversation], "elder": slowly}

    async def called(self, number: int, outcome: callbacks.Outcome) -> None:
        """What became of it."""
        rules, wording = self._gateway.rules.callbacks, self._gateway.wording
        moved = await self._gateway.store.write(callbacks.report, number, outcome, rules, wording)
        if moved:
            await self._gateway.tell_moved(moved)

    async def later(self, conversation: str, after: int, wait: float) -> dict[str, Any]:
        found = await self._turns.more(conversation, after, wait)
        return await self._told(conversation, found, found[-1].seq if found else after)

    async def _told(self, conversation: str, found: list[Message], cursor: int) -> dict[str, Any]:
        state = await self._gateway.store.read(_state, conversation)
        shown = [speakable(each) for each in found if each.author != "customer"]
        return {"messages": shown, "cursor": cursor, **state}


def _served(c: Connection, conversation: str) -> tuple[bool, bool]:
    """Whether an agent has a place free now, and whether this caller was last served as an old customer."""
    return agents.somebody_free(c), served_as_elder(c, conversation)


def _state(c: Connection, conversation: str) -> dict[str, Any]:
    """Who has the word, whether somebody is at the desk, and whether everything the caller said is answered."""
    talk = messages.find_talk(c, conversation)
    return {
        "owner": talk.owner if talk else "bot",
        "on_duty": agents.somebody_on_duty(c),
        "ended": not waits(c, conversation),
    }


def calls(channel: VoiceChannel) -> APIRouter:
    """What callers say and hear."""
    router = APIRouter(prefix="/internal/v1/voice/calls", include_in_schema=False)

    @router.post("")
    async def call(opened: Opened) -> dict[str, Any]:
        return await channel.open(opened)

    @router.post("/{conversation}/messages")
    async def say(conversation: str, heard: CallerMessage) -> dict[str, Any]:
        return await channel.say(_ours(conversation), heard)

    @router.post("/{conversation}/callback")
    async def call_back(conversation: str, wish: CallBackWish) -> dict[str, Any]:
        return await channel.call_back(_ours(conversation), wish)

    @router.post("/{conversation}/cut", status_code=204)
    async def cut(conversation: str, said: Cut) -> None:
        await channel.cut(_ours(conversation), said)

    @router.get("/{conversation}/messages")
    async def later(
        conversation: str,
        after: Annotated[int, Query(ge=0)] = 0,
        wait: Annotated[float, Query(ge=0, le=30)] = 0,
    ) -> dict[str, Any]:
        return await channel.later(_ours(conversation), after, wait)

    return router


def dialling(channel: VoiceChannel) -> APIRouter:
    """Whom the line calls back."""
    router = APIRouter(prefix="/internal/v1/voice/callbacks", include_in_schema=False)

    @router.post("/next")
    async def due() -> dict[str, Any] | None:
        return await channel.next_callback()

    @router.post("/{number}", status_code=204)
    async def called(number: int, became: CallBackOutcome) -> None:
        await channel.called(number, became.outcome)

    return router


def _ours(conversation: str) -> str:
    """The voice process speaks for callers, not for anybody else's conversation."""
    if not conversation.startswith(OURS):
        raise Problem(404, "not-found")
    return conversation
