"""The danger lane: what happens when words tell of danger, in the commit that takes the message, before any model.

The safety script goes out at once, an emergency order is on its way (bot/gateway/turns/submissions.py keeps trying), and
a person is called. More danger within half an hour in the same conversation amends that order.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.core.danger import Danger
from bot.core.talk import marks
from bot.gateway.people import handoff
from bot.gateway.people.desk import Desk
from bot.gateway.store import clock
from bot.gateway.store import tables as t
from bot.gateway.store.messages import Pen
from bot.gateway.store.texts import Wording
from bot.gateway.turns import submissions

_SAME_EVENT = 1800


def key(cause: str) -> str:
    """Key of the order, or of the amendment, that this message (messages.cause) made."""
    return f"danger:{cause}"


def act(pen: Pen, wording: Wording, desk: Desk, inbox_id: int, cause: str, text: str, found: Danger) -> None:
    """Write the script, keep the order, call a person."""
    talk = pen.talk
    event = _event(pen.c, talk.id)
    told = {each.body["hazard"] for each in event}
    if found.primary not in told:
        author = "bot" if talk.owner == "bot" else "system"
        script = wording.script("gas" if marks.has("gas", text) else found.primary)
        pen.write(key(cause), {"text": script}, author, inbox_id=inbox_id)
    first = next((each.key for each in event if each.operation != "amend_fault"), None)
    operation = "amend_fault" if first else "report_danger"
    words = _words(wording, talk, text, found, first)
    submissions.add(pen.c, key(cause), talk.id, operation, words, first)
    desk.request(pen.c, talk.id, handoff.Wish("hazard", "fault", 0, text[:120]))


def _words(wording: Wording, talk: t.Record, text: str, found: Danger, first: str | None) -> dict[str, Any]:
    if first:
        return {"description": text, "hazard": found.primary}
    return {
        "phenomenon": "danger", "description": text, "hazard": found.primary, "urgent": True,
        "address": wording.say("address_unknown", conversation=talk.id),
        "channel": talk.channel, "conversation": talk.id,
    }  # fmt: skip


def _event(c: Connection, conversation: str) -> list[t.Record]:
    """What was already done for the same event, oldest first."""
    s = t.submission.c
    query = sa.select(s.key, s.operation, s.body).where(
        s.conversation == conversation,
        s.key.startswith("danger:"),
        s.created_at > clock.now(c) - _SAME_EVENT,
        s.state != "refused",
    )
    return list((c.execute(query.order_by(s.id))).all())
