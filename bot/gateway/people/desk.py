"""The desk at work: gives who waits to who is free, tells those who wait where they stand, and lets no wait go on
for ever. One duty, called again and again; what it writes it commits together with the change of state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.core.handoff import SPOKEN_BY_AGENT, WAITING, State
from bot.gateway.people import agents, handoff, surveys
from bot.gateway.people.shift import CHOICE_BOT, CHOICE_WAIT, Shift, say
from bot.gateway.store import clock
from bot.gateway.store import tables as t
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import Store
from bot.gateway.store.texts import Wording
from bot.region.desk import DeskRules

_PREFIXES = ("desk:", f"{surveys.RATE}:", f"{surveys.WHY}:")


class Turned(Protocol):
    """What a turn of the bot did, as far as the desk is concerned."""

    offers_person: bool
    wants_person: bool


class Desk:
    """`step` is the duty; `request` and `chosen` are what conversations need of it."""

    def __init__(
        self,
        store: Store,
        rules: DeskRules,
        wording: Wording,
        tell: Callable[[Sequence[Message]], Awaitable[None]],
        changed: Callable[[str], Awaitable[None]],
    ) -> None:
        self._store = store
        self._rules = rules
        self._times = rules.times
        self.wording = wording
        self._tell = tell
        self._changed = changed
        self.called = False  # somebody was called since the last round
        self.outside: Callable[[], bool] = lambda: False  # whether people of another system answer now

    async def step(self) -> bool:
        """Give out what can be given, commit, and only then tell the others where they stand."""
        self.called = False
        told, moved = await self._store.write(self.serve)
        await self._tell(told)
        for conversation in moved:
            await self._changed(conversation)
        await self._tell(await self._store.write(self.inform))
        return False

    def serve(self, c: Connection) -> tuple[list[Message], list[str]]:
        """End the waits that are over and fill free seats: what was said, and the conversations that moved."""
        shift = Shift(c, self._rules, self.wording, clock.now(c))
        shift.end_waits()
        shift.give_out()
        return shift.told, shift.moved

    def inform(self, c: Connection) -> list[Message]:
        """Tell those who wait where they stand."""
        shift = Shift(c, self._rules, self.wording, clock.now(c))
        shift.tell_places(elsewhere=self.outside())
        return shift.told

    def manned(self, at: float) -> bool:
        """Whether people are at work at that time."""
        return self._rules.open_at(clock.here(at))

    def request(self, c: Connection, conversation: str, wish: handoff.Wish) -> tuple[str, str]:
        """Call a person. Returns the ticket and the name of the text that says what happens now."""
        self.called = True
        here = agents.somebody_on_duty(c) or self.outside()
        state = State.QUEUED if here else State.OFFLINE_MESSAGE
        ticket, fresh = handoff.request(c, conversation, wish, state)
        if not fresh:
            return ticket, "handover_again" if here else "handover_kept"
        if here:
            return ticket, "handover_promise"
        return ticket, "handover_promise_off_duty" if self.manned(clock.now(c)) else "outside_hours"

    def call(self, c: Connection, conversation: str, wish: handoff.Wish) -> tuple[str, str]:
        """`request`, with the text itself instead of its name."""
        ticket, name = self.request(c, conversation, wish)
        return ticket, self.wording.say(name, ticket=ticket, hours=self._rules.hours_said)

    def chosen(self, c: Connection, conversation: str, payload: str) -> list[Message] | None:
        """What follows a button that the desk or a survey gave out; None for another's button."""
        if payload == CHOICE_BOT:
            return self.back_to_bot(c, conversation)
        if payload == CHOICE_WAIT:
            row = handoff.open_one(c, conversation)
            if row is None or State(row.state) not in WAITING:
                return []
            if row.state == State.QUEUED:
                row = handoff.move(c, row, State.OFFLINE_MESSAGE, "user_asked", "customer")
            return self._say(c, row, "message_kept")
        return surveys.chosen(c, conversation, payload, self.wording)

    def take(self, c: Connection, conversation: str, agent: str, version: int) -> list[Message]:
        """An agent takes a conversation (handoff.take) and the customer hears who it is."""
        handoff.take(c, conversation, agent, version)
        due = clock.now(c) + self._times.first_reply
        return self._joined(c, conversation, due)

    def hand_on(
        self,
        c: Connection,
        conversation: str,
        agent: str,
        version: int,
        *,
        to_agent: str | None = None,
        to_skill: str = "",
    ) -> list[Message]:
        """To another agent or skill (handoff.transfer); the customer hears it."""
        handoff.transfer(c, conversation, agent, version, to_agent=to_agent, to_skill=to_skill)
        due = clock.now(c) + self._times.first_reply
        return self._joined(c, conversation, due) if to_agent else self._said(c, conversation, "handed_on")

    def reassign(
        self, c: Connection, conversation: str, lead: str, version: int, to_agent: str
    ) -> list[Message]:
        """A lead gives a conversation to an agent (handoff.reassign)."""
        handoff.reassign(c, conversation, lead, version, to_agent)
        return self._joined(c, conversation, clock.now(c) + self._times.first_reply)

    def release(self, c: Connection, conversation: str, agent: str, version: int) -> list[Message]:
        """Back to the bot (handoff.release), which says that it is there."""
        row = handoff.open_one(c, conversation)
        handoff.release(c, conversation, agent, version)
        return self._say(c, row, "bot_back") if row else []

    def resolve(
        self, c: Connection, conversation: str, agent: str, version: int, outcome: str
    ) -> list[Message]:
        """The talk is over (handoff.resolve); the customer is asked how it was."""
        row = handoff.open_one(c, conversation)
        talked = row is not None and row.state != State.WRAP
        handoff.resolve(c, conversation, agent, version, outcome)
        if row is None or not talked:
            return []
        over = self._say(c, row, "talk_over")
        return over + surveys.ask(c, conversation, self.wording, handoff_id=row.id, agent=agent)

    def _joined(self, c: Connection, conversation: str, due: float) -> list[Message]:
        row = handoff.open_one(c, conversation)
        assert row is not None
        c.execute(sa.update(t.handoff).where(t.handoff.c.id == row.id).values(due_at=due))
        agent = agents.find(c, row.agent)
        return self._say(c, row, "joined", agent=agent.display if agent else row.agent)

    def _said(self, c: Connection, conversation: str, name: str) -> list[Message]:
        row = handoff.open_one(c, conversation)
        return self._say(c, row, name) if row else []

    def _say(self, c: Connection, row: t.Record, name: str, **values: object) -> list[Message]:
        return say(c, row, name, self.wording.say(name, ticket=row.ticket, **values))

    def gave_out(self, payload: str) -> bool:
        """Whether a button is the desk's or a survey's and none of the bot's."""
        return payload.startswith(_PREFIXES)

    def heard(self, c: Connection, conversation: str) -> list[Message]:
        """The customer spoke to an agent, who owes an answer from the first unanswered word on."""
        row = handoff.open_one(c, conversation)
        if row is not None and State(row.state) in SPOKEN_BY_AGENT and row.due_at is None:
            due = clock.now(c) + self._times.answer
            c.execute(sa.update(t.handoff).where(t.handoff.c.id == row.id).values(due_at=due))
        return []

    def after_turn(self, c: Connection, conversation: str, turn: Turned) -> None:
        """What a turn of the bot means for the desk: a person offered, or an offer passed over."""
        if turn.offers_person and not turn.wants_person:
            handoff.offer(c, conversation, "policy")
        elif not turn.wants_person:
            handoff.lapse(c, conversation)

    def back_to_bot(self, c: Connection, conversation: str) -> list[Message]:
        """The customer wants the bot again: from a person, or out of the line."""
        row = handoff.open_one(c, conversation)
        if row is None or not handoff.back_to_bot(c, conversation):
            return []
        return self._say(c, row, "bot_back_asked")
