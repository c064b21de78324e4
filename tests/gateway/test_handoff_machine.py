"""The hand-off under random customers, agents, crashes and the passing of time: one owner, no word of anybody else,
nothing lost, and every wait ends."""

from __future__ import annotations

import random
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy.pool import StaticPool

from bot.core.handoff import SEATED, SPOKEN_BY_AGENT, WAITING, State, check
from bot.gateway.people import agents, desk, handoff
from bot.gateway.people.handoff import NotYours, Wish
from bot.gateway.people.shift import CHOICE_WAIT
from bot.gateway.store import messages
from bot.gateway.store import tables as t
from bot.gateway.store.messages import open_conversation
from bot.gateway.store.texts import Wording
from bot.region import desk as company_desk
from bot.region.region import load
from tests.clock import ManualClock
from tests.gateway.fakes import _empty_database, agent

TALKS = ("c-1", "c-2", "c-3", "c-4")
AGENTS = ("wang", "li")
ONE = st.sampled_from(TALKS)
WHO = st.sampled_from(AGENTS)


class Machine(RuleBasedStateMachine):
    """A database of its own; every rule is one transaction, and one that fails leaves nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        file = Path(self._folder.name) / "gateway.db"
        file.write_bytes(_empty_database())
        self._clock = ManualClock(1_800_000_000.0)
        self._engine = sa.create_engine(
            f"sqlite:///{file}", poolclass=StaticPool, execution_options={"clock": self._clock}
        )
        sa.event.listen(
            self._engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF")
        )
        self._said: list[str] = []
        rules = company_desk.load("bayannur")
        self._desk = desk.Desk(None, rules, Wording(load("bayannur")), None, None)  # type: ignore[arg-type]

    @initialize()
    def people(self) -> None:
        with self._engine.begin() as c:
            for name in TALKS:
                open_conversation(c, name, "web")
            for name in AGENTS:
                c.execute(sa.insert(t.agent).values(**agent(name, self._clock(), capacity=2)))

    @rule(talk=ONE, priority=st.integers(0, 9))
    def a_customer_wants_a_person(self, talk: str, priority: int) -> None:
        self._do(self._desk.request, talk, Wish("user_asked", priority=priority))

    @rule(talk=ONE)
    def a_customer_wants_the_bot(self, talk: str) -> None:
        self._do(self._desk.back_to_bot, talk)

    @rule(talk=ONE)
    def a_customer_leaves_a_message(self, talk: str) -> None:
        self._do(self._desk.chosen, talk, CHOICE_WAIT)

    @rule(talk=ONE)
    def a_customer_speaks_to_whoever_is_there(self, talk: str) -> None:
        with self._engine.begin() as c:
            pen = messages.open_pen(c, talk)
            pen.write(self._key(), {"text": "…"}, "customer")
            pen.changes["active_at"] = self._clock()
            pen.done()
        self._do(self._desk.heard, talk)

    @rule(talk=ONE, name=WHO, stale=st.booleans())
    def an_agent_takes(self, talk: str, name: str, stale: bool) -> None:
        self._do(self._desk.take, talk, name, self._version(talk) - stale)

    @rule(talk=ONE, name=WHO)
    def an_agent_speaks(self, talk: str, name: str) -> None:
        owner = self._owner(talk)
        told = self._do(handoff.speak, talk, name, self._key(), {"text": "…"})
        assert bool(told) == (owner == ("agent", name)), "only the owner is heard"

    @rule(talk=ONE)
    def the_bot_answers_late(self, talk: str) -> None:
        owner = self._owner(talk)
        told = self._do(messages.tell, talk, self._key(), {"text": "…"})
        assert bool(told) == (owner[0] == "bot"), "the bot is heard only while it has the word"

    @rule(
        talk=ONE, name=WHO, skill=st.sampled_from(("billing", "general")), to=st.sampled_from((None, *AGENTS))
    )
    def an_agent_passes_on(self, talk: str, name: str, skill: str, to: str | None) -> None:
        self._do(self._desk.hand_on, talk, name, self._version(talk), to_agent=to, to_skill=skill)

    @rule(talk=ONE, name=WHO, over=st.booleans())
    def an_agent_ends(self, talk: str, name: str, over: bool) -> None:
        if over:
            self._do(self._desk.resolve, talk, name, self._version(talk), "solved")
        else:
            self._do(self._desk.release, talk, name, self._version(talk))

    @rule(name=WHO, state=st.sampled_from(("online", "busy", "offline")))
    def an_agent_comes_or_goes(self, name: str, state: str) -> None:
        self._do(agents.set_presence, name, state, 2)

    @rule(seconds=st.sampled_from((1, 40, 100, 400, 1000, 4000)))
    def time_passes(self, seconds: int) -> None:
        self._clock.forward(seconds)
        self._do(self._desk.serve)
        self._do(self._desk.inform)

    @rule(talk=ONE, dice=st.randoms(use_true_random=False))
    def a_process_dies_in_the_middle(self, talk: str, dice: random.Random) -> None:
        before = self._rows()
        with pytest.raises(RuntimeError), self._engine.begin() as c:
            self._desk.request(c, talk, Wish("user_asked"))
            if dice.random() < 0.5:
                self._desk.serve(c)
            raise RuntimeError
        assert self._rows() == before

    @precondition(lambda self: any(row.state in {s.value for s in WAITING} for row in self._rows()))
    @rule()
    def nobody_comes_for_four_days(self) -> None:
        for name in AGENTS:
            self._do(agents.set_presence, name, "offline", 2)
        for _ in range(8):
            self._clock.forward(48 * 3600)
            self._do(self._desk.serve)
        assert not [row for row in self._rows() if State(row.state) in WAITING | SEATED], "every wait ends"

    @invariant()
    def one_owner_and_he_is_the_one_of_the_row(self) -> None:
        with self._engine.begin() as c:
            talks = c.execute(sa.select(t.conversation)).all()
        open_ones: dict[str, list[Any]] = {}
        for row in self._rows():
            if row.state not in ("BOT", "CLOSED"):
                open_ones.setdefault(row.conversation, []).append(row)
        for talk in talks:
            rows = open_ones.get(talk.id, [])
            assert len(rows) <= 1
            spoken = [row.agent for row in rows if State(row.state) in SPOKEN_BY_AGENT]
            assert (talk.owner, talk.agent) == (("agent", spoken[0]) if spoken else ("bot", None))

    @invariant()
    def the_log_leads_step_by_step_to_the_state(self) -> None:
        with self._engine.begin() as c:
            events = c.execute(sa.select(t.handoff_event).order_by(t.handoff_event.c.id)).all()
        for row in self._rows():
            mine = [each for each in events if each.handoff_id == row.id]
            assert mine[0].from_state == "BOT" and mine[-1].to_state == row.state
            for old, new in pairwise(mine):
                assert old.to_state == new.from_state
                if new.version != old.version:
                    check(State(new.from_state), State(new.to_state))
            assert row.version == mine[-1].version

    @invariant()
    def numbers_have_no_gaps(self) -> None:
        with self._engine.begin() as c:
            for name in TALKS:
                query = sa.select(t.message.c.seq).where(
                    t.message.c.conversation == name, t.message.c.seq.is_not(None)
                )
                seqs = sorted(c.execute(query).scalars())
                assert seqs == list(range(1, len(seqs) + 1))

    def teardown(self) -> None:
        self._engine.dispose()
        self._folder.cleanup()

    def _do(self, work: Any, *args: Any, **more: Any) -> Any:
        """One transaction; what may not be done is refused and changes nothing."""
        try:
            with self._engine.begin() as c:
                return work(c, *args, **more)
        except NotYours:
            return None

    def _key(self) -> str:
        self._said.append("")
        return f"k{len(self._said)}"

    def _rows(self) -> list[Any]:
        with self._engine.begin() as c:
            return list(c.execute(sa.select(t.handoff).order_by(t.handoff.c.id)).all())

    def _owner(self, talk: str) -> tuple[str, str | None]:
        with self._engine.begin() as c:
            row = messages.find_talk(c, talk)
            assert row is not None
            return row.owner, row.agent

    def _version(self, talk: str) -> int:
        with self._engine.begin() as c:
            row = handoff.open_one(c, talk)
            found = row or messages.find_talk(c, talk)
            assert found is not None
            return int(found.version)


Machine.TestCase.settings = hypothesis(max_examples=60, stateful_step_count=30, deadline=None)
TestHandoff = pytest.mark.slow(Machine.TestCase)
