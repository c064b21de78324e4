"""Who saw or changed what: append-only, each row chained to the one before by its hash.

The database refuses to change or delete a row (migration 0003), and `verify` finds what was changed in spite of it. With a
key (GRIDCARE_AUDIT_KEY) hashes are keyed: whoever may write the table and has no key cannot write another chain. Rows from
before the key stand in front, and none follows a keyed one. A chain cannot show that its newest rows were cut off together
with the counter: number and hash of the newest row go to the log every hour (`audit_anchor`), which is kept elsewhere. Rows hold names and numbers of things, never a customer's data.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.gateway.store import clock
from bot.gateway.store import tables as t
from bot.gateway.store.storage import insert_once

_COUNTER = "audit"
_START = "0" * 64


def record(c: Connection, actor: str, action: str, subject: str, detail: str = "") -> None:
    """Add a row in the caller's transaction: either both happen or neither."""
    insert_once(c, t.counter, {"name": _COUNTER, "value": 0})
    # The counter's row lock puts writers in line.
    number = sa.update(t.counter).where(t.counter.c.name == _COUNTER).values(value=t.counter.c.value + 1)
    row: dict[str, Any] = {
        "id": c.execute(number.returning(t.counter.c.value)).scalar_one(), "at": round(clock.now(c), 3),
        "actor": actor[:64], "action": action[:24], "subject": subject[:120], "detail": detail[:200],
    }  # fmt: skip
    before = c.execute(sa.select(t.audit.c.hash).where(t.audit.c.id == row["id"] - 1)).scalar_one_or_none()
    c.execute(sa.insert(t.audit).values(**row, hash=digest(row, before or _START, _key(c))))


def digest(row: Any, before: str, key: str) -> str:
    """SHA-256 over the row and the hash before it, HMAC with a key."""
    parts = [row["id"], row["at"], row["actor"], row["action"], row["subject"], row["detail"], before]
    said = json.dumps(parts, ensure_ascii=False).encode()
    return hmac.new(key.encode(), said, "sha256").hexdigest() if key else hashlib.sha256(said).hexdigest()


def begin(c: Connection) -> None:
    """With a key the newest row is a keyed one: the first start with it adds one."""
    rows = c.execute(sa.select(t.audit).order_by(t.audit.c.id.desc()).limit(2)).mappings().all()
    before = rows[1]["hash"] if len(rows) > 1 else _START
    if (key := _key(c)) and not (rows and rows[0]["hash"] == digest(rows[0], before, key)):
        record(c, "operator", "audit_key", "audit")


def anchor(c: Connection) -> tuple[int, str]:
    """Number and hash of the newest row."""
    newest = c.execute(sa.select(t.audit.c.id, t.audit.c.hash).order_by(t.audit.c.id.desc()).limit(1)).first()
    return (newest.id, newest.hash) if newest else (0, _START)


def _key(c: Connection) -> str:
    return str(c.get_execution_options().get("audit_key", ""))


def verify(c: Connection) -> tuple[int, str, int | None]:
    """Rows, the newest hash, and the number of the first row that is missing or changed (None: all is well)."""
    before, count, key, keyed = _START, 0, _key(c), False
    for row in c.execute(sa.select(t.audit).order_by(t.audit.c.id)).mappings():
        count += 1
        good = row["id"] == count and row["hash"] == digest(row, before, key)
        old = not keyed and row["id"] == count and row["hash"] == digest(row, before, "")
        if not (good or old):
            return count, before, count
        keyed |= good and bool(key)
        before = row["hash"]
    counted = c.execute(sa.select(t.counter.c.value).where(t.counter.c.name == _COUNTER)).scalar_one_or_none()
    if key and count and not keyed:
        return count, before, count
    return count, before, None if (counted or 0) == count else count + 1


def count(c: Connection, actor: str, action: str, seconds: float) -> int:
    """How often somebody did something lately."""
    a = t.audit.c
    which = (a.actor == actor, a.action == action, a.at > clock.now(c) - seconds)
    return int(c.execute(sa.select(sa.func.count()).where(*which)).scalar_one())


def page(c: Connection, before: int, actor: str, action: str, limit: int) -> tuple[list[t.Record], bool]:
    """Rows before a number (0: the newest), newest first, and whether there are more."""
    a = t.audit.c
    query = sa.select(t.audit).order_by(a.id.desc()).limit(limit + 1)
    if before:
        query = query.where(a.id < before)
    if actor:
        query = query.where(a.actor.contains(actor, autoescape=True))
    if action:
        query = query.where(a.action.contains(action, autoescape=True))
    rows = list(c.execute(query).all())
    return rows[:limit], len(rows) > limit
