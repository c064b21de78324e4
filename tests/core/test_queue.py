"""Who is served next, and what those who wait are told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.queue import AGEING, Seat, Waiting, ahead, assign, in_order, wait_range

SKILLS = ("general", "billing", "fault")
LINE = st.lists(
    st.builds(
        Waiting, st.integers(1, 10**6), st.integers(0, 9), st.floats(0, 3600), st.sampled_from(SKILLS),
        promised=st.booleans(),
    ),
    max_size=25, unique_by=lambda one: one.id,
)  # fmt: skip
SEATS = st.lists(
    st.builds(Seat, st.text("abcdefgh", min_size=1, max_size=3), st.frozensets(st.sampled_from(SKILLS)), free=st.integers(0, 3)),
    max_size=6, unique_by=lambda seat: seat.agent,
)  # fmt: skip


def test_danger_comes_first_however_long_others_have_waited() -> None:
    line = [Waiting(1, 5, since=0), Waiting(2, 0, since=86_000), Waiting(3, 1, since=0)]
    assert next(iter(in_order(line, 86_400))).id == 2


def test_waiting_makes_up_for_a_lower_class() -> None:
    old, new = Waiting(1, 6, since=0), Waiting(2, 3, since=4 * AGEING)
    assert [one.id for one in in_order([new, old], 4 * AGEING)] == [1, 2]


def test_the_agent_of_the_last_talk_is_preferred_then_the_least_busy() -> None:
    seats = [Seat("a", frozenset({"billing"}), busy=0.0), Seat("b", frozenset({"billing"}), busy=0.5)]
    assert assign([Waiting(1, 5, 0, "billing", last_agent="b")], seats, 1) == [(1, "b")]
    assert assign([Waiting(1, 5, 0, "billing")], seats, 1) == [(1, "a")]


def test_a_skill_nobody_on_duty_has_is_served_by_anybody_after_a_minute_and_danger_at_once() -> None:
    seats = [Seat("a", frozenset({"billing"}))]
    assert assign([Waiting(1, 5, 0, "mongolian")], seats, 10) == []
    assert assign([Waiting(1, 5, 0, "mongolian")], seats, 61) == [(1, "a")]
    assert assign([Waiting(1, 0, 0, "fault")], seats, 1) == [(1, "a")]


def test_the_wait_is_a_range_and_nothing_is_said_when_nobody_is_there() -> None:
    assert wait_range(0, 2, (3, 8)) == (1, 8)
    assert wait_range(5, 2, (3, 8)) == (7, 24)
    assert wait_range(3, 0, (3, 8)) is None


@given(LINE, SEATS)
def test_no_seat_is_given_twice_and_no_free_fitting_seat_stays_empty(
    line: list[Waiting], seats: list[Seat]
) -> None:
    given_out = assign(line, seats, 3600)
    names = [agent for _, agent in given_out]
    assert all(names.count(seat.agent) <= seat.free for seat in seats)
    assert len({number for number, _ in given_out}) == len(given_out)
    left = [one for one in line if one.id not in dict(given_out)]
    for seat in seats:
        if names.count(seat.agent) < seat.free:
            assert not any(one.skill == "general" or one.skill in seat.skills for one in left)


@given(LINE, SEATS)
def test_whoever_is_served_now_had_nobody_before_him_that_was_not_served_too(
    line: list[Waiting], seats: list[Seat]
) -> None:
    served = dict(assign(line, seats, 3600))
    before = ahead(line, seats, 3600)
    for one in line:
        assert 0 <= before[one.id] < max(1, len(line))
        if one.id in served and all(seat.skills == frozenset(SKILLS) for seat in seats):
            assert before[one.id] < len(served)
