"""Which state of a hand-off may follow which."""

from __future__ import annotations

import pytest

from bot.core.handoff import ENDED, PROMISED, SEATED, SPOKEN_BY_AGENT, WAITING, Forbidden, State, check

S = State


@pytest.mark.parametrize(
    ("new", "olds", "why"),
    [
        (S.BOT, set(S) - ENDED, "the customer may go back to the bot at any point"),
        (S.OFFERED, {S.BOT}, "a person is offered only to those who have none and wait for none"),
        (
            S.QUEUED,
            set(S) - {S.QUEUED, S.CLOSED},
            "an agent may fail in every state, and the call is not lost",
        ),
        (
            S.ASSIGNED,
            set(S) - {S.WRAP, S.CLOSED},
            "an agent may take a talk, and pass it on, until it is over",
        ),
        (S.HUMAN, {S.ASSIGNED}, "the first words of the agent who was given the talk"),
        (S.WRAP, SPOKEN_BY_AGENT, "only a talk an agent had is written up"),
        (S.CALLBACK_WAIT, {S.BOT, S.OFFERED, S.QUEUED, S.WRAP}, "not while an agent speaks, and not twice"),
        (S.OFFLINE_MESSAGE, {S.BOT, S.OFFERED, S.QUEUED, S.WRAP}, "not while an agent speaks, and not twice"),
        (S.CLOSED, WAITING | {S.WRAP}, "a talk is written up first, and a new message opens a new episode"),
    ],
)
def test_a_state_follows_only_where_it_makes_sense(new: State, olds: set[State], why: str) -> None:
    for old in State:
        if old in olds:
            check(old, new)
        else:
            with pytest.raises(Forbidden, match=f"^{old.value} → {new.value}$"):
                check(old, new)


def test_only_an_agent_who_speaks_or_writes_up_has_a_place_taken() -> None:
    assert {S.ASSIGNED, S.HUMAN} == SPOKEN_BY_AGENT and {S.ASSIGNED, S.HUMAN, S.WRAP} == SEATED
    assert not (SEATED & (WAITING | ENDED)) and not (WAITING & ENDED)
    assert {S.QUEUED} == WAITING - PROMISED
    assert set(S) - SEATED - WAITING - ENDED == {S.OFFERED}
