"""Writes to the company that must happen even when it is down now: kept, repeated under one key, then told.

What the company refuses goes to a person. An urgent write is tried beside them all the same, until they have closed the
case: a refusal may be a fault of the company's system, and somebody stands by a broken line.

Emergency orders of the danger lane, the `deferred` effects of actions and what is to be forgotten end here."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection

from bot.gateway.people import handoff
from bot.gateway.people.desk import Desk
from bot.gateway.store import clock, manners, messages, sms
from bot.gateway.store import tables as t
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import Store, insert_once
from bot.gateway.store.texts import Wording
from bot.gateway.turns.operations import OPERATIONS, Outside, Write
from bot.ports.errors import CompanyError, Conflict, Unavailable
from bot.ports.identity import Subject

log = structlog.get_logger()

_AT_ONCE = 4
_CLAIM = 8.0
_SLOWEST = {True: 5.0, False: 30.0}
_CONFLICTS = 20


def add(
    c: Connection,
    key: str,
    conversation: str,
    operation: str,
    body: dict[str, Any],
    follows: str | None = None,
) -> None:
    """Keep a write until the company has accepted it; a key that is known already changes nothing. Raises KeyError and
    TypeError for an operation that is not known or a body that does not fit."""
    kept = OPERATIONS[operation]
    kept.build(body)
    row = {
        "key": key, "conversation": conversation, "operation": operation, "body": body, "follows": follows,
        "urgent": kept.urgent, "created_at": clock.now(c),
    }  # fmt: skip
    insert_once(c, t.submission, row)


class Submissions:
    """Brings kept writes to the company."""

    def __init__(
        self,
        store: Store,
        outside: Outside,
        who: Callable[[Connection, str], Subject],
        wording: Wording,
        desk: Desk,
        tell: Callable[[Sequence[Message]], Awaitable[None]],
    ) -> None:
        self._store = store
        self._desk = desk
        self._outside = outside
        self._who = who
        self._wording = wording
        self._tell = tell

    async def free_claims(self) -> None:
        """At the start of the only gateway: whatever a killed one had in hand is due now."""
        await self._store.write(_free_claims)

    async def step(self) -> bool:
        """Submit what is due, urgent ones first. True when there was something."""
        rows = await self._store.write(_claim)
        await asyncio.gather(*(self._submit(row) for row in rows))
        return bool(rows)

    async def order_of(self, key: str, within: float) -> str | None:
        """The order number behind a key, waiting up to `within` seconds for it; None when there is none yet."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        while True:
            row = await self._store.read(find, key)
            if row is None or row.state != "new" or loop.time() > deadline:
                return row.order_no if row else None
            await asyncio.sleep(0.1)

    async def _submit(self, row: t.Record) -> None:
        try:
            order_no = await self._call(row)
        except Unavailable:
            await self._later(row)
        except Conflict as error:
            await (self._refused(row, error) if row.attempts >= _CONFLICTS else self._later(row))
        except (CompanyError, TypeError) as error:
            await self._refused(row, error)
        else:
            await (self._later(row) if order_no is None else self._accepted(row, order_no))

    async def _call(self, row: t.Record) -> str | None:
        """The order number, or None while the order it follows has no number yet."""
        operation = OPERATIONS[row.operation]
        who = await self._store.read(self._who, row.conversation)
        first = await self._store.read(find, row.follows) if row.follows else None
        if row.follows and (first is None or first.order_no is None):
            return None
        number = first.order_no if first else ""
        what = operation.build(row.body)
        return await operation.call(self._outside, Write(who, what, row.key, row.conversation, number))

    async def _later(self, row: t.Record) -> None:
        until = self._store.clock() + _pause(row, _SLOWEST[row.urgent])
        await self._store.write(_end, row, {"not_before": until})

    async def _accepted(self, row: t.Record, order_no: str) -> None:
        await self._tell(await self._store.write(self._accept, row, order_no))

    def _accept(self, c: Connection, row: t.Record, order_no: str) -> list[Message]:
        if not _end(c, row, {"state": "done", "order_no": order_no}) or OPERATIONS[row.operation].silent:
            return []
        talk, phone = messages.find_talk(c, row.conversation), row.body.get("phone")
        if talk and manners.of(talk.channel).texts and phone and order_no:  # nobody listens any more
            sms.queue(c, phone, self._wording.say("sms_order", order_no=order_no), sms.DAY)
        text = self._wording.say(OPERATIONS[row.operation].text, order_no=order_no)
        return _say(c, row, f"order:{row.key}", text)

    async def _refused(self, row: t.Record, error: Exception) -> None:
        log.error("submission_refused", submission=row.id, error=type(error).__name__)
        await self._tell(await self._store.write(self._refuse, row))

    def _refuse(self, c: Connection, row: t.Record) -> list[Message]:
        """To a person; an urgent write ends only when a person has closed the case."""
        closed = not row.urgent or handoff.closed_by_person(c, row.conversation, row.created_at)
        again = {"not_before": clock.now(c) + _pause(row, _SLOWEST[False])}
        if not _end(c, row, {"state": "refused"} if closed else again):
            return []
        key = f"refused:{row.key}"
        if OPERATIONS[row.operation].silent or messages.known(c, key):
            return []
        skill = OPERATIONS[row.operation].skill
        priority = 0 if row.urgent else 3
        ticket, _ = self._desk.request(c, row.conversation, handoff.Wish("backend_down", skill, priority))
        return _say(c, row, key, self._wording.say("deferred_refused", ticket=ticket))


def find(c: Connection, key: str) -> t.Record | None:
    """The submission under a key."""
    return c.execute(sa.select(t.submission).where(t.submission.c.key == key)).one_or_none()


def _free_claims(c: Connection) -> None:
    c.execute(sa.update(t.submission).where(t.submission.c.state == "new").values(not_before=0.0))


def _claim(c: Connection) -> Sequence[t.Record]:
    now, s = clock.now(c), t.submission.c
    known = s.operation.in_(OPERATIONS)  # what a newer gateway has kept is left to it
    due = sa.select(s.id).where(s.state == "new", s.not_before <= now, known)
    due = due.order_by(s.urgent.desc(), s.id).limit(_AT_ONCE).with_for_update(skip_locked=True)
    claim = sa.update(t.submission).where(s.id.in_(due))
    return c.execute(
        claim.values(not_before=now + _CLAIM, attempts=s.attempts + 1).returning(t.submission)
    ).all()


def _end(c: Connection, row: t.Record, values: dict[str, Any]) -> bool:
    """Change a submission unless somebody else has ended it."""
    mine = sa.update(t.submission).where(t.submission.c.id == row.id, t.submission.c.state == "new")
    return bool(c.execute(mine.values(**values)).rowcount)


def _pause(row: t.Record, slowest: float) -> float:
    return float(min(0.5 * 2 ** min(row.attempts, 10), slowest) * random.uniform(0.7, 1.0))


def _say(c: Connection, row: t.Record, key: str, text: str) -> list[Message]:
    return messages.tell(c, row.conversation, key, {"text": text}, author="system")
