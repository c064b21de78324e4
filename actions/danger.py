"""Danger before everything: place and phone, an emergency order, and nothing else in between."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any, ClassVar

from rasa_sdk.events import EventType

from actions import _names
from actions._base import CompanyAction
from actions._form import CompanyForm, entry_of
from actions._say import Changes, Say
from actions._telling import clock_words, tell_safety
from actions._turn import Turn
from actions._wiring import parts
from actions.fault import ADDRESS, PHONE, YES_NO
from actions.orders import find_order
from bot.core import answers, danger, phrasing, values
from bot.core.form import SHORT_ANSWER, Field
from bot.core.talk import marks
from bot.ports.errors import CompanyError, Unavailable
from bot.ports.orders import FaultReport

LIFE_SUPPORT = "life_support"  # nobody is to keep away from a breathing machine
GAS = "gas"
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
        before = turn.slots if turn.slots.get("doing") == self.form() else {}
        hazards = turn.danger.get("hazards") or ([seen.primary] if seen else [before.get("hazard")])
        sure = certain(turn) or before.get("in_danger")
        return {**super().opening(turn, intent), "in_danger": True if sure else None, "hazard": hazards[0],
                "danger_words": before.get("danger_words") or turn.text,
                "danger_else": next((w for w in turn.ranking if w != intent and _names.offerable(w)), None),
                "danger_order": turn.danger.get("order_no") or before.get("danger_order")}  # fmt: skip

    def _interrupted(self, turn: Turn, asked: Field | None) -> bool:
        """Nothing but a person, and what the danger lane hears, comes between; who is ill or shut in belongs to it."""
        unsure = asked is not None and asked.slot == "in_danger"
        hurt = turn.intent != "tell_distress" or unsure or marks.distress(turn.text) in marks.HURT
        return turn.intent in DANGER_HEARS and hurt

    async def _step(self, turn: Turn, say: Say, requested: str | None) -> list[EventType]:
        """Where the crew is, is told from the order, and a danger that was none is told to it; the order stays."""
        slots = turn.slots
        ordered = slots.get("doing") == self.form() and slots.get("danger_order")
        if ordered and not turn.danger and not turn.heard.mentions and no_danger(turn.text):
            await add_words(turn, str(ordered))
            return self._cancel(turn, say, requested)
        if ordered and marks.has("crew", turn.text) and not turn.heard.mentions:
            await tell_emergency(str(ordered), turn, say)
            return self._asking(turn, {}, str(requested))
        return await super()._step(turn, say, requested)

    def _aside(self, turn: Turn, asked: Field | None, say: Say) -> Changes | None:
        """A question inside the danger is answered from the safety data, never taken for a place; nobody is told to
        take their time."""
        if (
            asked is None
            or asked.slot == "in_danger"
            or turn.heard.names & {"address", "phone", "account_no"}
        ):
            return None
        if tell_safety(turn, told_of(turn.slots), say):
            return {"misses": 1}
        if asked.slot == "address" and marks.has("clearly_asks", turn.text):
            return self._unclear(turn, say)
        return None

    def _cancel(self, turn: Turn, say: Say, requested: str | None) -> list[EventType]:
        """Once a crew has been sent, the danger is looked at even when the customer takes it back."""
        if not (turn.slots.get("danger_order") or turn.danger):
            return super()._cancel(turn, say, requested)
        say("utter_danger_taken_back")
        return self._close(
            turn,
            say,
            {"order_no": turn.slots.get("danger_order"), "topic": "action_amend_order", "endangered": None},
        )

    def _unclear(self, turn: Turn, say: Say) -> Changes:
        alive = turn.slots.get("hazard") == LIFE_SUPPORT
        say("utter_danger_stay_life_support" if alive else "utter_danger_stay")
        return {"misses": 1}

    def wishes(self, turn: Turn, news: Changes) -> list[str]:
        """Nothing else is offered after a danger."""
        return []

    async def _open(self, turn: Turn, say: Say) -> list[EventType]:
        """What the model alone takes for a danger, while an emergency is under way, is that one (电线还在路上呢)."""
        over, number = turn.slots.get("endangered"), turn.slots.get("order_no")
        if over and number and tell_safety(turn, over, say):
            if marks.has("crew", turn.text):
                await tell_emergency(str(number), turn, say)
            return self._close(turn, say, {})
        if not certain(turn) and await under_way(turn):
            return self._close(turn, say, {"agenda": ["action_urge_order"]})
        return await super()._open(turn, say)

    def waiting(self, turn: Turn, agenda: list[str]) -> list[str]:
        """What was under way is over in a danger; while it is only asked about, it waits."""
        return [] if certain(turn) else agenda

    async def look(self, turn: Turn, slots: Changes, news: Changes, say: Say) -> Changes:
        kept_alive = marks.has("life_support", turn.text)
        if slots.get("in_danger") is False and not (certain(turn) or kept_alive):
            second = slots.get("danger_else")
            if len(turn.text) <= SHORT_ANSWER or not second:
                say("utter_no_danger" if slots.get("agenda") or second else "utter_no_danger_what")
            instead = (
                {"agenda": [*(slots.get("agenda") or ()), entry_of(second)], "opening": second}
                if second
                else {}
            )
            return {"doing": None, **instead}
        if not (slots.get("in_danger") or news.get("address") or certain(turn) or kept_alive):
            return {}
        seen = danger.assess(turn.text)
        hazard = slots.get("hazard") or (seen.primary if seen else LIFE_SUPPORT if kept_alive else None)
        slots["hazard"] = hazard
        sure = {"in_danger": True, "agenda": None, "hazard": hazard, "endangered": told_of(slots),
                "danger_order": slots.get("danger_order") or turn.danger.get("order_no")}  # fmt: skip
        begins = "danger_words" in news or not turn.slots.get("in_danger")
        if begins and not turn.danger:
            script = parts().region.safety.get(told_of(slots) or "")
            say.script(script) if script else say("utter_danger_first")
            say.effect("handover", reason="hazard", skill="fault", priority=0, summary=turn.text, slots={})
        if not begins and turn.heard.mentions:
            tell_safety(turn, told_of(slots), say)  # 温更镇…，我要把牛拉出来
        known = slots if begins else news
        told = {k: str(known[k]) for k in ("address", "phone") if known.get(k)}
        if not slots.get("address") or (slots.get("danger_order") and not told):
            return sure
        return {**sure, **await record_danger(turn, slots, told, say)}


def told_of(slots: Mapping[str, Any]) -> str | None:
    """The danger whose answers hold: gas goes before what sparks in it, where any switch kills."""
    return GAS if marks.has(GAS, slots.get("danger_words") or "") else slots.get("hazard")


def no_danger(text: str) -> bool:
    """Whether somebody says that there is no danger after all, or that it is over."""
    return marks.has("eased", text) or marks.has("no_danger", text)


async def add_words(turn: Turn, number: str) -> None:
    """What was told goes into the emergency order; the crew that is on its way does not hang on it."""
    with suppress(CompanyError):
        await parts().company.orders.amend_fault(
            turn.subject, number, {"description": turn.text}, turn.key("amend_fault")
        )


async def tell_emergency(number: str, turn: Turn, say: Say) -> None:
    """Where the emergency order stands and until when a crew is usually there."""
    try:
        order = await parts().company.orders.order(turn.subject, number)
    except CompanyError:
        say("utter_danger_stay")
        return
    say("utter_danger_on_the_way", order_no=order.order_no, state=_names.word("state", order.state))
    if order.due_at and order.due_at > turn.now:
        say(f"utter_clock_{clock_words(order)}", due=phrasing.deadline(order.due_at, turn.now))


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
        number = turn.slots.get("danger_order") or turn.slots.get("order_no")
        if number and marks.has("crew", turn.text):
            await tell_emergency(str(number), turn, say)
        about = {"topic": "action_amend_order"} if number else {}
        return {**DangerForm.ended(), **about, "phone": turn.slots.get("phone") or None, "order_no": number}
