"""What either side sees, each message under the next number of its conversation.

`Pen` holds a conversation's row locked, asks who has the word, and gives out the numbers: so numbers run without gaps,
and a bot that lost the word to an agent while it was thinking is written down but never shown (state suppressed). A
published message can be read by every channel at once; the channels keep cursors and fetch what comes after them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy import Connection

from bot.gateway.store import clock
from bot.gateway.store import tables as t
from bot.gateway.store.storage import insert_once

_HISTORY = 500
_LOOK_BACK = 60
_PICTURES_COUNT = 1800.0
_MOST_PICTURES = 9
_TALK = sa.select(t.conversation).where(t.conversation.c.id == sa.bindparam("name"))
_TALK_LOCKED = _TALK.with_for_update()
_INSERT = sa.insert(t.message)
_CHANGE = sa.update(t.conversation).where(t.conversation.c.id == sa.bindparam("name"))


@dataclass(frozen=True)
class Message:
    """One published message. `body` has any of text, quick_replies, card, image (docs/protocols.md)."""

    conversation: str
    seq: int
    author: str
    at: float
    body: Mapping[str, Any] = field(default_factory=dict)
    agent: str | None = None
    client_id: str | None = None
    inbox_id: int | None = None


class Button(BaseModel):
    """A choice offered with a message; the customer never sees the payload."""

    title: str
    payload: str


class Pen:
    """Writes into one conversation whose row is locked; `done` ends it. `talk` is the row as it was."""

    def __init__(self, c: Connection, talk: t.Record) -> None:
        self.c = c
        self.talk = talk
        self.changes: dict[str, Any] = {}
        self._last: int = talk.last_seq
        self._rows: list[dict[str, Any]] = []

    @property
    def next_seq(self) -> int:
        """The number the next message gets."""
        return self._last + 1

    def write(
        self,
        key: str,
        body: Mapping[str, Any],
        author: str = "bot",
        *,
        agent: str | None = None,
        client_id: str | None = None,
        inbox_id: int | None = None,
        heard: bool = True,
    ) -> None:
        """Add a message. `key` names its cause and makes it unique for ever; `heard` False suppresses it."""
        shown = heard and (author != "bot" or self.talk.owner == "bot")
        self._last += shown
        self._rows.append(
            {
                "conversation": self.talk.id, "seq": self._last if shown else None, "key": key,
                "inbox_id": inbox_id, "author": author, "agent": agent, "client_id": client_id,
                "body": dict(body), "state": "published" if shown else "suppressed",
                "at": clock.now(self.c),
            }
        )  # fmt: skip

    def done(self) -> list[Message]:
        """Store everything; returns what was published."""
        if self._rows:
            self.c.execute(_INSERT, self._rows)
        if self._last != self.talk.last_seq:
            self.changes["last_seq"] = self._last
        if self.changes:
            self.c.execute(_CHANGE.values(**self.changes), {"name": self.talk.id})
        return [_message(row) for row in self._rows if row["seq"]]


def cause(channel: str, message_id: str) -> str:
    """A name for a customer's message, from what its sender calls it. Effects outside of the database are keyed by it and not
    by the number of a row: numbers begin anew after a restore, and the same message sent again has the same effect."""
    return hashlib.sha256(f"{channel}:{message_id}".encode()).hexdigest()[:32]


def open_conversation(c: Connection, name: str, channel: str) -> None:
    """Make sure the conversation exists."""
    now = clock.now(c)
    row = {"id": name, "channel": channel, "created_at": now, "active_at": now}
    insert_once(c, t.conversation, row)


def find_talk(c: Connection, conversation: str, lock: bool = False) -> t.Record | None:
    """The row of a conversation."""
    return c.execute(_TALK_LOCKED if lock else _TALK, {"name": conversation}).one_or_none()


def open_pen(c: Connection, conversation: str) -> Pen:
    """A pen for a conversation that exists."""
    return Pen(c, c.execute(_TALK_LOCKED, {"name": conversation}).one())


def tell(c: Connection, conversation: str, key: str, body: Mapping[str, Any], **more: Any) -> list[Message]:
    """Write one message (see Pen.write); returns it when it was published."""
    pen = open_pen(c, conversation)
    pen.write(key, body, **more)
    return pen.done()


def known(c: Connection, key: str) -> bool:
    """Whether a message of this cause was written."""
    return c.execute(sa.select(t.message.c.id).where(t.message.c.key == key)).first() is not None


def heard(c: Connection, conversation: str, seq: int, share: float) -> None:
    """Note that only this share (0 to 1) of a spoken message was heard."""
    m = t.message.c
    which = (m.conversation == conversation, m.seq == seq, m.author != "customer")
    row = c.execute(sa.select(m.id, m.body).where(*which).with_for_update()).one_or_none()
    if row is not None:
        body = {**row.body, "heard": round(share, 2)}
        c.execute(sa.update(t.message).where(m.id == row.id).values(body=body))


def ask(c: Connection, conversation: str, key: str, text: str, buttons: Sequence[Button]) -> list[Message]:
    """Write one question of the gateway's own; from now on its buttons are the valid ones."""
    pen = open_pen(c, conversation)
    turn = -(pen.talk.last_seq + 1)  # no inbox row has it
    pen.write(key, {"text": text, "quick_replies": keep_buttons(pen, turn, buttons)}, "system")
    pen.changes["turn"] = turn
    return pen.done()


def keep_buttons(pen: Pen, turn: int, buttons: Sequence[Button]) -> list[dict[str, str]]:
    """Store buttons with their payloads; the customer gets ids and titles."""
    rows = [
        {"id": secrets.token_urlsafe(12), "title": each.title[:120], "payload": each.payload,
         "conversation": pen.talk.id, "turn": turn}
        for each in buttons
    ]  # fmt: skip
    pen.c.execute(sa.insert(t.button), rows)
    return [{"id": row["id"], "title": row["title"]} for row in rows]


def after(c: Connection, conversation: str, seq: int, until: int | None = None) -> list[Message]:
    """Published messages with a higher number, oldest first; from the beginning at most the newest 500."""
    m = t.message.c
    query = sa.select(t.message).where(m.conversation == conversation, m.seq > seq)
    if until is not None:
        query = query.where(m.seq <= until)
    query = query.order_by(m.seq) if seq else query.order_by(m.seq.desc()).limit(_HISTORY)
    rows = [_message(row._mapping) for row in c.execute(query)]
    return rows if seq else rows[::-1]


def pictures(c: Connection, talk: t.Record) -> list[str]:
    """The uploads the customer showed in the last half hour, oldest first: what a report is about was often
    photographed a few messages before it is confirmed."""
    m = t.message.c
    query = sa.select(m.body).where(
        m.conversation == talk.id, m.seq > talk.last_seq - _LOOK_BACK, m.author == "customer",
        m.at > clock.now(c) - _PICTURES_COUNT,
    )  # fmt: skip
    shown = (body.get("image", {}).get("upload") for body in c.execute(query.order_by(m.seq)).scalars())
    return [upload for upload in shown if upload][-_MOST_PICTURES:]


def last_seq(c: Connection, conversations: Sequence[str]) -> dict[str, int]:
    """The newest number of each of these conversations."""
    query = sa.select(t.conversation.c.id, t.conversation.c.last_seq)
    rows = c.execute(query.where(t.conversation.c.id.in_(conversations)))
    return {row.id: row.last_seq for row in rows}


def _message(row: Mapping[Any, Any]) -> Message:
    return Message(**{name: row[name] for name in Message.__dataclass_fields__})


def history(c: Connection, conversation: str, after_seq: int) -> tuple[str, int, list[Message]]:
    """Owner, last number, and the messages after a number."""
    talk = find_talk(c, conversation)
    if talk is None:
        return "bot", 0, []
    return talk.owner, talk.last_seq, after(c, conversation, after_seq, until=talk.last_seq)


def note_read(c: Connection, conversation: str, seq: int) -> None:
    """The customer has seen the messages up to this number."""
    talk = t.conversation.c
    which = sa.update(t.conversation).where(talk.id == conversation, talk.read_seq < seq)
    c.execute(which.values(read_seq=seq))
