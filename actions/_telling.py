"""How outages, orders and answers of the knowledge base are told, wherever they come up."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from actions import _names
from actions._say import Say, button, choice
from actions._turn import Turn
from actions._wiring import parts
from bot.core import phrasing
from bot.core.talk import marks
from bot.ports.orders import FaultReceipt, Order
from bot.ports.outages import SUSPECTED, Outage
from bot.region import facts
from bot.region.knowledge import Found

RULE = 0.25
"""From which score a sentence that asks gets an answer though it was taken for a task: of 343 questions written by
somebody who had not seen the entries 144 that ask reach it, and 128 of them get a right one; of 1,588 task sentences
56 do, nearly all of them questions about that very task."""
IN_GENERAL = 0.12  # for who says that only the rule is asked for (光问问)
FIRMLY = 0.12
"""From which score within what is talked about a sentence is answered though it was taken for another wish: none of 188
questions about something else reaches it."""
ASKS_BY_ITSELF = 5  # characters
CLOSE = 0.05  # within it the second answer is the right one as often as one time in five
VISITS = {"applications/visit", "care/poor-visit", "care/no-smartphone"}  # entries that offer a visit at home
ASKED = "/ask_operation_help"  # any intent that action_answer serves: the button names the entry


def tell_outage(outage: Outage, turn: Turn, say: Say) -> None:
    """Reason, range and when it began; the end only with its source, and never an invented one. What is only suspected
    is told as that."""
    if outage.certainty == SUSPECTED:
        say("utter_outage_suspected", area=outage.area, since=phrasing.moment(outage.starts_at, turn.now))
        return
    say(
        "utter_outage_announced" if outage.status == "announced" else "utter_outage_active",
        kind=_names.word("outage_kind", outage.kind), cause=outage.cause, area=outage.area,
        since=phrasing.moment(outage.starts_at, turn.now),
    )  # fmt: skip
    if outage.eta:
        source = _names.word("eta_source", outage.eta_source or "estimate")
        say("utter_outage_eta", eta=phrasing.moment(outage.eta, turn.now), source=source)
    elif outage.next_update_at:
        update = phrasing.moment(outage.next_update_at, turn.now)
        say("utter_outage_no_eta", next_update=update, progress=outage.progress)
    else:
        say("utter_outage_no_eta_yet", progress=outage.progress)


def tell_receipt(receipt: FaultReceipt, turn: Turn, say: Say) -> None:
    """The number, what it joined, the clock and the card of a registered fault."""
    order = receipt.order
    if receipt.outage:
        say("utter_fault_attached", order_no=order.order_no)
        tell_outage(receipt.outage, turn, say)
    elif not receipt.created:
        say("utter_fault_known", order_no=order.order_no, state=_names.word("state", order.state))
    else:
        crew = clock_words(order) == "arrival"
        say(
            "utter_fault_reported" if crew else "utter_fault_noted",
            order_no=order.order_no,
            department=order.department,
        )
    tell_clock(order, turn, say)


def tell_reported(order: Order, turn: Turn, say: Say) -> None:
    """A customer who calls again about the same thing is known: when, which order, how far, until when."""
    say(
        "utter_reported_before", when=phrasing.moment(order.created_at, turn.now), order_no=order.order_no,
        state=_names.word("state", order.state),
    )  # fmt: skip
    if order.due_at and order.due_at > turn.now:
        say(f"utter_clock_{clock_words(order)}", due=phrasing.deadline(order.due_at, turn.now))


def tell_clock(order: Order, turn: Turn, say: Say) -> None:
    """The end of the running clock in the words of its kind, and the order as a card."""
    if order.due_at:
        say(f"utter_clock_{clock_words(order)}", due=phrasing.deadline(order.due_at, turn.now))
    say.card("order", order_card(order))


def clock_words(order: Order) -> str:
    """Which sentence tells the clock: arrival, contact, answer or finish."""
    name = order.commitment or ""
    kinds = {
        "fault_arrival": "arrival",
        "complaint_contact": "contact",
        "answer": "answer",
        "check": "answer",
    }
    return next((words for part, words in kinds.items() if part in name), "finish")


def order_card(order: Order) -> dict[str, Any]:
    """The card of docs/protocols.md."""
    return {
        "order_no": order.order_no,
        "title": order.title or _names.word("order_kind", order.kind),
        "state": _names.word("state", order.state),
        "steps": [
            {"state": s.state, "title": _names.word("state", s.state), "at": s.at.isoformat(), "done": True}
            for s in order.steps
        ],
        "due_at": order.due_at and order.due_at.isoformat(),
        "next": order.next_step,
    }


def usual(*names: str) -> dict[str, Any]:
    """Durations of the region's commitments by name, as values of a reply: usual(reconnection) → 24小时."""
    clocks = parts().region.commitments
    return {name: phrasing.duration(clocks[name].working_days, clocks[name].span) for name in names}


def clearly_known(turn: Turn, task: Collection[str] = ()) -> tuple[Found, ...]:
    """Answers that fit the words so well that they may be said though no such question was recognised; those of the
    task at hand go first."""
    return parts().knowledge.clearly(turn.text, task) or rule_asked(turn)


NOTHING: Mapping[str, Any] = {"title": "", "serving": ()}
"""Nothing is talked about: a question has to be found by itself."""


def business(intent: str) -> dict[str, Any]:
    """A wish as something that is talked about (slot about)."""
    return {"title": _names.word("wish", intent), "serving": [intent]}


def rule_asked(turn: Turn, about: Mapping[str, Any] | None = None) -> tuple[Found, ...]:
    """What is known for a sentence that asks how something is or is done, whatever task it was taken for: by itself,
    else within what is talked about (`about`, else the slot of that name), else each of its parts that asks."""
    if not turn.text:
        return ()
    knowledge = parts().knowledge
    about = about or turn.slots.get("about") or {}
    enough = IN_GENERAL if marks.has("in_general", turn.text) else RULE
    parts_of = [p for p in re.split(r"[,，。;；!！?？ ]+", turn.text) if len(p) >= ASKS_BY_ITSELF]
    for words in dict.fromkeys([turn.text, *parts_of]):
        if not marks.has("asks", words):
            continue
        found = knowledge.find(words, about.get("serving", ()))
        if found and found[0].score >= enough:
            return found
        if about and (found := knowledge.within(words, about["title"], about["serving"])):
            return found
    return ()


def firmly_asked(turn: Turn, about: Mapping[str, Any]) -> tuple[Found, ...]:
    """What is known within what is talked about for a sentence that was taken for another wish."""
    if not marks.has("asks", turn.text) or not about:
        return ()
    found = parts().knowledge.within(turn.text, about["title"], about["serving"])
    return found if found and found[0].score >= FIRMLY else ()


def serving(turn: Turn, intent: str) -> tuple[Found, ...]:
    """What is known for the words and serves that wish."""
    found = parts().knowledge.find(turn.text, (intent,)) if turn.text else ()
    return found if found and intent in parts().knowledge.intents(found[0].id) else ()


def tell_known(found: tuple[Found, ...], turn: Turn, say: Say, *buttons: dict[str, str]) -> None:
    """The best answer for the case that the words tell, with its source; a second one nearly as good is offered by its
    title."""
    best, *others = found
    told = parts().knowledge.tell(best.id, facts.read(turn.text)).answer
    say.about = {"title": best.title, "serving": list(parts().knowledge.intents(best.id))}
    near = [
        choice(other.title, ASKED, choice=other.id)
        for other in others[:1]
        if best.score - other.score < CLOSE
    ]
    if best.id in VISITS:
        near.append(button("visit", ASKED, choice="home_visit"))
    if turn.manner.short:
        say("utter_knowledge_spoken", answer=told.spoken)
    else:
        say("utter_knowledge", answer=told.text, source=told.source.split("；")[0], buttons=[*near, *buttons])


def tell_safety(turn: Turn, hazard: str | None, say: Say) -> bool:
    """Say what the safety data have for a sentence inside a danger of this kind (None: not known which); False when
    there is nothing, or when the danger lane has just said the words of another hazard."""
    lane = (turn.danger.get("hazards") or (hazard,))[0]
    if not turn.text or (lane not in (hazard, None) and hazard not in ("gas", None)):
        return False
    script = parts().region.safety_answer(turn.text, hazard)
    if script:
        say.script(script)
    return script is not None
