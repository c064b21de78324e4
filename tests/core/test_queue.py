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
    half_way = [Waiting(1, 6, since=0), Waiting(2, 5, since=AGEING / 2)]
    assert [one.id for one in in_order(half_way, AGEING / 2)] == [2, 1]


def test_waiting_lifts_nobody_above_the_first_class() -> None:
    """Where all have waited long enough, the one who came first is next; and the first class is better than the
    second."""
    long_since, later = Waiting(1, 3, since=100), Waiting(2, 1, since=200)
    assert [one.id for one in in_order([later, long_since], 99 + 2 * AGEING)] == [2, 1]
    for now in (100 + 2 * AGEING, 2000):
        assert [one.id for one in in_order([later, long_since], now)] == [1, 2]
    assert [one.id for one in in_order([Waiting(1, 2, since=0), Waiting(2, 1, since=0)], 0)] == [2, 1]


def test_who_went_on_with_the_bot_comes_after_the_line_but_for_danger() -> None:
    promised, danger = Waiting(1, 1, since=0, promised=True), Waiting(2, 0, since=900, promised=True)
    assert [one.id for one in in_order([promised, danger, Waiting(3, 9, since=900)], 1000)] == [2, 3, 1]


def test_of_two_alike_the_older_number_and_the_longer_idle_agent_are_first() -> None:
    line = [Waiting(2, 5, since=0), Waiting(1, 5, since=0)]
    seats = [
        Seat("a", frozenset(), idle_since=9),
        Seat("c", frozenset(), idle_since=3),
        Seat("b", frozenset(), idle_since=3),
    ]
    assert assign(line, seats, 1) == [(1, "b"), (2, "c")]


def test_an_agent_of_a_lower_level_does_not_fit() -> None:
    seats = [Seat("junior", frozenset(), level=1), Seat("senior", frozenset(), level=2, busy=0.9)]
    assert assign([Waiting(1, 5, since=0, level=2)], seats, 1) == [(1, "senior")]
    assert assign([Waiting(1, 5, since=0, level=1)], seats, 1) == [(1, "junior")]


def test_a_seat_serves_as_many_as_it_has_places_and_one_who_fits_nobody_keeps_none_from_the_others() -> None:
    seats = [Seat("a", frozenset({"billing"}), free=2), Seat("b", frozenset({"billing"}), free=0)]
    line = [Waiting(1, 5, 0, "fault"), Waiting(2, 5, 0, "billing"), Waiting(3, 5, 0), Waiting(4, 5, 0)]
    assert assign(line, seats, 1) == [(2, "a"), (3, "a")]


def test_only_those_who_could_take_the_same_agent_stand_before_one() -> None:
    seats = [Seat("a", frozenset({"billing"})), Seat("b", frozenset({"fault"}))]
    line = [
        Waiting(n, 5, 0, skill)
        for n, skill in enumerate(("billing", "fault", "billing", "billing", "general"), 1)
    ]
    assert ahead(line, seats, 1) == {1: 0, 2: 0, 3: 1, 4: 2, 5: 4}
    assert ahead(line[:3], [], 1) == {1: 0, 2: 1, 3: 2}


def test_the_agent_of_the_last_talk_is_preferred_then_the_least_busy() -> None:
    seats = [Seat("a", frozenset({"billing"}), busy=0.0), Seat("b", frozenset({"billing"}), busy=0.5)]
    assert assign([Waiting(1, 5, 0, "billing", last_agent="b")], seats, 1) == [(1, "b")]
    assert assign([Waiting(1, 5, 0, "billing")], seats, 1) == [(1, "a")]


def test_a_skill_nobody_on_duty_has_is_served_by_anybody_after_a_minute_and_danger_at_once() -> None:
    seats = [Seat("a", frozenset({"billing"}))]
    for since in (0, 1000):
        assert assign([Waiting(1, 5, since, "mongolian")], seats, since + 59.9) == []
        assert assign([Waiting(1, 5, since, "mongolian")], seats, since + 60) == [(1, "a")]
        assert assign([Waiting(1, 0, since, "fault")], seats, since) == [(1, "a")]


def test_the_wait_is_a_range_and_nothing_is_said_when_nobody_is_there() -> None:
    assert wait_range(0, 2, (3, 8)) == (1, 8)
    assert wait_range(5, 2, (3, 8)) == (7, 24)
    assert wait_range(3, 1, (3, 8)) == (9, 32)
    assert wait_range(0, 5, (0.2, 0.5)) == (1, 1)
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
