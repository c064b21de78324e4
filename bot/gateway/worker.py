"""Working the inbox off: one turn at a time per conversation, urgent lanes first, each message answered once.

A claim is a lease that its holder keeps renewing; the final commit checks that the claim still holds, so of two
workers that took the same message only one can store an answer. The engine recognises a repeated message, so a
turn that was cut off after its effects is replayed and not carried out again.
"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gateway import danger, handoff, messages
from bot.gateway import tables as t
from bot.gateway.clock import iso
from bot.gateway.effects import Writer
from bot.gateway.engine import Answer, Broken, Button, Down, Engine, EngineFault, Turn
from bot.gateway.identity import Identity, session_name
from bot.gateway.logs import where
from bot.gateway.storage import Store
from bot.gateway.submissions import Submissions
from bot.gateway.texts import Wording

log = structlog.get_logger()

LEASE = 4.0
WORK_SECONDS = 15.0
ATTEMPTS = 5
GIVE_UP_AFTER = 600.0
NOTICE_AFTER = 4.0
_ORDER_WAIT = 4.0
_SLOWEST = 3.0
_URGENT_INTENTS = ("report_", "claim_", "file_complaint", "urge_order")
_FOLLOW_UPS = ("inform", "affirm", "deny", "correct", "repeat")


class Worker:
    """Claims messages, asks the engine, stores the answers."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        identity: Identity,
        submissions: Submissions,
        wording: Wording,
        size: int,
        answered: Callable[[], None],
        typing: Callable[[str, bool], Awaitable[None]],
    ) -> None:
        self._store = store
        self._engine = engine
        self._identity = identity
        self._submissions = submissions
        self._wording = wording
        self._size = size
        self._answered = answered
        self._typing = typing
        self._turns: dict[int, asyncio.Task[None]] = {}
        self._holders: dict[int, str] = {}
        self.wake: Callable[[], None] = lambda: None

    async def free_claims(self) -> None:
        """At the start of the only gateway: nobody else holds anything."""
        async with self._store.write() as c:
            await c.execute(
                sa.update(t.inbox).where(t.inbox.c.state == "new").values(lease_until=0.0, not_before=0.0)
            )

    async def step(self) -> bool:
        """Start as many turns as there is room for; a quarter of the room is kept for urgent lanes."""
        free = self._size - len(self._turns)
        rows = await self._claim(free, lane=1) if free > 0 else []
        ordinary = free - len(rows) - self._size // 4
        if ordinary > 0:
            rows += await self._claim(ordinary, lane=2)
        for row in rows:
            task = asyncio.create_task(self._work(row))
            self._turns[row.id], self._holders[row.id] = task, row.holder
        return bool(rows)

    async def _claim(self, most: int, lane: int) -> list[t.Record]:
        i, now = t.inbox.c, time.time()
        earlier = t.inbox.alias()
        first = ~sa.exists().where(
            earlier.c.conversation == i.conversation, earlier.c.id < i.id, earlier.c.state == "new"
        )
        ready = sa.select(i.id).where(
            i.state == "new", i.lane <= lane, i.not_before <= now, i.lease_until <= now, first
        )
        async with self._store.read() as c:
            if (await c.execute(ready.limit(1))).first() is None:
                return []
        heads = ready.order_by(i.lane, i.id).limit(most).with_for_update(skip_locked=True)
        values = {"lease_until": now + LEASE, "holder": str(uuid.uuid4()), "attempts": i.attempts + 1}
        claim = sa.update(t.inbox).where(i.id.in_(heads)).values(**values).returning(t.inbox)
        async with self._store.write() as c:
            return sorted((await c.execute(claim)).all(), key=lambda row: (row.lane, row.id))

    async def renew(self) -> bool:
        """Keep the claims of the turns that run."""
        if self._holders:
            i = t.inbox.c
            mine = (i.id.in_(self._holders), i.holder.in_(set(self._holders.values())), i.state == "new")
            async with self._store.write() as c:
                await c.execute(sa.update(t.inbox).where(*mine).values(lease_until=time.time() + LEASE))
        return False

    async def drain(self) -> None:
        """Let the running turns end; they do within WORK_SECONDS."""
        if self._turns:
            await asyncio.wait(list(self._turns.values()), timeout=WORK_SECONDS)

    async def _work(self, row: t.Record) -> None:
        try:
            async with asyncio.timeout(WORK_SECONDS):
                await self._turn(row)
        except (EngineFault, TimeoutError) as fault:
            await self._failed(row, fault)
        except Exception as error:
            log.error("turn_failed", inbox=row.id, error=type(error).__name__, at=where(error))
            await self._failed(row, Broken(type(error).__name__))
        finally:
            del self._turns[row.id], self._holders[row.id]
            self._answered()
            self.wake()

    async def _turn(self, row: t.Record) -> None:
        async with self._store.read() as c:
            talk = (
                await c.execute(sa.select(t.conversation).where(t.conversation.c.id == row.conversation))
            ).one()
        if talk.owner != "bot":
            await self._finish(row, talk.version, None)
            return
        await self._typing(row.conversation, True)
        try:
            metadata = await self._metadata(row)
            turn = Turn(
                session_name(row.conversation, talk.session), f"m-{row.id}", row.body["text"],
                row.body["payload"], metadata,
            )  # fmt: skip
            await self._finish(row, talk.version, await self._engine.turn(turn))
        finally:
            await self._typing(row.conversation, False)

    async def _metadata(self, row: t.Record) -> dict[str, Any]:
        metadata: dict[str, Any] = {
            "channel": row.channel, "message_id": f"m-{row.id}", "conversation": row.conversation,
            "now": iso(time.time()), "profile": {}, "attachments": row.body["attachments"],
        }  # fmt: skip
        if hazards := row.body.get("hazards"):
            order_no = await self._submissions.order_of(danger.key(row.id), _ORDER_WAIT)
            metadata["danger"] = {"hazards": hazards, "order_no": order_no}
        who = await self._identity.who(row.conversation)
        return metadata | {"subject": who.token, "level": who.level.value, "accounts": list(who.accounts)}

    async def _finish(self, row: t.Record, version: int, answer: Answer | None) -> None:
        """Replies, effects and the end of the message in one commit, if the claim still holds. When the
        conversation has changed hands since, the replies are kept but never shown."""
        async with self._store.write() as c:
            state: dict[str, Any] = {"state": "done", "finished_at": time.time()}
            if answer:
                state |= {"intent": answer.intent, "confidence": answer.confidence}
            if not await self._end(c, row, state):
                return
            if answer:
                heard = await self._still(c, row.conversation, version)
                writer = Writer(c, self._wording, row, heard)
                for reply in answer.replies:
                    await writer.reply(reply)
                if not writer.count:
                    await self._apologise(writer)
                changes: dict[str, Any] = {"turn": row.id}
                if answer.intent and answer.intent not in _FOLLOW_UPS:
                    changes["lane"] = 1 if answer.intent.startswith(_URGENT_INTENTS) else 2
                await c.execute(
                    sa.update(t.conversation).where(t.conversation.c.id == row.conversation).values(**changes)
                )

    async def _apologise(self, writer: Writer) -> None:
        offer = Button(title=self._wording.say("person_button"), payload="/request_human")
        await writer.say({"text": self._wording.say("no_answer")}, [offer])

    async def _still(self, c: AsyncConnection, conversation: str, version: int) -> bool:
        query = sa.select(t.conversation.c.owner, t.conversation.c.version)
        now = (await c.execute(query.where(t.conversation.c.id == conversation).with_for_update())).one()
        return bool(now.owner == "bot" and now.version == version)

    async def _end(self, c: AsyncConnection, row: t.Record, state: dict[str, Any]) -> bool:
        i = t.inbox.c
        mine = (i.id == row.id, i.holder == row.holder, i.state == "new")
        ended = await c.execute(sa.update(t.inbox).where(*mine).values(**state))
        return bool(ended.rowcount)

    async def _failed(self, row: t.Record, fault: Exception) -> None:
        """Try again later; a message that is itself at fault is set aside after ATTEMPTS."""
        log.warning("turn_put_off", inbox=row.id, attempts=row.attempts, fault=type(fault).__name__)
        old = time.time() - row.received_at > GIVE_UP_AFTER
        hopeless = isinstance(fault, Broken) or (old and not isinstance(fault, Down))
        if hopeless and row.attempts >= ATTEMPTS:
            await self._set_aside(row)
            return
        pause = min(0.25 * 2 ** min(row.attempts, 8), _SLOWEST) * random.uniform(0.7, 1.0)
        values: dict[str, Any] = {"lease_until": 0.0, "not_before": time.time() + pause}
        if isinstance(fault, Down):
            values["attempts"] = max(0, row.attempts - 1)
        async with self._store.write() as c:
            await self._end(c, row, values)

    async def _set_aside(self, row: t.Record) -> None:
        async with self._store.write() as c:
            if await self._end(c, row, {"state": "dead", "finished_at": time.time()}):
                ticket, _ = await handoff.request(c, row.conversation, "backend_down", priority=3)
                body = {"text": self._wording.say("set_aside", ticket=ticket)}
                key = f"dead:{row.id}"
                await messages.add(c, row.conversation, key, body, inbox_id=row.id, author="system")


class Patience:
    """Tells a customer who waits that the message is safe, once per message and within five seconds."""

    def __init__(self, store: Store, wording: Wording, answered: Callable[[], None]) -> None:
        self._store = store
        self._wording = wording
        self._answered = answered

    async def step(self) -> bool:
        i = t.inbox.c
        late = (i.state == "new", ~i.noticed, i.received_at < time.time() - NOTICE_AFTER)
        query = sa.select(i.id).where(*late).limit(100)
        async with self._store.read() as c:
            if (await c.execute(query)).first() is None:
                return False
        async with self._store.write() as c:
            told = sa.update(t.inbox).where(i.id.in_(query.with_for_update(skip_locked=True)))
            rows = await c.execute(told.values(noticed=True).returning(i.id, i.conversation))
            for row in rows.all():
                body = {"text": self._wording.say("busy")}
                await messages.add(c, row.conversation, f"busy:{row.id}", body, inbox_id=row.id)
        self._answered()
        return True
