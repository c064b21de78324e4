"""A person who despairs, is threatened, shut in, or is a child alone: warm words, who can help, somebody at once."""

from __future__ import annotations

from typing import Any

from actions._base import CompanyAction
from actions._say import Changes, Say
from actions._turn import Turn
from actions._wiring import parts
from bot.core.talk import marks


class TellDistress(CompanyAction):
    """Leaves whatever was under way without a word about it. What is said next and wishes for nothing is answered
    in the same spirit (_before.business)."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        kind = marks.distress(turn.text) or marks.DISTRESS[0]
        contacts = parts().region.contacts
        numbers: dict[str, Any] = {
            name: contacts[name].value for name in ("police", "ambulance", "helpline", "fire")
        }
        gas = parts().region.not_ours["gas"].owner
        say(f"utter_distress_{kind}", **numbers, gas_company=gas)
        if turn.slots.get("distress") != kind and kind != "gas":
            say.effect(
                "handover", reason="distress", skill="general", priority=0, summary=turn.text, slots={}
            )
        left = dict.fromkeys(("doing", "agenda", "wishes", "offered", "topic", "resume", "misses"))
        if kind in marks.HURT:
            return {**left, "distress": kind}
        about: Changes = {"topic": "action_query_outage"} if kind == "trapped" else {}
        if kind in parts().region.safety:
            about["endangered"] = kind
        return {**left, **about}
