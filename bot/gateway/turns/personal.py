"""What is kept about the person behind a conversation, told and erased at the customer's wish (PIPL art. 44, 45, 47).

Erased are words, pictures, buttons, proofs, codes and what was noted for people; the numbering of the messages stays,
empty, so that nothing is delivered twice. Orders live in the company's system and stay: they are duties to the
customer and records that law and clocks ask for. What an open call for a person needs stays until it is closed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.core.handoff import ENDED
from bot.gateway.customer.identity import session_name
from bot.gateway.store import tables as t
from bot.gateway.store.messages import Pen
from bot.gateway.turns import submissions

_ENDED = [state.value for state in ENDED]
_EMPTY: dict[str, Any] = {"text": None, "payload": None, "attachments": []}
_BY_CONVERSATION = (t.button, t.identity, t.attachment, t.note, t.announcement)


def stored(c: Connection, conversation: str) -> dict[str, int]:
    """How much is kept: messages, pictures, proofs of identity, calls for a person."""
    counted = {"messages": t.message, "pictures": t.attachment, "proofs": t.identity, "calls": t.handoff}
    return {name: _count(c, table, conversation) for name, table in counted.items()}


def erase(pen: Pen, text: str, cause: str) -> None:
    """Erase a conversation whose row is locked; `text` stands where words were. Files and the engine's sessions are
    removed by a submission, again and again until they are gone."""
    c, talk = pen.c, pen.talk
    pictures = list(
        c.execute(sa.select(t.attachment.c.id).where(t.attachment.c.conversation == talk.id)).scalars()
    )
    c.execute(sa.update(t.message).where(t.message.c.conversation == talk.id).values(body={"text": text}))
    waiting = t.inbox.c.state == t.NEW
    c.execute(sa.update(t.inbox).where(t.inbox.c.conversation == talk.id, ~waiting).values(body=_EMPTY))
    for table in _BY_CONVERSATION:
        c.execute(sa.delete(table).where(table.c.conversation == talk.id))
    # Tries and codes are counted by keyed hashes: nobody empties the count by having themselves forgotten.
    c.execute(
        sa.update(t.code)
        .where(t.code.c.conversation == talk.id)
        .values(account_no="", used=True, helper=None)
    )
    closed = sa.update(t.handoff).where(t.handoff.c.conversation == talk.id, t.handoff.c.state.in_(_ENDED))
    c.execute(closed.values(summary="", slots={}))
    ended = sa.update(t.submission).where(
        t.submission.c.conversation == talk.id, t.submission.c.state != "new"
    )
    c.execute(ended.values(body={}))
    names = [session_name(talk.id, number) for number in range(talk.session + 1)]
    submissions.add(c, f"forget:{cause}", talk.id, "forget", {"sessions": names, "pictures": pictures})
    pen.changes["session"] = talk.session + 1


def _count(c: Connection, table: sa.Table, conversation: str) -> int:
    query: sa.Select[Any] = (
        sa.select(sa.func.count()).select_from(table).where(table.c.conversation == conversation)
    )
    return int(c.execute(query).scalar_one())
