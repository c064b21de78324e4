"""Pieces of messages on their way to WeChat, kept until WeChat has taken them or never will."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.gateway.store import clock, messages
from bot.gateway.store import tables as t
from bot.gateway.store.tables import Record
from bot.gateway.store.wechat import followers
from bot.gateway.store.wechat import tables as w

# While a turn younger than this runs, what is said meanwhile waits for its answer: each push counts.
PATIENCE = 8.0
CLOSED = (45015, 45047)
_LEASE = 15.0


@dataclass(frozen=True)
class DuePiece:
    """A piece in hand."""

    id: int
    conversation: str
    account: str
    openid: str
    text: str
    attempts: int


def add(c: Connection, conversation: str, pieces: Sequence[tuple[str, str]]) -> None:
    """Keep author and text of each, in order."""
    now = clock.now(c)
    rows = [
        {"conversation": conversation, "author": author, "text": text, "at": now} for author, text in pieces
    ]
    if rows:
        c.execute(sa.insert(w.piece), rows)


def waits(c: Connection, conversation: str) -> bool:
    """Whether what was said must wait for a request that answers, or for a turn."""
    now = clock.now(c)
    person = followers.find(c, conversation)
    if person is None or person.hold_until > now:
        return person is not None
    running = sa.select(t.inbox.c.id).where(
        t.inbox.c.conversation == conversation, t.inbox.c.state == t.NEW, t.inbox.c.lane > 0,
        t.inbox.c.received_at > now - PATIENCE,
    )  # fmt: skip
    if c.execute(running.limit(1)).first() is None:
        return False
    agent = sa.select(t.message.c.id).where(
        t.message.c.conversation == conversation,
        t.message.c.seq > person.cursor,
        t.message.c.author == "agent",
    )
    return c.execute(agent.limit(1)).first() is None


def behind(c: Connection) -> list[str]:
    """Conversations in which something was published after the cursor."""
    both = sa.join(w.user, t.conversation, w.user.c.conversation == t.conversation.c.id)
    query = sa.select(w.user.c.conversation).select_from(both)
    return list(c.execute(query.where(t.conversation.c.last_seq > w.user.c.cursor)).scalars())


def passive(c: Connection, conversation: str) -> str:
    """The text that goes out as the passive reply, or nothing: then what is first is on its way already."""
    p = w.piece.c
    first = sa.select(w.piece).where(p.conversation == conversation, p.state == t.NEW).order_by(p.id)
    for row in c.execute(first.with_for_update()).all():
        if row.attempts and row.not_before > clock.now(c):
            return ""
        if _withheld(c, row):
            continue
        end(c, row.id, "passive")
        return str(row.text)
    return ""


def claim(c: Connection, most: int) -> list[DuePiece]:
    """The first piece of each conversation that is due and may be sent now."""
    now, p, earlier = clock.now(c), w.piece.c, w.piece.alias()
    first = ~sa.exists().where(
        earlier.c.conversation == p.conversation, earlier.c.id < p.id, earlier.c.state == t.NEW
    )
    free = sa.exists().where(w.user.c.conversation == p.conversation, w.user.c.hold_until <= now)
    due = sa.select(p.id).where(p.state == t.NEW, p.not_before <= now, first, free).order_by(p.id)
    mine = due.limit(most).with_for_update(skip_locked=True)
    taken = sa.update(w.piece).where(p.id.in_(mine))
    rows = c.execute(taken.values(not_before=now + _LEASE, attempts=p.attempts + 1).returning(w.piece)).all()
    found = (_in_hand(c, row) for row in sorted(rows, key=lambda row: row.id) if not _withheld(c, row))
    return [piece for piece in found if piece]


def _withheld(c: Connection, row: Record) -> bool:
    """The bot has lost the word since: nobody would expect its answer between an agent's."""
    talk = messages.find_talk(c, row.conversation)
    if row.author != "bot" or talk is None or talk.owner == "bot":
        return False
    end(c, row.id, "withheld")
    return True


def _in_hand(c: Connection, row: Record) -> DuePiece | None:
    person = followers.find(c, row.conversation)
    if person is None:
        return None
    if person.quota < 1 or person.quota_until < clock.now(c):
        refuse(c, row.conversation, CLOSED[person.quota < 1])
        return None
    return DuePiece(row.id, row.conversation, person.account, person.openid, row.text, row.attempts)


def end(c: Connection, piece: int, state: str, code: int | None = None) -> None:
    """What was taken by WeChat is not kept twice: the conversation has it."""
    kept = {} if state in ("undelivered", "withheld") else {"text": ""}
    c.execute(sa.update(w.piece).where(w.piece.c.id == piece).values(state=state, code=code, **kept))


def sent(c: Connection, piece: DuePiece) -> None:
    end(c, piece.id, "sent")
    mine = sa.update(w.user).where(w.user.c.conversation == piece.conversation, w.user.c.quota > 0)
    c.execute(mine.values(quota=w.user.c.quota - 1))


def later(c: Connection, piece: DuePiece, code: int | None, pause: float) -> None:
    again = sa.update(w.piece).where(w.piece.c.id == piece.id, w.piece.c.state == t.NEW)
    c.execute(again.values(not_before=clock.now(c) + pause, code=code))


def refuse(c: Connection, conversation: str, code: int) -> None:
    """Nothing more can be sent to this customer now; kept, and shown to agents."""
    mine = sa.update(w.piece).where(w.piece.c.conversation == conversation, w.piece.c.state == t.NEW)
    c.execute(mine.values(state="undelivered", code=code))
    followers.change(c, conversation, quota=0)


def revive(c: Connection, conversation: str) -> None:
    """The customer is back within two days: what could not be sent goes out first."""
    p = w.piece.c
    kept = sa.update(w.piece).where(
        p.conversation == conversation, p.state == "undelivered", p.code.in_(CLOSED),
        p.at > clock.now(c) - 2 * followers.DAY,
    )  # fmt: skip
    c.execute(kept.values(state="new", attempts=0, not_before=0.0, code=None))


def standing(c: Connection, conversation: str) -> dict[str, object] | None:
    """What agents should know: how many messages may still be sent, until when, and what did not arrive."""
    person = followers.find(c, conversation)
    if person is None:
        return None
    p = w.piece.c
    lost = sa.select(p.id, p.state, p.code, p.text, p.at).where(
        p.conversation == conversation, p.state.in_(("undelivered", "withheld"))
    )
    open_now = person.quota_until > clock.now(c)
    return {
        "quota": person.quota if open_now else 0, "quota_until": person.quota_until,
        "undelivered": [dict(row._mapping) for row in c.execute(lost.order_by(p.id))],
    }  # fmt: skip
