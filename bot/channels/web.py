"""The chat of web pages: sessions and uploads over REST, talk over Socket.IO with Rasa's event names.

`parse` and `confirm` are the pure pair; `Chat` keeps one cursor per open tab, so that every message reaches every tab
once and in order, whatever arrives late, twice or while a tab was away.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, FastAPI, File, Query, Request, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field, ValidationError
from socketio import AsyncServer
from socketio.exceptions import ConnectionRefusedError

from bot.channels import web_speech
from bot.channels.message import render
from bot.channels.sessions import Guard, SessionTokens
from bot.channels.speech import SpeechClient, SpeechSettings
from bot.channels.web_notices import OURS, WebOutlet
from bot.gateway.channel import Channel
from bot.gateway.gateway import Gateway
from bot.gateway.http.problems import Problem
from bot.gateway.jobs.job import Job
from bot.gateway.store import messages
from bot.gateway.store.clock import iso
from bot.gateway.store.limits import TooFast
from bot.gateway.store.messages import Message
from bot.gateway.turns.inbox import Inbound, Refused, clean
from bot.gateway.turns.uploads import MAX_BYTES, NotAPicture

log = structlog.get_logger()

NAME = "web"
MAX_TEXT = 1000
_POLL = 0.5


class PageProfile(BaseModel):
    """What the page knows of the customer."""

    elder: bool | None = None


class PageMessage(BaseModel):
    """user_uttered."""

    msg_id: str = Field(min_length=1, max_length=64, pattern=r"^[\w.:-]+$")
    text: str | None = None
    choice: str | None = Field(None, max_length=64)
    upload: str | None = Field(None, max_length=64)
    profile: PageProfile = PageProfile()


class SessionRequest(BaseModel):
    token: str | None = Field(None, max_length=2000)


def parse(conversation: str, raw: object) -> Inbound:
    """A customer's message from the body of user_uttered. Raises Refused."""
    try:
        said = PageMessage.model_validate(raw)
    except (ValidationError, ValueError):
        raise Refused("bad_request") from None
    given = [each for each in (said.choice, said.upload) if each is not None]
    if len(given) > 1 or (said.choice is not None and said.text is not None):
        raise Refused("bad_request")
    text = clean(said.text, MAX_TEXT) if said.text is not None and (said.text or not given) else None
    if text is None and not given:
        raise Refused("empty")
    return Inbound(NAME, conversation, said.msg_id, text, said.choice, said.upload, said.profile.elder)


@dataclass
class Tab:
    """One connection. `cursor` is the last number it was given, None before it has asked for its session."""

    conversation: str
    source: str | None = None
    cursor: int | None = None
    read: int = 0
    own: set[str] = field(default_factory=set)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Chat:
    """All open tabs."""

    def __init__(
        self, gateway: Gateway, tokens: SessionTokens, server: AsyncServer, notices: WebOutlet
    ) -> None:
        self._gateway = gateway
        self._notices = notices
        self._tokens = tokens
        self._tabs: dict[str, Tab] = {}
        self._of: dict[str, set[str]] = defaultdict(set)
        self.server = server
        for name in ("connect", "disconnect", "session_request", "user_uttered", "read", "typing"):
            self.server.on(name, getattr(self, name))
        gateway.on_published.append(self.published)
        gateway.on_typing.append(self.bot_types)

    async def connect(self, sid: str, environ: Mapping[str, Any], auth: object = None) -> None:
        token = auth.get("token") if isinstance(auth, dict) else None
        conversation = self._tokens.conversation(token)
        if conversation is None:
            raise ConnectionRefusedError("unauthorized")
        address = (environ.get("asgi.scope", {}).get("client") or [""])[0]
        self._tabs[sid] = Tab(conversation, self._gateway.identity.source(address) if address else None)
        self._of[conversation].add(sid)

    async def disconnect(self, sid: str, *_reason: object) -> None:
        tab = self._tabs.pop(sid, None)
        if tab:
            self._of[tab.conversation].discard(sid)
            if not self._of[tab.conversation]:
                del self._of[tab.conversation]

    async def session_request(self, sid: str, raw: object = None) -> dict[str, Any]:
        after = raw.get("after_seq", 0) if isinstance(raw, dict) else 0
        if not isinstance(after, int) or isinstance(after, bool) or not 0 <= after < 2**31:
            return self._refusal("bad_request")
        tab = self._tabs[sid]
        await self._gateway.tell(await self._notices.meet(tab.conversation))
        async with tab.lock:
            body, tab.cursor = await self._confirm(tab.conversation, after)
            await self.server.emit("session_confirm", body, to=sid)
        return {"ok": True}

    async def _confirm(self, conversation: str, after: int) -> tuple[dict[str, Any], int]:
        owner, last, missed = await self._gateway.store.read(messages.history, conversation, after)
        shown = [render(each, self._gateway.uploads.link) for each in missed]
        return {"last_seq": last, "owner": owner, "messages": shown}, last

    async def user_uttered(self, sid: str, raw: object = None) -> dict[str, Any]:
        tab = self._tabs[sid]
        try:
            await self._gateway.limits.take("message", tab.conversation)
            inbound = replace(parse(tab.conversation, raw), source=tab.source)
            tab.own.add(inbound.message_id)
            receipt = await self._gateway.inbox.take(inbound)
        except TooFast as limit:
            await self.server.emit("rate_limited", {"retry_after": limit.retry_after}, to=sid)
            return self._refusal("rate_limited", retry_after=limit.retry_after)
        except Refused as refused:
            return self._refusal("bad_request" if refused.code == "mismatch" else refused.code)
        except Exception as error:
            log.error("message_not_taken", error=type(error).__name__)
            return self._refusal("busy", retry_after=3)
        await self._gateway.received(receipt)
        return {"ok": True, "seq": receipt.seq}

    def _refusal(self, code: str, **more: int) -> dict[str, Any]:
        values = {"limit": MAX_TEXT, "seconds": more.get("retry_after", 0)}
        message = self._gateway.wording.say(f"error_{code}", **values)
        return {"ok": False, "error": {"code": code, "message": message, **more}}

    async def read(self, sid: str, raw: object = None) -> None:
        tab = self._tabs[sid]
        seq = raw.get("seq") if isinstance(raw, dict) else None
        if isinstance(seq, int) and tab.read < seq <= (tab.cursor or 0):
            tab.read = seq
            await self._gateway.store.write(messages.note_read, tab.conversation, seq)

    async def typing(self, sid: str, raw: object = None) -> None:
        """A customer types, which an agent's screen shows."""
        on = isinstance(raw, dict) and raw.get("on") is True
        await self._gateway.customer_types(self._tabs[sid].conversation, on)

    async def bot_types(self, conversation: str, on: bool) -> None:
        for sid in tuple(self._of.get(conversation, ())):
            await self.server.emit("typing", {"on": on, "from": "bot"}, to=sid)

    async def published(self, fresh: Sequence[Message]) -> None:
        """Bring new messages to the tabs of their conversations."""
        by_talk: dict[str, list[Message]] = defaultdict(list)
        for message in fresh:
            if message.conversation in self._of:
                by_talk[message.conversation].append(message)
        for conversation, new in by_talk.items():
            for sid in tuple(self._of.get(conversation, ())):
                await self._bring(sid, new)

    async def _bring(self, sid: str, fresh: Sequence[Message]) -> None:
        """Give a tab what comes after its cursor, in order and without gaps."""
        tab = self._tabs.get(sid)
        if tab is None:
            return
        async with tab.lock:
            if tab.cursor is None:
                return
            if fresh[0].seq > tab.cursor + 1:
                fresh = await self._gateway.store.read(messages.after, tab.conversation, tab.cursor)
            for message in fresh:
                if message.seq == tab.cursor + 1:
                    await self._emit(sid, tab, message)
                    tab.cursor = message.seq

    async def _emit(self, sid: str, tab: Tab, message: Message) -> None:
        if message.author == "customer" and message.client_id in tab.own:
            tab.own.discard(message.client_id)
            return
        event = "user_echo" if message.author == "customer" else "bot_uttered"
        await self.server.emit(event, render(message, self._gateway.uploads.link), to=sid)

    async def follow(self) -> bool:
        """Bring what another gateway published: this process hears only of its own messages."""
        if self._gateway.store.single or not self._tabs:
            return False
        newest = await self._gateway.store.read(messages.last_seq, tuple(self._of))
        for tab_sid, tab in tuple(self._tabs.items()):
            if tab.cursor is not None and newest.get(tab.conversation, 0) > tab.cursor:
                missed = await self._gateway.store.read(messages.after, tab.conversation, tab.cursor)
                await self._bring(tab_sid, missed)
        return False


def rest(gateway: Gateway, tokens: SessionTokens, guard: Guard) -> APIRouter:
    """Sessions and uploads."""
    router = APIRouter(prefix="/api/v1/web")

    @router.post("/session")
    async def session(request: Request, body: SessionRequest) -> dict[str, Any]:
        await guard.admit(request, "session")
        conversation = tokens.conversation(body.token) or f"{OURS}{secrets.token_hex(16)}"
        token, until = tokens.mint(conversation)
        limits = {"text": MAX_TEXT, "upload_bytes": MAX_BYTES}
        return {"token": token, "expires_at": iso(until), "limits": limits}

    @router.post("/uploads")
    async def upload(request: Request, file: Annotated[UploadFile, File()]) -> dict[str, Any]:
        conversation = await guard.conversation(request, "upload")
        data = await file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise Problem(413, "too-large")
        try:
            kept = await gateway.uploads.keep(conversation, data, opens=NAME)
        except NotAPicture as wrong:
            raise Problem(415, "not-a-picture", str(wrong)) from None
        return {**vars(kept), "url": gateway.uploads.link(kept.id)}

    @router.get("/uploads/{name}")
    async def show(name: str, until: int, sig: Annotated[str, Query(max_length=64)]) -> FileResponse:
        found = await gateway.uploads.find(name, until, sig)
        if found is None:
            raise Problem(404, "not-found")
        return FileResponse(found[0], media_type=found[1], headers={"Cache-Control": "private, max-age=300"})

    return router


class WebChannel(Channel):
    """The chat of web pages."""

    name = NAME
    settings = (SpeechSettings,)
    upload_paths = ("/api/v1/web/uploads", "/api/v1/web/speech")

    def __init__(self, gateway: Gateway, speech: SpeechClient | None) -> None:
        self._gateway = gateway
        self._speech = speech
        self._notices = WebOutlet(gateway.store, gateway.identity, gateway.notices)
        self._chat: Chat | None = None

    @classmethod
    def of(cls, gateway: Gateway) -> WebChannel:
        return cls(gateway, SpeechClient.of(gateway.settings))

    def mount(self, app: FastAPI) -> None:
        gateway = self._gateway
        tokens = SessionTokens(gateway.settings.session_key.get_secret_value(), gateway.clock)
        guard = Guard(gateway, tokens)
        self._chat = Chat(gateway, tokens, app.state.sockets, self._notices)
        app.include_router(rest(gateway, tokens, guard))
        app.include_router(web_speech.routes(gateway, guard, self._speech))

    def jobs(self) -> Sequence[Job]:
        return (Job("web-follow", self._chat.follow, every=_POLL),) if self._chat else ()

    def outlet(self) -> WebOutlet:
        return self._notices

    async def stop(self) -> None:
        if self._speech:
            await self._speech.close()
