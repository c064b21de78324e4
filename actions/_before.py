"""What comes before the wish a sentence was taken for: a person in distress, one who was called, fraud, other people's
data, and what leans on the figures told before."""

from __future__ import annotations

from datetime import datetime

from actions import _names
from actions._say import Changes, Say
from actions._telling import rule_asked, tell_known, tell_safety
from actions._turn import Turn
from actions._wiring import parts
from bot.core import answers, phrasing
from bot.core.address import county_in
from bot.core.talk import marks, months, sums
from bot.ports.identity import Level

WISHES_FOR_NOTHING = frozenset(
    ("affirm", "deny", "cancel", "inform", "correct", "thank", "greet", "goodbye", "abuse", "nlu_fallback", "out_of_scope")
)  # fmt: skip
ASKS_AFTER_SOMEBODY = WISHES_FOR_NOTHING | {"query_progress", "urge_order"}
NOT_UNDERSTOOD = ("nlu_fallback", "out_of_scope", "inform")
SMALL_TALK = 16  # characters
IN_DANGER = WISHES_FOR_NOTHING | {
    "ask_electric_safety",
    "ask_outage_knowledge",
    "request_human",
    "ask_operation_help",
}
ABOUT_BILLS = WISHES_FOR_NOTHING | {
    "query_bill", "explain_bill", "query_usage", "query_arrears", "query_balance", "query_payment_record", "query_tier",
    "ask_energy_saving", "ask_tariff_policy",
}  # fmt: skip
OF_AN_ACCOUNT = ABOUT_BILLS - {"greet", "thank", "goodbye", "abuse", "cancel", "affirm", "deny"}
BY_WHO_SPEAKS = {"scam": "action_warn_of_fraud", "press": "action_answer_press"}
FOR_ANY_INTENT = ("action_answer", "action_clarify", "action_default_fallback")
OWN_DATA = frozenset(
    ("query_bill", "query_balance", "query_usage", "query_tier", "query_time_of_use", "query_payment_record",
     "query_prepaid", "query_outage", "query_planned_outage", "query_restoration_time", "query_progress", "urge_order",
     "explain_bill")
)  # fmt: skip
AMEND = "action_amend_order"
ABOUT_AN_ORDER = (AMEND, "action_query_progress", "action_urge_order")
SUM = "action_sum_bills"
FIGURES = {"grows": "action_tell_growth", "lasts": "action_tell_lasting", "adds_up": "action_tell_parts"}


class Instead(Exception):
    """Another action answers this turn: its name."""


def opens(turn: Turn, name: str) -> bool:
    """Whether an action is the first of its turn: the one the sentence itself led to, not a form or another action."""
    return name in (f"action_{turn.intent}", *FOR_ANY_INTENT) and bool(
        turn.form or not turn.slots.get("goal")
    )


def business(turn: Turn, say: Say) -> Changes | None:
    """Slot changes when something else was answered; None when the action that was chosen may act. Raises Instead when
    another action answers.

    A customer in distress who wishes for nothing is not led back to business; one who has called a person and asks
    where they are hears the truth; others' data are never hinted at; 差多少, 再上个月 lean on what was told."""
    hurt = turn.slots.get("distress")
    if hurt and marks.has("no_distress", turn.text):
        say("utter_distress_over")
        return {"distress": None, "agenda": [turn.slots["topic"]] if turn.slots.get("topic") else None}
    if hurt and not speaks_of_order(turn) and (turn.intent in WISHES_FOR_NOTHING or not_asked_for(turn)):
        contacts = parts().region.contacts
        say("utter_distress_stay", helpline=contacts["helpline"].value, police=contacts["police"].value)
        return {}
    if turn.slots.get("called") and turn.intent in ASKS_AFTER_SOMEBODY and marks.has("awaits", turn.text):
        return tell_still_called(turn, say)
    hazard = turn.slots.get("endangered")
    if hazard and turn.intent in IN_DANGER and not speaks_of_order(turn):
        if tell_safety(turn, hazard, say):
            return {}
        asks = turn.slots.get("order_no") and marks.has("asks", turn.text)
        if turn.intent in NOT_UNDERSTOOD and asks:
            say("utter_danger_unknown")
            return {}
    if turn.slots.get("called") and turn.intent == "request_human" and not answers.names_a_person(turn.text):
        answered = rule(turn, say)
        return tell_still_called(turn, say) if answered is None else answered
    leads_to = (action for mark, action in BY_WHO_SPEAKS.items() if marks.has(mark, turn.text))
    if action := next(leads_to, None):
        raise Instead(action)
    if turn.intent == "request_human" and marks.has("no_person", turn.text):
        answered = rule(turn, say)
        if answered is None:
            say("utter_say_again")
        return answered or {}
    watched = turn.slots.get("spying") and not turn.subject.level.covers(Level.L3)
    if marks.has("spying", turn.text) or (watched and turn.intent in OF_AN_ACCOUNT):
        say("utter_third_party_person", police=parts().region.contacts["police"].value)
        return {"spying": True}
    if (
        turn.intent in OF_AN_ACCOUNT
        and marks.has("third_party", turn.text)
        and len(turn.subject.accounts) < 2
    ):
        say("utter_third_party")
        return {"on_behalf": True} if not turn.subject.accounts else {}
    if marks.has("abilities", turn.text):
        say("utter_abilities")
        return {}
    friendly = turn.intent in NOT_UNDERSTOOD and len(turn.text) <= SMALL_TALK
    if friendly and marks.has("small_talk", turn.text) and not turn.form:
        say("utter_small_talk")
        return {}
    about_an_order(turn)
    if (
        turn.intent == "query_payment_channels"
        and marks.has("where", turn.text)
        and county_in(turn.text, parts().region.gazetteer)
    ):
        raise Instead("action_find_hall")
    if turn.intent in ABOUT_BILLS and marks.has("generation", turn.text):
        tell_of_generation(turn, say)
        return {}
    for mark, action in FIGURES.items():
        if turn.intent in ABOUT_BILLS and turn.subject.accounts and marks.has(mark, turn.text):
            raise Instead(action)
    told, topic = turn.slots.get("told_months"), turn.slots.get("topic")
    wanted = sums.asked(turn.text)
    explained = turn.intent == "explain_bill" and wanted and wanted.kind == "difference"
    if told and turn.intent in ABOUT_BILLS and wanted and not explained:
        raise Instead(SUM)
    if told and topic and turn.intent in WISHES_FOR_NOTHING and months.meant(turn.text, told[-1]):
        raise Instead(topic)
    return None


def about_an_order(turn: Turn) -> None:
    """Raises Instead for what leans on the order just placed or told: where the crew is, that it is taken back, and
    inside a danger whatever more is told."""
    if not turn.slots.get("order_no") or turn.intent in ("report_danger", "tell_distress"):
        return
    on_topic = turn.slots.get("topic") in ABOUT_AN_ORDER
    if on_topic and turn.intent not in ("query_progress", "urge_order") and marks.has("crew", turn.text):
        raise Instead("action_query_progress")
    takes_back = turn.intent != "withdraw_complaint" and marks.has("withdraws_order", turn.text)
    if on_topic and (takes_back or (turn.intent in WISHES_FOR_NOTHING and marks.has("eased", turn.text))):
        raise Instead(AMEND)
    if on_topic and turn.slots.get("endangered") and turn.intent in NOT_UNDERSTOOD:
        raise Instead(AMEND)


def speaks_of_order(turn: Turn) -> bool:
    """Whether a sentence asks for the crew of an order, or takes the order back."""
    return bool(turn.slots.get("order_no")) and (
        marks.has("crew", turn.text)
        or marks.has("withdraws_order", turn.text)
        or marks.has("eased", turn.text)
    )


def tell_of_generation(turn: Turn, say: Say) -> None:
    """What panels made is no row that we are given: the rule that is known, and that there is no figure."""
    panels = {"title": _names.word("spoken_of", "panels"), "serving": ["apply_pv"]}
    if found := rule_asked(turn, panels):
        tell_known(found, turn, say)
    say("utter_generation")


def not_asked_for(turn: Turn) -> bool:
    """A sentence in distress that was taken for the wish for a person, who has long been called."""
    return turn.intent == "request_human" and not answers.names_a_person(turn.text)


def rule(turn: Turn, say: Say) -> Changes | None:
    """The answer to a question about the rule, where a customer's own data would be asked for first; None when it is
    none, or when the wish is plainly for those data (这个月用了多少度)."""
    if turn.slots.get("distress") and turn.intent in OF_AN_ACCOUNT:
        say("utter_distress_bills")
        return {}
    own = turn.intent in OWN_DATA or marks.has("owed", turn.text)
    if turn.slots.get("goal") or (own and not marks.has("in_general", turn.text)):
        return None
    found = rule_asked(turn)
    if not found:
        return None
    tell_known(found, turn, say)
    return {}


def tell_still_called(turn: Turn, say: Say) -> Changes:
    """Since when a person has been called, and the number for what cannot wait."""
    since = datetime.fromisoformat(turn.slots["called"])
    hotline = parts().region.contacts["hotline"].value
    say("utter_still_called", since=phrasing.moment(since, turn.now), hotline=hotline)
    return {}
