"""Working the inbox off: one turn at a time per conversation, urgent lanes first, each message answered once.

A claim is a lease that its holder keeps renewing; the final commit checks that the claim still holds, so of two
workers that took the same message only one can store an answer. The engine recognises a repeated message, so a
turn that was cut off after its effects is replayed and not carried out again.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection

from bot.gateway.customer.identity import IdentityService, session_name
from bot.gateway.people import handoff
from bot.gateway.people.desk import Desk
from bot.gateway.store import clock, manners, messages
from bot.gateway.store import tables as t
from bot.gateway.store.clock import iso
from bot.gateway.store.logs import where
from bot.gateway.store.messages import Button, Message
from bot.gateway.store.storage import Store
from bot.gateway.store.texts import Wording
from bot.gateway.turns import danger
from bot.gateway.turns.effects import Writer
from bot.gateway.turns.engine import Broken, Down, EngineAnswer, EngineClient, EngineFault, TurnRequest
from bot.gateway.turns.submissions import Submissions
from bot.ports.identity import Subject

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


@dataclass(frozen=True)
class Claim:
    """A message in hand, and how its conversation stood when it was taken."""

    row: t.Record
    owner: str
    version: int
    session: int
    who: Subject
    pictures: list[str]

    @property
    def key(self) -> tuple[int, str]:
        """Tells this claim from a later one of the same message."""
        return self.row.id, self.row.holder

    @property
    def cause(self) -> str:
        """The message's name for effects outside of the database."""
        return messages.cause(self.row.channel, self.row.message_id)

    @property
    def turn(self) -> str:
        """What the engine calls it: the same for every attempt."""
        return f"m-{self.cause}"


@dataclass(frozen=True)
class Done:
    """A message is dealt with; what was said."""

    said: list[Message]


class Worker:
    """Claims messages, asks the engine, stores the answers."""

    def __init__(
        self,
        store: Store,
        engine: EngineClient,
        identity: IdentityService,
        submissions: Submissions,
        wording: Wording,
        desk: Desk,
        size: int,
        tell: Callable[[Sequence[Message]], Awaitable[None]],
        typing: Callable[[str, bool], Awaitable[None]],
    ) -> None:
        self._store = store
        self._engine = engine
        self._identity = identity
        self._submissions = submissions
        self._wording = wording
        self._desk = desk
        self._size = size
        self._tell = tell
        self._typing = typing
        self._turns: dict[tuple[int, str], asyncio.Task[None]] = {}  # by message and holder
        self.wake: Callable[[], None] = lambda: None

    async def free_claims(self) -> None:
        """At the start of the only gateway: nobody else holds anything."""
        await self._store.write(_free_claims)

    async def step(self) -> bool:
        """Start as many turns as there is room for; a quarter of the room is kept for urgent lanes."""
        free = self._size - len(self._turns)
        if free <= 0:
            return False
        claims = await self._store.write(self._claim, free, free - self._size // 4)
        for claim in claims:
            self._turns[claim.key] = asyncio.create_task(self._work(claim))
        return bool(claims)

    def _claim(self, c: Connection, most: int, ordinary: int) -> list[Claim]:
        """Take up to `most` messages that are first of their conversation, at most `ordinary` of them not urgent."""
        rows = _claim_lanes(c, ordinary, 2) if ordinary > 0 else []
        if len(rows) >= ordinary and len(rows) < most:
            rows += _claim_lanes(c, most - len(rows), 1)
        return [self._claimed(c, row) for row in rows]

    def _claimed(self, c: Connection, row: t.Record) -> Claim:
        talk = messages.find_talk(c, row.conversation)
        assert talk is not None
        who = self._identity.who(c, talk.id)
        return Claim(row, talk.owner, talk.version, talk.session, who, messages.pictures(c, talk))

    async def renew(self) -> bool:
        """Keep the claims of the turns that run."""
        if self._turns:
            await self._store.write(_renew, dict(self._turns.keys()))
        return False

    async def drain(self) -> None:
        """Let the running turns end; they do within WORK_SECONDS."""
        if self._turns:
            await asyncio.wait(list(self._turns.values()), timeout=WORK_SECONDS)

    async def _work(self, claim: Claim) -> None:
        try:
            await self._tell(await self._attempt(claim))
        except Exception as error:
            # Nothing was stored: the claim runs out and the message is taken up again.
            log.error("turn_lost_hold", inbox=claim.row.id, error=type(error).__name__, at=where(error))
        finally:
            del self._turns[claim.key]
            self.wake()

    async def _attempt(self, claim: Claim) -> list[Message]:
        try:
            async with asyncio.timeout(WORK_SECONDS):
                return await self._turn(claim)
        except (EngineFault, TimeoutError) as fault:
            return await self._failed(claim.row, fault)
        except Exception as error:
            log.error("turn_failed", inbox=claim.row.id, error=type(error).__name__, at=where(error))
            return await self._failed(claim.row, Broken(type(error).__name__))

    async def _turn(self, claim: Claim) -> list[Message]:
        row = claim.row
        if self._for_desk(claim):
            done = await self._store.write(self._without_engine, claim)
            if done:
                return done.said
        await self._typing(row.conversation, True)
        try:
            name = session_name(row.conversation, claim.session)
            metadata = await self._metadata(claim)
            turn = TurnRequest(name, claim.turn, row.body["text"], row.body["payload"], metadata)
            return await self._store.write(self._finish, claim, await self._engine.turn(turn))
        finally:
            await self._typing(row.conversation, False)

    def _for_desk(self, claim: Claim) -> bool:
        body = claim.row.body
        if body["payload"]:
            return self._desk.gave_out(body["payload"])
        return claim.owner != "bot" or self._wording.wants_bot(body["text"] or "")

    def _without_engine(self, c: Connection, claim: Claim) -> Done | None:
        """What is no question to the bot: words to an agent, a wish to leave him, a button of the desk."""
        talk, body = claim.row.conversation, claim.row.body
        said: list[Message] | None = None
        if body["payload"]:
            said = self._desk.chosen(c, talk, body["payload"])
        elif self._wording.wants_bot(body["text"] or ""):
            said = self._desk.back_to_bot(c, talk) or None
        elif claim.owner != "bot":
            said = self._desk.heard(c, talk)
        if said is None:
            return None
        _end(c, claim.row, {"state": "done", "finished_at": clock.now(c)})
        return Done(said)

    async def _metadata(self, claim: Claim) -> dict[str, Any]:
        row, who = claim.row, claim.who
        metadata: dict[str, Any] = {
            "channel": row.channel, "manner": asdict(manners.of(row.channel)), "message_id": claim.turn,
            "conversation": row.conversation, "now": iso(self._store.clock()), "profile": row.body.get("profile", {}),
            "attachments": claim.pictures, "subject": who.token, "level": who.level.value, "accounts": list(who.accounts),
        }  # fmt: skip
        if hazards := row.body.get("hazards"):
            order_no = await self._submissions.order_of(danger.key(claim.cause), _ORDER_WAIT)
            metadata["danger"] = {"hazards": hazards, "order_no": order_no}
        return metadata

    def _finish(self, c: Connection, claim: Claim, answer: EngineAnswer) -> list[Message]:
        """Replies, effects and the end of the message in one commit, if the claim still holds. When the
        conversation has changed hands since, the replies are kept but never shown."""
        row, pen = claim.row, messages.open_pen(c, claim.row.conversation)
        talk = pen.talk
        state: dict[str, Any] = {"state": "done", "finished_at": clock.now(c)}
        if not _end(c, row, state | {"intent": answer.intent, "confidence": answer.confidence}):
            return []
        heard = pen.talk.owner == "bot" and pen.talk.version == claim.version
        writer = Writer(pen, self._desk, row.id, claim.cause, heard)
        for reply in answer.replies:
            writer.reply(reply)
        if not writer.count:
            self._apologise(writer)
        pen.changes["turn"] = row.id
        if answer.intent and answer.intent not in _FOLLOW_UPS:
            pen.changes["lane"] = 1 if answer.intent.startswith(_URGENT_INTENTS) else 2
        said = pen.done()
        self._desk.after_turn(c, talk.id, writer)
        return said

    def _apologise(self, writer: Writer) -> None:
        offer = Button(title=self._wording.say("person_button"), payload="/request_human")
        writer.say({"text": self._wording.say("no_answer")}, [offer])

    async def _failed(self, row: t.Record, fault: Exception) -> list[Message]:
        """Try again later; a message that is itself at fault is set aside after ATTEMPTS."""
        log.warning("turn_put_off", inbox=row.id, attempts=row.attempts, fault=type(fault).__name__)
        old = self._store.clock() - row.received_at > GIVE_UP_AFTER
        hopeless = isinstance(fault, Broken) or (old and not isinstance(fault, Down))
        if hopeless and row.attempts >= ATTEMPTS:
            return await self._store.write(self._set_aside, row)
        pause = min(0.25 * 2 ** min(row.attempts, 8), _SLOWEST) * random.uniform(0.7, 1.0)
        values: dict[str, Any] = {"lease_until": 0.0, "not_before": self._store.clock() + pause}
        if isinstance(fault, Down):
            values["attempts"] = max(0, row.attempts - 1)
        await self._store.write(_end, row, values)
        return []

    def _set_aside(self, c: Connection, row: t.Record) -> list[Message]:
        pen = messages.open_pen(c, row.conversation)
        if not _end(c, row, {"state": "dead", "finished_at": clock.now(c)}):
            return []
        ticket, _ = self._desk.request(c, row.conversation, handoff.Wish("backend_down", priority=3))
        body = {"text": self._wording.say("set_aside", ticket=ticket)}
        pen.write(f"dead:{row.id}", body, "system", inbox_id=row.id)
        return pen.done()


def _free_claims(c: Connection) -> None:
    freed = sa.update(t.inbox).where(t.inbox.c.state == t.NEW)
    c.execute(freed.values(lease_until=0.0, not_before=0.0))


def _claim_statement() -> sa.Executable:
    """Claim the most urgent messages that are due and first of their conversation."""
    i, earlier = t.inbox.c, t.inbox.alias()
    first = ~sa.exists().where(
        earlier.c.conversation == i.conversation, earlier.c.id < i.id, earlier.c.state == t.NEW
    )
    now: sa.BindParameter[float] = sa.bindparam("now")
    ready = sa.select(i.id).where(
        i.state == t.NEW, i.lane <= sa.bindparam("slowest"), i.not_before <= now, i.lease_until <= now, first
    )
    heads = ready.order_by(i.lane, i.id).limit(sa.bindparam("most")).with_for_update(skip_locked=True)
    values = {"lease_until": sa.bindparam("until"), "holder": sa.bindparam("by"), "attempts": i.attempts + 1}
    return sa.update(t.inbox).where(i.id.in_(heads)).values(**values).returning(t.inbox)


_CLAIM = _claim_statement()
_END = sa.update(t.inbox).where(
    t.inbox.c.id == sa.bindparam("row"), t.inbox.c.holder == sa.bindparam("by"), t.inbox.c.state == t.NEW
)


def _claim_lanes(c: Connection, most: int, slowest: int) -> list[t.Record]:
    now = clock.now(c)
    values = {"now": now, "slowest": slowest, "most": most, "until": now + LEASE, "by": str(uuid.uuid4())}
    return sorted(c.execute(_CLAIM, values), key=lambda row: (row.lane, row.id))


def _renew(c: Connection, holders: dict[int, str]) -> None:
    i = t.inbox.c
    mine = (i.id.in_(holders), i.holder.in_(set(holders.values())), i.state == t.NEW)
    c.execute(sa.update(t.inbox).where(*mine).values(lease_until=clock.now(c) + LEASE))


def _end(c: Connection, row: t.Record, values: dict[str, Any]) -> bool:
    """Change a message if its claim still holds."""
    ended = c.execute(_END.values(**values), {"row": row.id, "by": row.holder})
    return bool(ended.rowcount)


class Patience:
    """Tells a customer who waits that the message is safe, once per message and within five seconds."""

    def __init__(
        self, store: Store, wording: Wording, tell: Callable[[Sequence[Message]], Awaitable[None]]
    ) -> None:
        self._store = store
        self._wording = wording
        self._tell = tell

    async def step(self) -> bool:
        told = await self._store.write(self._notice)
        await self._tell(told)
        return bool(told)

    def _notice(self, c: Connection) -> list[Message]:
        i, told = t.inbox.c, []
        late = sa.select(i.id, i.conversation).where(
            i.state == t.NEW, ~i.noticed, i.received_at < clock.now(c) - NOTICE_AFTER
        )
        for row in c.execute(late.limit(100)).all():
            pen = messages.open_pen(c, row.conversation)
            mine = sa.update(t.inbox).where(i.id == row.id, i.state == t.NEW, ~i.noticed)
            if c.execute(mine.values(noticed=True)).rowcount:
                pen.write(f"busy:{row.id}", {"text": self._wording.say("busy")}, inbox_id=row.id)
                told += pen.done()
        return told
