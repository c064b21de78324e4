"""Taking a customer's message: checked, resolved and committed before anybody is told that it arrived.

What cannot wait for a model happens in the same commit: the danger lane stores its safety script, its emergency
order and its call for a person together with the message (bot/gateway/danger.py).
"""

from __future__ import annotations

import hashlib
import json
import time
import unicodedata
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.danger import assess
from bot.core.text import disarm
from bot.gateway import danger, messages
from bot.gateway import tables as t
from bot.gateway.messages import Message
from bot.gateway.storage import Store
from bot.gateway.texts import Wording

MAX_TEXT = 2000
_BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Refused(Exception):
    """A message that was not taken. `code` is one of docs/protocols.md: too_long, empty, bad_request,
    unknown_choice, unknown_upload, mismatch."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Inbound:
    """A customer's message as a channel parsed it. `message_id` is the sender's own, unique per conversation."""

    channel: str
    conversation: str
    message_id: str
    text: str | None = None
    choice: str | None = None
    upload: str | None = None

    @property
    def digest(self) -> str:
        """Tells a repeated delivery from another message under the same id."""
        parts = json.dumps([self.text, self.choice, self.upload])
        return hashlib.sha256(parts.encode()).hexdigest()


@dataclass(frozen=True)
class Receipt:
    """The message is safe. `message` is how it is shown; None when it had been taken before."""

    inbox_id: int
    seq: int
    message: Message | None = None


def clean(text: str, limit: int) -> str:
    """The text without control and bidi characters or lone surrogates, and with no slash in front.

    Raises Refused: too_long beyond `limit` characters, empty when nothing is left."""
    if len(text) > limit:
        raise Refused("too_long")
    kept = "".join(
        char
        for char in text.replace("\r\n", "\n")
        if char in "\n\t" or not (char in _BIDI or unicodedata.category(char) in ("Cc", "Cs"))
    )
    harmless = disarm(kept).strip()
    if not harmless:
        raise Refused("empty")
    return harmless


async def open_conversation(c: AsyncConnection, name: str, channel: str) -> None:
    """Make sure the conversation exists."""
    now = time.time()
    row = {"id": name, "channel": channel, "created_at": now, "active_at": now}
    await c.execute(Store.insert_once(c, t.conversation, row))


class Inbox:
    """Where channels hand in what customers sent."""

    def __init__(self, store: Store, wording: Wording, session_idle: float) -> None:
        self._store = store
        self._wording = wording
        self._session_idle = session_idle

    async def take(self, inbound: Inbound) -> Receipt:
        """Commit a message once; the same one again gives the same receipt. Raises Refused."""
        async with self._store.write() as c:
            await open_conversation(c, inbound.conversation, inbound.channel)
            talk = (
                await c.execute(
                    sa.select(t.conversation)
                    .where(t.conversation.c.id == inbound.conversation)
                    .with_for_update()
                )
            ).one()
            return await self._known(c, inbound) or await self._store_new(c, inbound, talk)

    async def _known(self, c: AsyncConnection, inbound: Inbound) -> Receipt | None:
        known = (
            await c.execute(
                sa.select(t.inbox.c.id, t.inbox.c.seq, t.inbox.c.digest).where(
                    t.inbox.c.channel == inbound.channel, t.inbox.c.message_id == _scoped(inbound)
                )
            )
        ).one_or_none()
        if known and known.digest != inbound.digest:
            raise Refused("mismatch")
        return Receipt(known.id, known.seq) if known else None

    async def _store_new(self, c: AsyncConnection, inbound: Inbound, talk: t.Record) -> Receipt:
        shown, body = await self._resolve(c, inbound, talk)
        found = assess(body["text"]) if body["text"] else None
        if found:
            body["hazards"] = list(found.hazards)
        now = time.time()
        lane = 0 if found else min(self._wording.lane(shown["text"]), talk.lane)
        seq = await messages.next_seq(c, talk.id)
        inbox_id = await self._insert(c, inbound, seq, body, lane, now)
        row = sa.insert(t.message).values(
            conversation=talk.id, seq=seq, key=f"in:{inbox_id}", inbox_id=inbox_id, author="customer",
            client_id=inbound.message_id, body=shown, state="published", at=now,
        )  # fmt: skip
        number = (await c.execute(row.returning(t.message.c.id))).scalar_one()
        changes: dict[str, Any] = {"active_at": now}
        if body["payload"]:
            changes["turn"] = None
        if now - talk.active_at > self._session_idle:
            changes["session"] = talk.session + 1
        await c.execute(sa.update(t.conversation).where(t.conversation.c.id == talk.id).values(**changes))
        if lane < 2:
            await _hurry(c, talk.id, lane)
        if found:
            await danger.act(c, self._wording, talk, inbox_id, body["text"], found)
        message = Message(
            talk.id, seq, number, "customer", now, shown, client_id=inbound.message_id, inbox_id=inbox_id
        )
        return Receipt(inbox_id, seq, message)

    async def _insert(
        self, c: AsyncConnection, inbound: Inbound, seq: int, body: dict[str, Any], lane: int, now: float
    ) -> int:
        row = sa.insert(t.inbox).values(
            channel=inbound.channel, message_id=_scoped(inbound), conversation=inbound.conversation, seq=seq,
            digest=inbound.digest, body=body, lane=lane, received_at=now,
        )  # fmt: skip
        return int((await c.execute(row.returning(t.inbox.c.id))).scalar_one())

    async def _resolve(
        self, c: AsyncConnection, inbound: Inbound, talk: t.Record
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the conversation shows, and what the engine is to be told."""
        body: dict[str, Any] = {"text": inbound.text, "payload": None, "attachments": []}
        if inbound.choice is not None:
            found = await _button(c, talk, t.button.c.id == inbound.choice)
            if not found:
                raise Refused("unknown_choice")
            return {"text": found.title}, {**body, "text": None, "payload": found.payload}
        if inbound.upload is not None:
            await _require_upload(c, talk.id, inbound.upload)
            text = inbound.text or self._wording.say("upload")
            shown: dict[str, Any] = {"image": {"upload": inbound.upload, "alt": self._wording.say("upload")}}
            shown["text"] = inbound.text or ""
            return shown, {**body, "text": text, "attachments": [inbound.upload]}
        if not inbound.text:
            raise Refused("empty")
        found = await _button(c, talk, t.button.c.title == inbound.text)
        if found:
            body |= {"text": None, "payload": found.payload}
        return {"text": inbound.text}, body


def _scoped(inbound: Inbound) -> str:
    return f"{inbound.conversation}:{inbound.message_id}"


async def _button(c: AsyncConnection, talk: t.Record, which: sa.ColumnElement[bool]) -> t.Record | None:
    """A button of the newest turn that nobody has chosen yet: an older one would confirm something else."""
    if talk.turn is None:
        return None
    query = sa.select(t.button).where(t.button.c.conversation == talk.id, t.button.c.turn == talk.turn, which)
    return (await c.execute(query)).first()


async def _require_upload(c: AsyncConnection, conversation: str, upload: str) -> None:
    query = sa.select(t.attachment.c.id).where(
        t.attachment.c.id == upload, t.attachment.c.conversation == conversation
    )
    if (await c.execute(query)).first() is None:
        raise Refused("unknown_upload")


async def _hurry(c: AsyncConnection, conversation: str, lane: int) -> None:
    """What stands before an urgent message of the same conversation is as urgent as it is."""
    await c.execute(
        sa.update(t.inbox)
        .where(t.inbox.c.conversation == conversation, t.inbox.c.state == "new", t.inbox.c.lane > lane)
        .values(lane=lane)
    )
