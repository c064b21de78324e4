"""Danger before everything: place and phone, an emergency order, and nothing else in between."""

from __future__ import annotations

from dataclasses import asdict
from typing import ClassVar

from rasa_sdk.events import EventType

from actions import _names
from actions._base import CompanyAction
from actions._form import CompanyForm, entry_of
from actions._say import Changes, Say
from actions._turn import Turn
from actions._wiring import parts
from actions.fault import ADDRESS, PHONE, YES_NO
from actions.orders import find_order
from bot.core import answers, danger, values
from bot.core.form import Field
from bot.ports.errors import CompanyError, Unavailable
from bot.ports.orders import FaultReport

LIFE_SUPPORT = "life_support"  # nobody is to keep away from a breathing machine
DANGER_HEARS = {"report_danger", "tell_distress", "request_human", "repeat"}


class DangerForm(CompanyForm):
    """Place and phone, nothing else. The gateway has usually spoken and opened the order already
    (metadata.danger); then what is told is added to it, at once and piece by piece.

    Where the model alone took a sentence for a danger and no word says so, that is asked first: it may be the answer
    to something else, and a crew is sent for nothing less than a danger."""

    own: ClassVar[frozenset[str]] = frozenset({"report_danger"})
    kind: ClassVar[str] = "danger_kind"
    submit: ClassVar[str] = "action_report_danger"
    private: ClassVar[tuple[str, ...]] = (
        "in_danger",
        "danger_else",
        "hazard",
        "danger_order",
        "danger_words",
    )

    def fields(self, slots: Changes) -> tuple[Field, ...]:
        return (
            Field("in_danger", answers=YES_NO, says=answers.IN_DANGER, told=False),
            Field("account_no", ("account_no",), asked=False, check=values.account_no),
            ADDRESS,
            Field("phone", PHONE.entities, words=PHONE.words, check=PHONE.check, optional=True),
        )

    def opening(self, turn: Turn, intent: str) -> Changes:
        seen = danger.assess(turn.text)
        hazards = turn.danger.get("hazards") or ([seen.primary] if seen else [None])
        return {**super().opening(turn, intent), "in_danger": True if certain(turn) else None, "hazard": hazards[0], "danger_words": turn.text,
                "danger_else": next((w for w in turn.ranking if w != intent and _names.offerable(w)), None),
                "danger_order": turn.danger.get("order_no")}  # fmt: skip

    def _interrupted(self, turn: Turn, asked: Field | None) -> bool:
        """Nothing but a person, and what the danger lane hears, comes between; no question is looked up now."""
        return turn.intent in DANGER_HEARS

    def _aside(self, turn: Turn, asked: Field | None, say: Say) -> Changes | None:
        """Nobody is told to take his time in danger."""
        return None

    def _cancel(self, turn: Turn, say: Say, requested: str | None) -> list[EventType]:
        """Once a crew has been sent, the danger is looked at even when the customer takes it back."""
        if not (turn.slots.get("danger_order") or turn.danger):
            return super()._cancel(turn, say, requested)
        say("utter_danger_taken_back")
        return self._close(turn, say, {"order_no": turn.slots.get("danger_order")})

    def _unclear(self, turn: Turn, say: Say) -> Changes:
        alive = turn.slots.get("hazard") == LIFE_SUPPORT
        say("utter_danger_stay_life_support" if alive else "utter_danger_stay")
        return {"misses": 1}

    def wishes(self, turn: Turn, news: Changes) -> list[str]:
        """Nothing else is offered after a danger."""
        return []

    async def _open(self, turn: Turn, say: Say) -> list[EventType]:
        """What the model alone takes for a danger, while an emergency is under way, is that one (电线还在路上呢)."""
        if not certain(turn) and await under_way(turn):
            return self._close(turn, say, {"agenda": ["action_urge_order"]})
        return await super()._open(turn, say)

    def waiting(self, turn: Turn, agenda: list[str]) -> list[str]:
        """What was under way is over in a danger; while it is only asked about, it waits."""
        return [] if certain(turn) else agenda

    async def look(self, turn: Turn, slots: Changes, news: Changes, say: Say) -> Changes:
        if slots.get("in_danger") is False:
            second = slots.get("danger_else")
            say("utter_no_danger" if slots.get("agenda") or second else "utter_no_danger_what")
            instead = (
                {"agenda": [*(slots.get("agenda") or ()), entry_of(second)], "opening": second}
                if second
                else {}
            )
            return {"doing": None, **instead}
        if not (slots.get("in_danger") or news.get("address") or certain(turn)):
            return {}
        sure = {"in_danger": True, "agenda": None}
        begins = "danger_words" in news or not turn.slots.get("in_danger")
        if begins and not turn.danger:
            script = parts().region.safety.get(slots.get("hazard") or "")
            say.again(script.spoken if turn.manner.spoken else script.text) if script else say(
                "utter_danger_first"
            )
            say.effect("handover", reason="hazard", skill="fault", priority=0, summary=turn.text, slots={})
        told = {k: str(news[k]) for k in ("address", "phone") if news.get(k)}
        if not slots.get("address") or (slots.get("danger_order") and not told):
            return sure
        return {**sure, **await record_danger(turn, slots, told, say)}


async def under_way(turn: Turn) -> bool:
    """Whether the order talked about is an open emergency; False when the company does not answer."""
    try:
        order = await find_order(turn) if turn.slots.get("order_no") else None
    except CompanyError:
        return False
    return order is not None and order.kind == "danger"


def certain(turn: Turn) -> bool:
    """Whether the danger lane, the words themselves or a button of ours say that there is danger."""
    return bool(turn.danger) or not turn.text or danger.assess(turn.text) is not None


async def record_danger(turn: Turn, slots: Changes, told: dict[str, str], say: Say) -> Changes:
    """Open the emergency order, or add to it; kept for later when the company does not answer."""
    orders, number = parts().company.orders, slots.get("danger_order")
    report = FaultReport(
        phenomenon="danger", description=slots.get("danger_words") or "", address=slots["address"],
        hazard=slots.get("hazard"), phone=slots.get("phone"), urgent=True, channel=turn.channel,
        conversation=turn.conversation,
    )  # fmt: skip
    try:
        if number:
            await orders.amend_fault(turn.subject, number, told, turn.key("amend_fault"))
            return {}
        receipt = await orders.report_fault(turn.subject, report, turn.key("danger"))
    except Unavailable:
        say("utter_deferred")
        say.effect("deferred", operation="report_fault", key=turn.key("danger"), body=asdict(report))
        return {}
    say("utter_danger_ordered", order_no=receipt.order.order_no)
    return {"danger_order": receipt.order.order_no}


class ReportDanger(CompanyAction):
    """The end of the danger form: help is on its way, stay safe, a person is being called."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        alive = turn.slots.get("hazard") == LIFE_SUPPORT
        say("utter_danger_recorded_life_support" if alive else "utter_danger_recorded")
        return {
            **DangerForm.ended(),
            "phone": turn.slots.get("phone") or None,
            "order_no": turn.slots.get("danger_order") or turn.slots.get("order_no"),
        }
