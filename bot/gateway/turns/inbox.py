"""Taking a customer's message: checked, resolved and committed before anybody is told that it arrived.

What cannot wait for a model happens in the same commit: the danger lane stores its safety script, its emergency
order and its call for a person together with the message (bot/gateway/turns/danger.py).
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.core.danger import assess
from bot.core.talk import choices
from bot.core.text import disarm
from bot.gateway.people.desk import Desk
from bot.gateway.store import clock, messages
from bot.gateway.store import tables as t
from bot.gateway.store.messages import Message, Pen, open_conversation
from bot.gateway.store.storage import Store
from bot.gateway.store.texts import Wording
from bot.gateway.turns import danger

MAX_TEXT = 2000
_KNOWN = sa.select(t.inbox.c.id, t.inbox.c.seq, t.inbox.c.digest).where(
    t.inbox.c.channel == sa.bindparam("channel"), t.inbox.c.message_id == sa.bindparam("message_id")
)
_INSERT = sa.insert(t.inbox).returning(t.inbox.c.id)
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
    elder: bool | None = None  # the customer has chosen or left 长辈版; None: nothing known
    source: str | None = None  # whence it came, hashed: tries and codes are counted by it

    @property
    def digest(self) -> str:
        """Tells a repeated delivery from another message under the same id."""
        parts = json.dumps([self.text, self.choice, self.upload])
        return hashlib.sha256(parts.encode()).hexdigest()


@dataclass(frozen=True)
class Receipt:
    """The message is safe. `published`: it and the danger lane's first words, empty when it had been taken before.
    `urgent`: the danger lane has something to submit."""

    inbox_id: int
    seq: int
    published: tuple[Message, ...] = ()
    urgent: bool = False


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


class Inbox:
    """Where channels hand in what customers sent."""

    def __init__(self, store: Store, wording: Wording, desk: Desk, session_idle: float) -> None:
        self._store = store
        self._desk = desk
        self._wording = wording
        self._session_idle = session_idle

    def warm(self) -> None:
        """Read and compile the words of danger, which takes seconds."""
        assess("")

    async def take(self, inbound: Inbound) -> Receipt:
        """Commit a message once; the same one again gives the same receipt. Raises Refused."""
        return await self._store.write(self.store, inbound)

    def store(self, c: Connection, inbound: Inbound) -> Receipt:
        """`take` inside a transaction of the caller's."""
        talk = messages.find_talk(c, inbound.conversation, lock=True)
        if talk is None:
            open_conversation(c, inbound.conversation, inbound.channel)
            talk = messages.find_talk(c, inbound.conversation, lock=True)
        return _known(c, inbound) or self._store_new(Pen(c, talk), inbound)  # type: ignore[arg-type]

    def _store_new(self, pen: Pen, inbound: Inbound) -> Receipt:
        shown, body = self._resolve(pen.c, inbound, pen.talk)
        found = assess(body["text"]) if body["text"] else None
        if found:
            body["hazards"] = list(found.hazards)
        if inbound.source:
            body["source"] = inbound.source
        if inbound.elder is not None:
            body["profile"] = {"elder": inbound.elder}
        lane = 0 if found else min(self._wording.lane(shown["text"]), pen.talk.lane)
        if lane < 2:
            _hurry(pen.c, pen.talk.id, lane)
        now, seq = clock.now(pen.c), pen.next_seq
        inbox_id = _insert(pen.c, inbound, seq, body, lane)
        own = inbound.message_id
        pen.write(f"in:{inbox_id}", shown, "customer", client_id=own, inbox_id=inbox_id)
        pen.changes["active_at"] = now
        if body["payload"]:
            pen.changes["turn"] = None
        if now - pen.talk.active_at > self._session_idle:
            pen.changes["session"] = pen.talk.session + 1
        if found:
            cause = messages.cause(inbound.channel, _scoped(inbound))
            danger.act(pen, self._wording, self._desk, inbox_id, cause, body["text"], found)
        return Receipt(inbox_id, seq, tuple(pen.done()), urgent=bool(found))

    def _resolve(
        self, c: Connection, inbound: Inbound, talk: t.Record
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the conversation shows, and what the engine is to be told."""
        body: dict[str, Any] = {"text": inbound.text, "payload": None, "attachments": []}
        if inbound.choice is not None:
            found = _button(c, talk, t.button.c.id == inbound.choice)
            if not found:
                raise Refused("unknown_choice")
            return {"text": found.title}, {**body, "text": None, "payload": found.payload}
        if inbound.upload is not None:
            require_upload(c, talk.id, inbound.upload)
            text = inbound.text or self._wording.say("upload")
            shown: dict[str, Any] = {"image": {"upload": inbound.upload, "alt": self._wording.say("upload")}}
            shown["text"] = inbound.text or ""
            return shown, {**body, "text": text, "attachments": [inbound.upload]}
        if not inbound.text:
            raise Refused("empty")
        found = _button(c, talk, t.button.c.title == inbound.text) or _said(c, talk, inbound.text)
        if found:
            body |= {"text": None, "payload": found.payload}
        return {"text": inbound.text}, body


def _known(c: Connection, inbound: Inbound) -> Receipt | None:
    """The receipt of a message that was taken before."""
    known = c.execute(_KNOWN, {"channel": inbound.channel, "message_id": _scoped(inbound)}).one_or_none()
    if known and known.digest != inbound.digest:
        raise Refused("mismatch")
    return Receipt(known.id, known.seq) if known else None


def _insert(c: Connection, inbound: Inbound, seq: int, body: dict[str, Any], lane: int) -> int:
    row = {
        "channel": inbound.channel, "message_id": _scoped(inbound), "conversation": inbound.conversation,
        "seq": seq, "digest": inbound.digest, "body": body, "lane": lane, "received_at": clock.now(c),
    }  # fmt: skip
    return int(c.execute(_INSERT, row).scalar_one())


def _scoped(inbound: Inbound) -> str:
    return f"{inbound.conversation}:{inbound.message_id}"


def _button(c: Connection, talk: t.Record, which: sa.ColumnElement[bool]) -> t.Record | None:
    """A button of the newest turn that nobody has chosen yet: an older one would confirm something else."""
    if talk.turn is None:
        return None
    query = sa.select(t.button).where(t.button.c.conversation == talk.id, t.button.c.turn == talk.turn, which)
    return (c.execute(query)).first()


def _said(c: Connection, talk: t.Record, text: str) -> t.Record | None:
    """The button of the newest turn that a sentence names in its own words; a danger told beside it comes first."""
    query = sa.select(t.button.c.title).where(
        t.button.c.conversation == talk.id, t.button.c.turn == talk.turn
    )
    titles = [row.title for row in c.execute(query)] if talk.turn is not None else []
    title = choices.said(titles, text) if titles else None
    return _button(c, talk, t.button.c.title == title) if title and assess(text) is None else None


def require_upload(c: Connection, conversation: str, upload: str) -> None:
    """Raises Refused unless this picture was sent in the conversation."""
    query = sa.select(t.attachment.c.id).where(
        t.attachment.c.id == upload, t.attachment.c.conversation == conversation
    )
    if (c.execute(query)).first() is None:
        raise Refused("unknown_upload")


def _hurry(c: Connection, conversation: str, lane: int) -> None:
    """What stands before an urgent message of the same conversation is as urgent as it is."""
    c.execute(
        sa.update(t.inbox)
        .where(t.inbox.c.conversation == conversation, t.inbox.c.state == t.NEW, t.inbox.c.lane > lane)
        .values(lane=lane)
    )


def end_of_turn(c: Connection, receipt: Receipt) -> int | None:
    """The number of the last message of a turn; None while it has not ended."""
    i, m = t.inbox.c, t.message.c
    last = sa.select(sa.func.max(m.seq)).join(t.inbox, m.inbox_id == i.id)
    found: int | None = c.execute(last.where(i.id == receipt.inbox_id, i.state != t.NEW)).scalar_one()
    return found


def waits(c: Connection, conversation: str) -> bool:
    """Whether something the customer said is still to be answered."""
    query = sa.select(t.inbox.c.id).where(t.inbox.c.conversation == conversation, t.inbox.c.state == t.NEW)
    return c.execute(query.limit(1)).first() is not None


def served_as_elder(c: Connection, conversation: str) -> bool:
    """Whether this customer was last served as an old one."""
    i = t.inbox.c
    chosen = i.body["profile"]["elder"].as_boolean()
    last = sa.select(chosen).where(i.conversation == conversation, chosen.is_not(None)).order_by(i.id.desc())
    return bool(c.execute(last.limit(1)).scalar())
