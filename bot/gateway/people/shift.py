"""What the desk does in one round: ends waits that are over, gives out free seats, tells the others where they stand."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection

from bot.core.handoff import PROMISED, WAITING, State
from bot.core.queue import Waiting, ahead, assign, wait_range
from bot.gateway.people import agents, callbacks, handoff
from bot.gateway.store import manners, messages
from bot.gateway.store import tables as t
from bot.gateway.store.logs import where
from bot.gateway.store.messages import Button, Message
from bot.gateway.store.texts import Wording
from bot.region.desk import DeskRules

log = structlog.get_logger()

CHOICE_WAIT, CHOICE_BOT = "desk:message", "desk:bot"
_OFFER_LAPSES = 1800.0


class Shift:
    """One round of the desk in one transaction. `told` is what was said, `moved` the conversations whose state changed."""

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
        first = callbacks.withheld(self._c, self._rules.callbacks, self._now)
        rows = {row.id: row for row in self._waiting() if row.id not in first}
        for number, name in assign(map(waiting, rows.values()), seats, self._now):
            with self._alone(rows[number]):
                self._give(rows[number], name)

    def _give(self, row: t.Record, name: str) -> None:
        due = self._now + self._times.first_reply
        handoff.move(self._c, row, State.ASSIGNED, "assigned", "system", agent=name, due_at=due)
        self.moved.append(row.conversation)
        agent = agents.find(self._c, name)
        self._say(row, "joined", agent=agent.display if agent else name)

    def tell_places(self, elsewhere: bool = False) -> None:
        """Who waits in the line hears his place when it has changed, and of other ways when it takes long. `elsewhere`:
        people of another system answer, whose line nobody here knows."""
        seats = agents.seats(self._c, self._now)
        rows = self._waiting()
        before = ahead(map(waiting, rows), seats, self._now)
        for row in rows:
            if row.state == State.QUEUED:
                with self._alone(row):
                    self._tell_place(row, before[row.id], len(seats), elsewhere)

    def _tell_place(self, row: t.Record, place: int, agents_on_duty: int, elsewhere: bool) -> None:
        span = wait_range(place, agents_on_duty, self._rules.talk_minutes)
        first = row.told_ahead is None
        due = self._now - row.told_at >= self._times.position_every
        if span and place != row.told_ahead and (first or (due and self._pushed(row))):
            least, most = span
            name = "position" if place else "position_next"
            self._say(row, name, ahead=place, least=least, most=most)
            self._note(row, told_ahead=place, told_at=self._now)
        waited = self._now - (row.queued_at or row.since)
        hopeless = span is None and not elsewhere
        slow = span is not None and span[1] > self._times.offer_above_minutes
        long = hopeless or slow or waited > self._times.offer_after
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
        return talk is not None and manners.of(talk.channel).position

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
        self.told += say(self._c, row, name, self._wording.say(name, ticket=row.ticket, **values))


def say(c: Connection, row: t.Record, name: str, text: str) -> list[Message]:
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
