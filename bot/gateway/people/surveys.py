"""The question after a talk: how it was, and when it was bad, why. The bot is rated in its own talk (rate_service)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.gateway.people import samples
from bot.gateway.store import clock, messages
from bot.gateway.store import tables as t
from bot.gateway.store.messages import Button, Message
from bot.gateway.store.texts import Wording

_SCORES = {"survey_good": 5, "survey_fair": 3, "survey_bad": 1}
_REASONS = ("survey_unsolved", "survey_slow", "survey_rude", "survey_unclear")
_BAD = 1
RATE, WHY = "survey", "survey-why"


def ask(
    c: Connection,
    conversation: str,
    wording: Wording,
    *,
    handoff_id: int,
    agent: str,
) -> list[Message]:
    """Put the question about an agent's talk."""
    row = {
        "conversation": conversation, "handoff_id": handoff_id, "agent": agent, "asked_at": clock.now(c),
    }  # fmt: skip
    number = c.execute(sa.insert(t.survey).values(**row).returning(t.survey.c.id)).scalar_one()
    question = wording.say("survey_person")
    buttons = [
        Button(title=wording.say(name), payload=f"{RATE}:{number}:{score}") for name, score in _SCORES.items()
    ]
    return messages.ask(c, conversation, f"survey:{number}", question, buttons)


def chosen(c: Connection, conversation: str, payload: str, wording: Wording) -> list[Message] | None:
    """Keep an answer; a bad one leads to the question why. None when the button belongs to no survey."""
    kind, _, rest = payload.partition(":")
    number, _, value = rest.partition(":")
    if kind not in (RATE, WHY) or not number.isdigit():
        return None
    s = t.survey.c
    which = sa.update(t.survey).where(s.id == int(number), s.conversation == conversation)
    if kind == WHY:
        c.execute(which.values(reason=value.removeprefix("survey_")))
    else:
        found = c.execute(
            which.values(score=int(value), answered_at=clock.now(c)).returning(s.handoff_id)
        ).first()
        if int(value) <= _BAD:
            if found and found.handoff_id:
                samples.add(c, found.handoff_id, "risk")
            buttons = [Button(title=wording.say(name), payload=f"{WHY}:{number}:{name}") for name in _REASONS]
            return messages.ask(c, conversation, f"survey:{number}:why", wording.say("survey_why"), buttons)
    thanks = {"text": wording.say("survey_thanks")}
    return messages.tell(c, conversation, f"survey:{number}:thanks", thanks, author="system")
