"""The bot's clocks and the reference company's read the same file and end at the same moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from backend import clocks as theirs
from backend import region as their_region
from bot.region import region
from bot.region.working_days import is_working_day

OURS, THEIRS = region.load("bayannur").commitments, their_region.load("bayannur").commitments
BEGUN = datetime(
    2026, 9, 29, 16, 30, tzinfo=theirs.CHINA
)  # before the National Day holidays and their exchanged days


@dataclass(frozen=True)
class Stage:
    state: str
    at: datetime


def stages(*states: str) -> list[Stage]:
    return [Stage(state, BEGUN + timedelta(hours=7 * index)) for index, state in enumerate(states)]


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize(
    "states",
    [
        ("accepted",),
        ("waiting_documents",),
        ("waiting_documents", "accepted"),
        ("accepted", "waiting_documents", "accepted", "survey", "works"),
        ("accepted", "dispatched", "arrived", "restored"),
    ],
)
def test_both_end_a_clock_at_the_same_moment(name: str, states: tuple[str, ...]) -> None:
    went = stages(*states)
    assert OURS[name].clock.due_at(went, is_working_day) == theirs.due_at(THEIRS[name], went)


@pytest.mark.parametrize("name", OURS)
def test_a_warning_comes_before_the_end(name: str) -> None:
    clock = OURS[name].clock
    if clock.warn:
        assert clock.warn.after(BEGUN, is_working_day) < clock.length.after(BEGUN, is_working_day)
