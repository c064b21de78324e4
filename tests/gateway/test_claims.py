"""Which message or kept write is taken next, and who may end it: the rules of a claim, on a database at rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from bot.gateway.people import handoff
from bot.gateway.people.desk import Desk
from bot.gateway.people.handoff import Stale, Wish
from bot.gateway.store import tables as t
from bot.gateway.store.clock import now
from bot.gateway.store.messages import open_conversation
from bot.gateway.store.texts import Wording
from bot.gateway.turns import submissions, worker
from bot.region import desk as desk_rules
from bot.region.region import load
from tests.clock import ManualClock
from tests.gateway.fakes import _empty_database

ORDINARY, FAST, DANGER = 2, 1, 0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_800_000_000.0)


@pytest.fixture
def c(tmp_path: Path, clock: ManualClock) -> Iterator[Connection]:
    """A transaction on a database where nobody works."""
    file = tmp_path / "gateway.db"
    file.write_bytes(_empty_database())
    engine = sa.create_engine(f"sqlite:///{file}", execution_options={"clock": clock})
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def arrived(c: Connection, talk: str, lane: int = ORDINARY, **more: Any) -> int:
    """A message that waits; its number."""
    open_conversation(c, talk, "web")
    count = c.execute(sa.select(sa.func.count()).select_from(t.inbox)).scalar_one()
    row = {
        "channel": "web", "message_id": f"{talk}:{count}", "conversation": talk, "seq": count + 1, "digest": "",
        "body": {"text": "…", "payload": None}, "lane": lane, "received_at": now(c), **more,
    }  # fmt: skip
    return int(c.execute(sa.insert(t.inbox).values(**row).returning(t.inbox.c.id)).scalar_one())


def claimed(c: Connection, most: int = 10, slowest: int = ORDINARY) -> list[int]:
    return [row.id for row in worker._claim_lanes(c, most, slowest)]


def change(c: Connection, number: int, **values: Any) -> None:
    c.execute(sa.update(t.inbox).where(t.inbox.c.id == number).values(**values))


def state(c: Connection, number: int) -> t.Record:
    return c.execute(sa.select(t.inbox).where(t.inbox.c.id == number)).one()


def test_the_most_urgent_lane_is_taken_first_and_in_a_lane_the_oldest(c: Connection) -> None:
    lanes = (ORDINARY, ORDINARY, FAST, DANGER, FAST)
    a, b, fast, danger, late = (arrived(c, f"c-{n}", lane) for n, lane in enumerate(lanes))
    assert claimed(c, 1) == [danger]
    assert claimed(c, 3) == [fast, late, a]
    assert claimed(c) == [b]


def test_a_conversation_has_one_message_in_hand_and_the_next_waits_for_its_end(c: Connection) -> None:
    first, second = arrived(c, "c-1"), arrived(c, "c-1")
    other = arrived(c, "c-2")
    assert claimed(c) == [first, other]
    assert claimed(c) == []
    change(c, first, state="done")
    assert claimed(c) == [second]


def test_a_place_kept_for_urgent_lanes_is_not_given_to_others(c: Connection) -> None:
    arrived(c, "c-1", ORDINARY)
    fast = arrived(c, "c-2", FAST)
    assert claimed(c, slowest=FAST) == [fast]


def test_a_message_is_due_when_its_pause_and_its_claim_are_over(c: Connection, clock: ManualClock) -> None:
    soon, held = arrived(c, "c-1"), arrived(c, "c-2")
    change(c, soon, not_before=clock() + 5)
    change(c, held, lease_until=clock() + 5)
    assert claimed(c) == []
    clock.forward(5.01)
    assert claimed(c) == [soon, held]


def test_a_claim_is_a_lease_of_seconds_under_a_name_of_its_own_and_counts_as_an_attempt(
    c: Connection,
) -> None:
    one = arrived(c, "c-1")
    (first,) = worker._claim_lanes(c, 1, ORDINARY)
    change(c, one, lease_until=0.0)
    (second,) = worker._claim_lanes(c, 1, ORDINARY)
    assert (first.attempts, second.attempts) == (1, 2)
    assert first.holder and first.holder != second.holder
    assert 0 < second.lease_until - now(c) <= worker.LEASE


def test_only_the_holder_of_the_claim_ends_a_message_and_only_once(c: Connection) -> None:
    one = arrived(c, "c-1")
    (lost,) = worker._claim_lanes(c, 1, ORDINARY)
    change(c, one, lease_until=0.0)
    (held,) = worker._claim_lanes(c, 1, ORDINARY)
    assert not worker._end(c, lost, {"state": "done"})
    assert state(c, one).state == "new"
    assert worker._end(c, held, {"state": "done", "intent": "greet"})
    assert not worker._end(c, held, {"state": "dead"})
    assert (state(c, one).state, state(c, one).intent) == ("done", "greet")


def test_a_claim_ends_its_own_message_and_no_other(c: Connection) -> None:
    one, other = arrived(c, "c-1"), arrived(c, "c-2")
    (row, _) = worker._claim_lanes(c, 2, ORDINARY)
    assert worker._end(c, row, {"state": "done"})
    assert (state(c, one).state, state(c, other).state) == ("done", "new")


def test_a_lease_is_renewed_by_its_holder_while_the_message_waits(c: Connection) -> None:
    numbers = [arrived(c, f"c-{n}") for n in range(3)]
    rows = worker._claim_lanes(c, 3, ORDINARY)
    for number in numbers:
        change(c, number, lease_until=1.0)
    change(c, numbers[1], holder="somebody else")
    change(c, numbers[2], state="done")
    worker._renew(c, {row.id: row.holder for row in rows})
    renewed = [state(c, number).lease_until for number in numbers]
    assert 0 < renewed[0] - now(c) <= worker.LEASE
    assert renewed[1:] == [1.0, 1.0]


def test_at_the_start_of_the_only_gateway_everything_that_waits_is_due(c: Connection) -> None:
    waiting, ended = arrived(c, "c-1"), arrived(c, "c-2", state="done")
    for number in (waiting, ended):
        change(c, number, lease_until=9e9, not_before=9e9)
    worker._free_claims(c)
    assert claimed(c) == [waiting]
    assert state(c, ended).lease_until == 9e9


def kept(c: Connection, key: str, operation: str = "report_fault") -> None:
    open_conversation(c, "c-1", "web")
    submissions.add(c, key, "c-1", operation, {"phenomenon": "household", "description": key})


def test_urgent_writes_go_to_the_company_first_and_then_the_oldest(c: Connection) -> None:
    for n in range(5):
        kept(c, f"ordinary-{n}")
    kept(c, "urgent", "report_danger")
    assert {row.key for row in submissions._claim(c)} == {"urgent", "ordinary-0", "ordinary-1", "ordinary-2"}
    assert {row.key for row in submissions._claim(c)} == {"ordinary-3", "ordinary-4"}
    assert list(submissions._claim(c)) == []


def test_a_write_in_hand_is_due_again_after_a_while_and_an_ended_one_never(c: Connection) -> None:
    kept(c, "one")
    (row,) = submissions._claim(c)
    assert row.attempts == 1 and 0 < row.not_before - now(c) <= 8
    submissions._free_claims(c)
    (again,) = submissions._claim(c)
    assert again.attempts == 2
    assert submissions._end(c, again, {"state": "done", "order_no": "A1"})
    assert not submissions._end(c, row, {"state": "refused"})
    submissions._free_claims(c)
    assert list(submissions._claim(c)) == []
    ended = submissions.find(c, "one")
    assert ended and (ended.state, ended.order_no) == ("done", "A1")


def test_a_key_that_is_known_keeps_its_first_write(c: Connection) -> None:
    kept(c, "one")
    submissions.add(c, "one", "c-1", "report_danger", {"phenomenon": "danger", "description": "another"})
    row = submissions.find(c, "one")
    assert row and (row.operation, row.body, row.urgent) == (
        "report_fault",
        {"phenomenon": "household", "description": "one"},
        False,
    )
    assert submissions.find(c, "two") is None


def test_a_less_urgent_wish_takes_nothing_from_the_one_that_waits(c: Connection) -> None:
    open_conversation(c, "c-1", "web")
    ticket, _ = handoff.request(c, "c-1", Wish("hazard", "fault", 0, "着火", {"a": 1}, elder=True))
    again, fresh = handoff.request(c, "c-1", Wish("user_asked", "billing", 5, slots={"b": 2}))
    row = handoff.open_one(c, "c-1")
    assert row and (again, fresh) == (ticket, False)
    assert (row.priority, row.skill, row.reason, row.elder) == (0, "fault", "hazard", True)
    assert (row.summary, row.slots) == ("着火", {"a": 1, "b": 2})
    handoff.request(c, "c-1", Wish("complaint", "complaint", 0, "投诉"))
    row = handoff.open_one(c, "c-1")
    assert row and (row.skill, row.reason, row.summary) == ("fault", "hazard", "投诉")


def test_what_was_seen_before_the_conversation_changed_is_not_taken(c: Connection) -> None:
    open_conversation(c, "c-1", "web")
    with pytest.raises(Stale):
        handoff.take(c, "c-1", "xiao-wang", 7)
    with pytest.raises(Stale):
        handoff.take(c, "c-nobody", "xiao-wang", 1)


def test_a_message_that_cannot_be_answered_is_set_aside_with_a_ticket_once(c: Connection) -> None:
    wording = Wording(load("bayannur"))
    desk = Desk(None, desk_rules.load("bayannur"), wording, None, None)  # type: ignore[arg-type]
    worker_ = worker.Worker(None, None, None, None, wording, desk, 1, None, None)  # type: ignore[arg-type]
    number = arrived(c, "c-1")
    (row,) = worker._claim_lanes(c, 1, ORDINARY)
    (told,) = worker_._set_aside(c, row)
    waits = handoff.open_one(c, "c-1")
    assert waits and (waits.reason, waits.priority) == ("backend_down", 3)
    assert told.body == {"text": wording.say("set_aside", ticket=waits.ticket)}
    assert (told.author, told.inbox_id, state(c, number).state) == ("system", number, "dead")
    assert state(c, number).finished_at == now(c)
    assert worker_._set_aside(c, row) == []
    kept = c.execute(sa.select(t.message.c.key).where(t.message.c.author == "system")).scalars().all()
    assert kept == [f"dead:{number}"]
