"""The states of a hand-off, who may speak in each, and which may follow which.

BOT → OFFERED → QUEUED → ASSIGNED → HUMAN → WRAP → BOT or CLOSED. CALLBACK_WAIT and OFFLINE_MESSAGE are promises: nobody
could come, the customer has a ticket, and the bot goes on serving until somebody does. An episode begins when the
conversation leaves BOT and ends in BOT or CLOSED.
"""

from __future__ import annotations

from enum import Enum


class State(str, Enum):
    BOT = "BOT"
    OFFERED = "OFFERED"
    QUEUED = "QUEUED"
    ASSIGNED = "ASSIGNED"  # an agent has it and has not spoken yet
    HUMAN = "HUMAN"
    WRAP = "WRAP"  # the talk is over, the agent writes it up
    CALLBACK_WAIT = "CALLBACK_WAIT"
    OFFLINE_MESSAGE = "OFFLINE_MESSAGE"
    CLOSED = "CLOSED"


ENDED = frozenset({State.BOT, State.CLOSED})
"""No person is wanted any more."""
SPOKEN_BY_AGENT = frozenset({State.ASSIGNED, State.HUMAN})
"""Only the agent speaks; in every other state the bot does."""
SEATED = frozenset({State.ASSIGNED, State.HUMAN, State.WRAP})
"""Takes one place of an agent's capacity."""
PROMISED = frozenset({State.CALLBACK_WAIT, State.OFFLINE_MESSAGE})
WAITING = PROMISED | {State.QUEUED}
"""Somebody still has to come."""

_MOVES: dict[State, frozenset[State]] = {
    State.BOT: frozenset({State.OFFERED, State.ASSIGNED}) | WAITING,
    State.OFFERED: frozenset({State.BOT, State.ASSIGNED}) | WAITING,
    State.QUEUED: frozenset({State.ASSIGNED, State.BOT, State.CLOSED}) | PROMISED,
    State.ASSIGNED: frozenset({State.HUMAN, State.ASSIGNED, State.QUEUED, State.BOT, State.WRAP}),
    State.HUMAN: frozenset({State.ASSIGNED, State.QUEUED, State.BOT, State.WRAP}),
    State.WRAP: frozenset({State.CLOSED, State.BOT}) | WAITING,
    State.CALLBACK_WAIT: frozenset({State.ASSIGNED, State.QUEUED, State.BOT, State.CLOSED}),
    State.OFFLINE_MESSAGE: frozenset({State.ASSIGNED, State.QUEUED, State.BOT, State.CLOSED}),
    State.CLOSED: frozenset(),
}

REASONS_IN = frozenset(
    {
        "user_asked",
        "n_failures",
        "low_confidence_risk",
        "hazard",
        "distress",
        "complaint",
        "elder",
        "backend_down",
        "policy",
    }
)
REASONS_OUT = frozenset(
    {
        "agent_closed", "user_back_to_bot", "user_left", "assign_timeout", "agent_response_timeout",
        "outside_hours", "transfer", "internal_error",
    }
)  # fmt: skip


class Forbidden(Exception):
    """This state does not follow that one."""


def check(old: State, new: State) -> None:
    """Raises Forbidden unless `new` may follow `old`."""
    if new not in _MOVES[old]:
        raise Forbidden(f"{old.value} → {new.value}")
