"""Keeps an outside desk and our hand-offs in step: a duty that tells the desk what it has not heard, and an `Office` that
carries out what the desk tells. What is to be told is read from the tables, so a crash or a desk that is away loses
nothing; while it is away, customers get what they get when nobody is there (docs/handoff.md)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection

from bot.channels.outside import tables as o
from bot.channels.outside.desk import Away, Case, DeskMessage, ForeignDesk, Refuses
from bot.core.handoff import SPOKEN_BY_AGENT, WAITING, Forbidden, State
from bot.gateway.gateway import Gateway
from bot.gateway.people import handoff
from bot.gateway.people.handoff import NotYours
from bot.gateway.store import messages
from bot.gateway.store import tables as t
from bot.gateway.store.loops import Loop
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import insert_once
from bot.gateway.store.tables import Record

log = structlog.get_logger()
P = ParamSpec("P")

_BEFORE = 30  # messages an agent reads of what was said before
_PAUSE, _LONGEST = 2.0, 60.0
_LEASE = 30.0


class Bridge:
    """The duty, and the Office."""

    def __init__(self, gateway: Gateway, desk: ForeignDesk) -> None:
        self._gateway = gateway
        self._desk = desk
        self.reachable = True
        self.loop = Loop("outside-desk", self.step, 0.5)
        gateway.desk.outside = lambda: self.reachable and gateway.desk.manned()
        gateway.on_published.append(self._published)
        gateway.on_moved.append(self._moved)

    async def _published(self, _new: Sequence[Message]) -> None:
        self.loop.wake()

    async def _moved(self, _conversation: str) -> None:
        self.loop.wake()

    async def step(self) -> bool:
        """Tell the desk of one case. True when there was one."""
        row = await self._gateway.store.write(_claim)
        if row is None:
            return False
        try:
            await self._tell(row)
        except Away as away:
            self.reachable = False
            pause = min(_LONGEST, _PAUSE * 2**row.attempts)
            await self._note(row, attempts=row.attempts + 1, not_before=time.time() + pause)
            log.warning("outside_desk_away", error=str(away), attempts=row.attempts + 1)
        except Refuses as refusal:
            log.error("outside_desk_refuses", error=str(refusal), handoff=row.handoff_id)
            await self._note(row, open=False)
        else:
            self.reachable = True
        return True

    async def _tell(self, row: Record) -> None:
        """Everything the desk has not heard yet, in order; each piece is noted as soon as it has been told."""
        episode, talk, news = await self._gateway.store.read(_news, row)
        if not row.cursor:
            if State(episode.state) not in WAITING | SPOKEN_BY_AGENT:
                await self._note(row, open=False)
                return

            async def known(reference: str) -> None:
                await self._note(row, reference=reference)

            await self._desk.start(_case(episode, talk, news), known)
            await self._note(row, cursor=max(1, talk.last_seq), attempts=0, not_before=0.0)
            return
        for said in map(_said, news):
            if said:
                await self._desk.message(row.reference, said[1])
                await self._note(row, cursor=said[0])
        ended = {}
        if State(episode.state) not in WAITING | SPOKEN_BY_AGENT:
            await self._desk.stopped(row.reference, await self._gateway.store.read(_why, row.handoff_id))
            ended = {"open": False}
        await self._note(row, cursor=max(1, talk.last_seq), attempts=0, not_before=0.0, **ended)

    async def _note(self, row: Record, **values: object) -> None:
        mine = sa.update(o.case).where(o.case.c.handoff_id == row.handoff_id)
        await self._gateway.store.write(lambda c: c.execute(mine.values(**values)))

    async def assigned(self, reference: str, agent: str) -> None:
        await self._carry_out(self._assign, reference, agent)

    async def message(self, reference: str, agent: str, key: str, text: str) -> None:
        await self._carry_out(self._speak, reference, agent, key, text)

    async def stopped(self, reference: str, solved: bool) -> None:
        await self._carry_out(self._stop, reference, solved)

    async def _carry_out(
        self, work: Callable[Concatenate[Connection, str, P], tuple[str, list[Message]]], reference: str,
        *args: P.args, **more: P.kwargs,
    ) -> None:  # fmt: skip
        """In one commit; a call that no longer fits the state is one that came late, and is left."""
        try:
            conversation, told = await self._gateway.store.write(work, reference, *args, **more)
        except (NotYours, Forbidden) as late:
            log.info("outside_call_late", reason=type(late).__name__)
            return
        await self._gateway.tell(told)
        if conversation:
            await self._gateway.tell_moved(conversation)

    def _assign(self, c: Connection, reference: str, agent: str) -> tuple[str, list[Message]]:
        found = _episode(c, reference)
        if found is None or (found.agent == agent and State(found.state) in SPOKEN_BY_AGENT):
            return "", []
        desk = self._gateway.desk
        if State(found.state) in SPOKEN_BY_AGENT:
            return found.conversation, desk.reassign(c, found.conversation, agent, found.version, agent)
        return found.conversation, desk.take(c, found.conversation, agent, found.version)

    def _speak(
        self, c: Connection, reference: str, agent: str, key: str, text: str
    ) -> tuple[str, list[Message]]:
        conversation, told = self._assign(c, reference, agent)
        found = _episode(c, reference)
        if found is None:
            return "", []
        told += handoff.speak(c, found.conversation, agent, key, {"text": text, "agent_name": agent})
        return conversation, told

    def _stop(self, c: Connection, reference: str, solved: bool) -> tuple[str, list[Message]]:
        found = _episode(c, reference)
        if found is None:
            return "", []
        desk, state = self._gateway.desk, State(found.state)
        c.execute(sa.update(o.case).where(o.case.c.reference == reference).values(open=False))
        if state not in SPOKEN_BY_AGENT:
            # Closed at the desk though nobody had said a word to the customer.
            handoff.move(c, found, State.BOT, "agent_closed", "system")
            return found.conversation, []
        if solved:
            told = desk.resolve(c, found.conversation, found.agent, found.version, "solved")
        else:
            told = desk.release(c, found.conversation, found.agent, found.version)
        return found.conversation, told


def _claim(c: Connection) -> Record | None:
    """The next case that has news for the desk, new episodes among them; not again before the lease is over."""
    known = sa.select(o.case.c.handoff_id)
    waiting = sa.select(t.handoff.c.id, t.handoff.c.conversation).where(
        t.handoff.c.state.in_([state.value for state in WAITING]), t.handoff.c.id.not_in(known)
    )
    for new in c.execute(waiting).all():
        insert_once(c, o.case, {"handoff_id": new.id, "conversation": new.conversation})
    k, now = o.case.c, time.time()
    ended = t.handoff.c.state.not_in([state.value for state in WAITING | SPOKEN_BY_AGENT])
    news = sa.or_(k.cursor == 0, t.conversation.c.last_seq > k.cursor, ended)
    joined = sa.join(o.case, t.handoff, k.handoff_id == t.handoff.c.id).join(
        t.conversation, k.conversation == t.conversation.c.id
    )
    due = sa.select(k.handoff_id).select_from(joined).where(k.open, k.not_before <= now, news)
    first = (
        due.order_by(t.handoff.c.priority, k.handoff_id).limit(1).with_for_update(of=o.case, skip_locked=True)
    )
    taken = sa.update(o.case).where(k.handoff_id.in_(first)).values(not_before=now + _LEASE)
    return c.execute(taken.returning(o.case)).first()


def _news(c: Connection, row: Record) -> tuple[Record, Record, list[Message]]:
    """The episode, the conversation, and its messages after the cursor."""
    episode = c.execute(sa.select(t.handoff).where(t.handoff.c.id == row.handoff_id)).one()
    talk = c.execute(sa.select(t.conversation).where(t.conversation.c.id == row.conversation)).one()
    begin = row.cursor or max(0, talk.last_seq - _BEFORE)
    return episode, talk, messages.after(c, row.conversation, begin)


def _why(c: Connection, handoff_id: int) -> str:
    events = sa.select(t.handoff_event.c.reason).where(t.handoff_event.c.handoff_id == handoff_id)
    return str(c.execute(events.order_by(t.handoff_event.c.id.desc()).limit(1)).scalar_one())


def _episode(c: Connection, reference: str) -> Record | None:
    """The open episode of a case, locked."""
    number = c.execute(
        sa.select(o.case.c.handoff_id).where(o.case.c.reference == reference)
    ).scalar_one_or_none()
    if number is None:
        return None
    states = [state.value for state in WAITING | SPOKEN_BY_AGENT]
    query = sa.select(t.handoff).where(t.handoff.c.id == number, t.handoff.c.state.in_(states))
    return c.execute(query.with_for_update()).one_or_none()


def _case(episode: Record, talk: Record, news: Sequence[Message]) -> Case:
    before = tuple(said[1] for said in map(_said, news) if said)
    return Case(
        name=talk.id, ticket=episode.ticket, reason=episode.reason, skill=episode.skill,
        urgent=episode.priority == 0, channel=talk.channel, summary=episode.summary, before=before,
    )  # fmt: skip


def _said(message: Message) -> tuple[int, DeskMessage] | None:
    """A message for the desk with its number; None for what it said itself and for what has no words."""
    if message.author == "agent":
        return None
    text, picture = message.body.get("text", ""), bool(message.body.get("image"))
    if not (text or picture):
        return None
    key = f"{message.conversation}:{message.seq}"
    return message.seq, DeskMessage(key, message.author, text, picture)  # type: ignore[arg-type]
