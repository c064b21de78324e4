"""The live line of the console: Socket.IO namespace /console beside the widget's, with the session's cookie."""

from __future__ import annotations

import asyncio
import hmac
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

import structlog
from socketio import AsyncServer
from socketio.exceptions import ConnectionRefusedError as Refused

from bot.channels.console.access import COOKIE, READS
from bot.gateway.gateway import Gateway
from bot.gateway.people import agents, logins, transcripts, worklist
from bot.gateway.people.logins import AgentSession
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import Connection

log = structlog.get_logger()

SPACE = "/console"
_TOGETHER = 0.15


@dataclass
class Screen:
    """One open page."""

    session: AgentSession
    cookie: str
    watches: set[str] = field(default_factory=set)
    typing: set[str] = field(default_factory=set)


class Live:
    """All open pages. What another gateway wrote is found by polling, as the widget's channel does."""

    def __init__(self, gateway: Gateway, server: AsyncServer) -> None:
        self._gateway = gateway
        self._server = server
        self._screens: dict[str, Screen] = {}
        self._dirty: set[str] = set()
        self._flush: asyncio.Task[None] | None = None
        self._mark: transcripts.Mark | None = None  # how far this process has told what others wrote
        for name in ("connect", "disconnect", "watch", "unwatch", "typing", "alive"):
            server.on(name, getattr(self, name), namespace=SPACE)
        gateway.on_published.append(self.published)
        gateway.on_moved.append(self.moved)
        gateway.on_customer_typing.append(self.customer_types)

    async def connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        cookie = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(COOKIE)
        session = await self._gateway.store.write(logins.find, cookie.value if cookie else "")
        given = auth.get("csrf") if isinstance(auth, dict) else None
        if session is None or not isinstance(given, str) or not READS & session.roles:
            raise Refused("unauthorized")
        if not hmac.compare_digest(given.encode(), session.csrf.encode()):
            raise Refused("unauthorized")
        assert cookie
        self._screens[sid] = Screen(session, cookie.value)
        if self._mark is None:
            self._mark = await self._gateway.store.read(transcripts.mark)

    async def disconnect(self, sid: str, *_reason: object) -> None:
        screen = self._screens.pop(sid, None)
        for conversation in screen.watches if screen else ():
            await self._tell_viewers(conversation)

    async def watch(self, sid: str, raw: object = None) -> dict[str, Any]:
        screen, conversation = self._screens[sid], _name(raw)
        after = raw.get("after_seq") if isinstance(raw, dict) else None
        if not conversation or not isinstance(after, int):
            return {"ok": False, "messages": []}
        screen.watches.add(conversation)
        found = await self._gateway.store.read(_since, conversation, after)
        await self._tell_viewers(conversation)
        return {"ok": True, "messages": [self.shown(each) for each in found]}

    async def unwatch(self, sid: str, raw: object = None) -> None:
        screen, conversation = self._screens[sid], _name(raw)
        screen.watches.discard(conversation)
        screen.typing.discard(conversation)
        await self._tell_viewers(conversation)

    async def typing(self, sid: str, raw: object = None) -> None:
        screen, conversation = self._screens[sid], _name(raw)
        on = isinstance(raw, dict) and raw.get("on") is True
        (screen.typing.add if on else screen.typing.discard)(conversation)
        await self._tell_viewers(conversation)

    async def alive(self, sid: str, _raw: object = None) -> None:
        """Somebody is at the keyboard; a session that has ended meanwhile is told so."""
        screen = self._screens[sid]
        if await self._gateway.store.write(_alive, screen.cookie) is None:
            await self._server.emit("session_ended", {"reason": "idle"}, to=sid, namespace=SPACE)
            await self._server.disconnect(sid, namespace=SPACE)

    async def end(self, cookie: str) -> None:
        """The session of this cookie has logged out: its other tabs hear it."""
        for sid, screen in tuple(self._screens.items()):
            if screen.cookie == cookie:
                await self._server.emit("session_ended", {"reason": "logout"}, to=sid, namespace=SPACE)
                await self._server.disconnect(sid, namespace=SPACE)

    async def published(self, fresh: Sequence[Message]) -> None:
        """New messages go to who watches; the rows of their conversations to everybody."""
        by_talk: dict[str, int] = defaultdict(lambda: 1 << 60)
        for each in fresh:
            by_talk[each.conversation] = min(by_talk[each.conversation], each.seq)
        for conversation, first in by_talk.items():
            if any(conversation in screen.watches for screen in self._screens.values()):
                for message in await self._gateway.store.read(transcripts.published, conversation, first - 1):
                    await self.message(conversation, message)
            await self.moved(conversation)

    async def message(self, conversation: str, message: dict[str, Any]) -> None:
        """A message or note, for everybody who watches."""
        body = {"conversation": conversation, "message": self.shown(message)}
        for sid in self._watching(conversation):
            await self._server.emit("message", body, to=sid, namespace=SPACE)

    async def moved(self, conversation: str) -> None:
        """A row has changed; several changes shortly after one another are told once."""
        if self._screens:
            self._dirty.add(conversation)
            if self._flush is None or self._flush.done():
                self._flush = asyncio.create_task(self._tell_rows())

    async def agent(self, name: str) -> None:
        """Somebody's presence or load has changed."""
        shown = await self._gateway.store.read(_agent, name)
        if shown:
            await self._all("agent", shown)

    async def customer_types(self, conversation: str, on: bool) -> None:
        body = {"conversation": conversation, "from": "customer", "on": on}
        for sid in self._watching(conversation):
            await self._server.emit("typing", body, to=sid, namespace=SPACE)

    def viewers(self, conversation: str) -> list[dict[str, Any]]:
        """Who has it open on this gateway."""
        found: dict[str, dict[str, Any]] = {}
        for sid in self._watching(conversation):
            screen = self._screens[sid]
            name = screen.session.name
            typing = conversation in screen.typing or found.get(name, {}).get("typing", False)
            found[name] = {"name": name, "display": screen.session.display, "typing": typing}
        return list(found.values())

    def shown(self, message: dict[str, Any]) -> dict[str, Any]:
        """A message with a link in place of an upload's name."""
        image = message.get("image")
        if not image or "upload" not in image:
            return message
        return {
            **message,
            "image": {"url": self._gateway.uploads.link(image["upload"]), "alt": image.get("alt", "")},
        }

    def _watching(self, conversation: str) -> list[str]:
        return [sid for sid, screen in self._screens.items() if conversation in screen.watches]

    async def _tell_viewers(self, conversation: str) -> None:
        body = {"conversation": conversation, "viewers": self.viewers(conversation)}
        for sid in self._watching(conversation):
            await self._server.emit("viewers", body, to=sid, namespace=SPACE)

    async def _tell_rows(self) -> None:
        """Tell what has changed, and what changes while it is told."""
        while self._dirty:
            await asyncio.sleep(_TOGETHER)
            dirty, self._dirty = self._dirty, set()
            try:
                await self._tell(dirty)
            except Exception as error:
                log.error("console_rows_not_told", error=type(error).__name__)

    async def _tell(self, conversations: set[str]) -> None:
        for sid, screen in tuple(self._screens.items()):
            for row in await self._gateway.store.read(
                worklist.rows, screen.session.name, tuple(conversations)
            ):
                await self._server.emit("row", row, to=sid, namespace=SPACE)
        for shown in await self._gateway.store.read(agents.shown):
            await self._all("agent", shown)
        await self._all("board_changed", {})

    async def _all(self, event: str, body: dict[str, Any]) -> None:
        await self._server.emit(event, body, namespace=SPACE)

    async def follow(self) -> bool:
        """Bring what another gateway wrote: this process hears only of its own."""
        if self._gateway.store.single or not self._screens or self._mark is None:
            return False
        self._mark, fresh = await self._gateway.store.read(transcripts.changed, self._mark)
        for conversation, message in fresh:
            if message:
                await self.message(conversation, message)
            await self.moved(conversation)
        return False


def _name(raw: object) -> str:
    name = raw.get("conversation") if isinstance(raw, dict) else None
    return name if isinstance(name, str) else ""


def _alive(c: Connection, cookie: str) -> AgentSession | None:
    session = logins.find(c, cookie)
    if session:
        agents.alive(c, session.name)
    return session


def _since(c: Connection, conversation: str, after: int) -> list[dict[str, Any]]:
    return transcripts.named(c, transcripts.since(c, conversation, after))


def _agent(c: Connection, name: str) -> dict[str, Any] | None:
    return next((each for each in agents.shown(c) if each["name"] == name), None)
