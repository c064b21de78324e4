"""Keeps an outside desk and our hand-offs in step: a duty that tells the desk what it has not heard, and an `Office` that
carries out what the desk tells. What is to be told is read from the tables, so a crash or a desk that is away loses
nothing; while it is away, customers get what they get when nobody is there (docs/handoff.md)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec

import structlog

from bot.channels.outside.desk import Away, Case, DeskMessage, ForeignDesk, Refuses
from bot.core.handoff import SPOKEN_BY_AGENT, WAITING, Forbidden, State
from bot.gateway.gateway import Gateway
from bot.gateway.people import cases, handoff
from bot.gateway.people.handoff import NotYours
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import Connection, Record

log = structlog.get_logger()
P = ParamSpec("P")

JOB = "outside-desk"
_PAUSE, _LONGEST = 2.0, 60.0


class Bridge:
    """The duty, and the Office."""

    def __init__(self, gateway: Gateway, desk: ForeignDesk) -> None:
        self._gateway = gateway
        self._desk = desk
        self.reachable = True
        gateway.desk.outside = lambda: self.reachable and gateway.desk.manned(gateway.clock())
        gateway.on_published.append(self._published)
        gateway.on_moved.append(self._moved)

    async def _published(self, _new: Sequence[Message]) -> None:
        self._gateway.jobs.wake(JOB)

    async def _moved(self, _conversation: str) -> None:
        self._gateway.jobs.wake(JOB)

    async def step(self) -> bool:
        """Tell the desk of one case. True when there was one."""
        row = await self._gateway.store.write(cases.claim)
        if row is None:
            return False
        try:
            await self._tell(row)
        except Away as away:
            self.reachable = False
            pause = min(_LONGEST, _PAUSE * 2**row.attempts)
            await self._note(row, attempts=row.attempts + 1, not_before=self._gateway.clock() + pause)
            log.warning("outside_desk_away", error=str(away), attempts=row.attempts + 1)
        except Refuses as refusal:
            log.error("outside_desk_refuses", error=str(refusal), handoff=row.handoff_id)
            await self._note(row, open=False)
        else:
            self.reachable = True
        return True

    async def _tell(self, row: Record) -> None:
        """Everything the desk has not heard yet, in order; each piece is noted as soon as it has been told."""
        episode, talk, news = await self._gateway.store.read(cases.news, row)
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
            await self._desk.stopped(row.reference, await self._gateway.store.read(cases.why, row.handoff_id))
            ended = {"open": False}
        await self._note(row, cursor=max(1, talk.last_seq), attempts=0, not_before=0.0, **ended)

    async def _note(self, row: Record, **values: object) -> None:
        await self._gateway.store.write(cases.note, row.handoff_id, **values)

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
        found = cases.episode(c, reference)
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
        found = cases.episode(c, reference)
        if found is None:
            return "", []
        told += handoff.speak(c, found.conversation, agent, key, {"text": text, "agent_name": agent})
        return conversation, told

    def _stop(self, c: Connection, reference: str, solved: bool) -> tuple[str, list[Message]]:
        found = cases.episode(c, reference)
        if found is None:
            return "", []
        desk, state = self._gateway.desk, State(found.state)
        cases.close(c, reference)
        if state not in SPOKEN_BY_AGENT:
            # Closed at the desk though nobody had said a word to the customer.
            handoff.move(c, found, State.BOT, "agent_closed", "system")
            return found.conversation, []
        if solved:
            told = desk.resolve(c, found.conversation, found.agent, found.version, "solved")
        else:
            told = desk.release(c, found.conversation, found.agent, found.version)
        return found.conversation, told


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
