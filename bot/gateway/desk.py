"""The desk at work: gives who waits to who is free, tells those who wait where they stand, and lets no wait go on
for ever. One duty, called again and again; what it writes it commits together with the change of state."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection

from bot.company.desk import DeskRules
from bot.core.handoff import PROMISED, SPOKEN_BY_AGENT, WAITING, State
from bot.core.queue import Waiting, ahead, assign, wait_range
from bot.gateway import agents, handoff, messages, surveys
from bot.gateway import tables as t
from bot.gateway.clock import CHINA
from bot.gateway.engine import Button
from bot.gateway.logs import where
from bot.gateway.messages import Message
from bot.gateway.storage import Store
from bot.gateway.texts import Wording

log = structlog.get_logger()

CHOICE_WAIT, CHOICE_BOT = "desk:message", "desk:bot"
_PREFIXES = ("desk:", f"{surveys.RATE}:", f"{surveys.WHY}:")
_OFFER_LAPSES = 1800.0


class Turned(Protocol):
    """What a turn of the bot did, as far as the desk is concerned."""

    offers_person: bool
    wants_person: bool
    asks_rating: bool


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
        shift = _Shift(c, self._rules, self.wording, time.time())
        shift.end_waits()
        shift.give_out()
        return shift.told, shift.moved

    def inform(self, c: Connection) -> list[Message]:
        """Tell those who wait where they stand."""
        shift = _Shift(c, self._rules, self.wording, time.time())
        shift.tell_places()
        return shift.told

    def manned(self) -> bool:
        return self._rules.open_at(datetime.now(CHINA))

    def request(self, c: Connection, conversation: str, wish: handoff.Wish) -> tuple[str, str]:
        """Call a person. Returns the ticket and the name of the text that says what happens now."""
        self.called = True
        here = agents.somebody_on_duty(c)
        state = State.QUEUED if here else State.OFFLINE_MESSAGE
        ticket, fresh = handoff.request(c, conversation, wish, state)
        if not fresh:
            return ticket, "handover_again" if here else "handover_kept"
        if here:
            return ticket, "handover_promise"
        return ticket, "handover_promise_off_duty" if self.manned() else "outside_hours"

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
        due = time.time() + self._times.first_reply
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
        due = time.time() + self._times.first_reply
        return self._joined(c, conversation, due) if to_agent else self._said(c, conversation, "handed_on")

    def reassign(
        self, c: Connection, conversation: str, lead: str, version: int, to_agent: str
    ) -> list[Message]:
        """A lead gives a conversation to an agent (handoff.reassign)."""
        handoff.reassign(c, conversation, lead, version, to_agent)
        return self._joined(c, conversation, time.time() + self._times.first_reply)

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
        asked = {"handoff_id": row.id, "agent": agent}
        return [
            *self._say(c, row, "talk_over"),
            *surveys.ask(c, conversation, "person", self.wording, **asked),
        ]

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
        return _tell(c, row, name, self.wording.say(name, ticket=row.ticket, **values))

    def gave_out(self, payload: str) -> bool:
        """Whether a button is the desk's or a survey's and none of the bot's."""
        return payload.startswith(_PREFIXES)

    def heard(self, c: Connection, conversation: str) -> list[Message]:
        """The customer spoke to an agent, who owes an answer from the first unanswered word on."""
        row = handoff.open_one(c, conversation)
        if row is not None and State(row.state) in SPOKEN_BY_AGENT and row.due_at is None:
            due = time.time() + self._times.answer
            c.execute(sa.update(t.handoff).where(t.handoff.c.id == row.id).values(due_at=due))
        return []

    def after_turn(self, c: Connection, conversation: str, turn: Turned) -> list[Message]:
        """What a turn of the bot means for the desk: a person offered, an offer passed over, a rating asked."""
        if turn.offers_person and not turn.wants_person:
            handoff.offer(c, conversation, "policy")
        elif not turn.wants_person:
            handoff.lapse(c, conversation)
        return surveys.ask(c, conversation, "bot", self.wording) if turn.asks_rating else []

    def back_to_bot(self, c: Connection, conversation: str) -> list[Message]:
        """The customer wants the bot again: from a person, or out of the line."""
        row = handoff.open_one(c, conversation)
        if row is None or not handoff.back_to_bot(c, conversation):
            return []
        return self._say(c, row, "bot_back_asked")


class _Shift:
    """One round of the desk in one transaction."""

    def __init__(self, c: Connection, rules: DeskRules, wording: Wording, now: float) -> None:
        self._c = c
        self._rules = rules
        self._times = rules.times
        self._wording = wording
        self._now = now
        self.told: list[Message] = []
        self.moved: list[str] = []

    def end_waits(self) -> None:
        """Whatever has waited too long goes its next way."""
        h = t.handoff.c
        open_ones = sa.select(t.handoff).where(h.state.not_in([State.BOT.value, State.CLOSED.value]))
        for row in self._c.execute(open_ones.with_for_update(skip_locked=True)).all():
            with self._alone(row):
                self._end_wait(row)

    def _end_wait(self, row: t.Record) -> None:
        age, times = self._now - row.since, self._times
        match State(row.state):
            case State.OFFERED if age > _OFFER_LAPSES:
                self._move(row, State.BOT, "user_left")
            case State.QUEUED if self._now - (row.queued_at or row.since) > times.give_up:
                self._move(row, State.CALLBACK_WAIT, "assign_timeout", "assign_timeout")
            case State.ASSIGNED if age > times.first_reply:
                self._agent_away(row)
            case State.HUMAN if row.due_at is not None and self._now > row.due_at:
                self._agent_away(row)
            case State.HUMAN if self._now - self._active_at(row) > times.customer_left:
                self._move(row, State.WRAP, "user_left", "talk_idle")
            case State.WRAP if age > times.wrap:
                self._move(row, State.CLOSED, "user_left", outcome=row.outcome or "user_left")
            case State.CALLBACK_WAIT | State.OFFLINE_MESSAGE if age > times.promise_hours * 3600:
                self._move(row, State.CLOSED, "assign_timeout", "promise_ended", outcome="promise_ended")

    def _agent_away(self, row: t.Record) -> None:
        """Another one, and nothing more for this one until he says that he is back."""
        away = sa.update(t.agent).where(t.agent.c.name == row.agent).values(state="busy")
        self._c.execute(away)
        self._move(row, State.QUEUED, "agent_response_timeout", "agent_away", last_agent=None)

    def give_out(self) -> None:
        """Everybody who can be served now is."""
        seats = agents.seats(self._c, self._now)
        rows = {row.id: row for row in self._waiting()}
        for number, name in assign(map(waiting, rows.values()), seats, self._now):
            with self._alone(rows[number]):
                self._give(rows[number], name)

    def _give(self, row: t.Record, name: str) -> None:
        due = self._now + self._times.first_reply
        handoff.move(self._c, row, State.ASSIGNED, "assigned", "system", agent=name, due_at=due)
        self.moved.append(row.conversation)
        agent = agents.find(self._c, name)
        self._say(row, "joined", agent=agent.display if agent else name)

    def tell_places(self) -> None:
        """Who waits in the line hears his place when it has changed, and of other ways when it takes long."""
        seats = agents.seats(self._c, self._now)
        rows = self._waiting()
        before = ahead(map(waiting, rows), seats, self._now)
        for row in rows:
            if row.state == State.QUEUED:
                with self._alone(row):
                    self._tell_place(row, before[row.id], len(seats))

    def _tell_place(self, row: t.Record, place: int, agents_on_duty: int) -> None:
        span = wait_range(place, agents_on_duty, self._rules.talk_minutes)
        first = row.told_ahead is None
        due = self._now - row.told_at >= self._times.position_every
        if span and place != row.told_ahead and (first or (due and self._pushed(row))):
            least, most = span
            name = "position" if place else "position_next"
            self._say(row, name, ahead=place, least=least, most=most)
            self._note(row, told_ahead=place, told_at=self._now)
        waited = self._now - (row.queued_at or row.since)
        long = span is None or span[1] > self._times.offer_above_minutes or waited > self._times.offer_after
        if row.offered_at is None and long and waited > 1 and row.priority:
            self._offer(row)

    @contextlib.contextmanager
    def _alone(self, row: t.Record) -> Iterator[None]:
        """What goes wrong with one row is undone and logged, and the others go on."""
        kept = len(self.told), len(self.moved)
        try:
            with self._c.begin_nested():
                yield
        except Exception as error:
            del self.told[kept[0] :], self.moved[kept[1] :]
            log.error("desk_row_failed", handoff=row.id, error=type(error).__name__, at=where(error))

    def _offer(self, row: t.Record) -> None:
        buttons = [
            Button(title=self._wording.say("other_ways_message"), payload=CHOICE_WAIT),
            Button(title=self._wording.say("other_ways_bot"), payload=CHOICE_BOT),
        ]
        self.told += messages.ask(
            self._c,
            row.conversation,
            f"desk:{row.id}:{row.version}:ways",
            self._wording.say("other_ways"),
            buttons,
        )
        self._note(row, offered_at=self._now)

    def _pushed(self, row: t.Record) -> bool:
        talk = messages.find_talk(self._c, row.conversation)
        return talk is not None and talk.channel in self._rules.told_positions

    def _waiting(self) -> list[t.Record]:
        query = sa.select(t.handoff).where(t.handoff.c.state.in_([s.value for s in WAITING]))
        return list(self._c.execute(query.with_for_update(skip_locked=True)).all())

    def _active_at(self, row: t.Record) -> float:
        talk = messages.find_talk(self._c, row.conversation)
        return max(float(talk.active_at) if talk else 0.0, float(row.since))

    def _move(self, row: t.Record, new: State, reason: str, text: str = "", **more: object) -> None:
        handoff.move(self._c, row, new, reason, "system", **more)
        self.moved.append(row.conversation)
        if text:
            self._say(row, text)

    def _note(self, row: t.Record, **values: object) -> None:
        self._c.execute(sa.update(t.handoff).where(t.handoff.c.id == row.id).values(**values))

    def _say(self, row: t.Record, name: str, **values: object) -> None:
        self.told += _tell(self._c, row, name, self._wording.say(name, ticket=row.ticket, **values))


def _tell(c: Connection, row: t.Record, name: str, text: str) -> list[Message]:
    pen = messages.open_pen(c, row.conversation)
    # The place in the conversation makes it unique: the same may be said again later.
    pen.write(f"desk:{row.id}:{name}:{pen.next_seq}", {"text": text}, "system")
    return pen.done()


def waiting(row: t.Record) -> Waiting:
    """A row of the line as the queue sees it."""
    return Waiting(
        row.id, row.priority, row.queued_at or row.since, row.skill, row.level, row.last_agent,
        promised=State(row.state) in PROMISED,
    )  # fmt: skip
