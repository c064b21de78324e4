"""What every action shares: one turn in, replies by name and events out, and one policy for what goes wrong.

    class QueryBalance(CompanyAction):           # registered as action_query_balance
        async def act(self, turn, say): ...      # → slots to set

What is interrupted is resumed: an active form is asked again; else the agenda (a stack of forms and actions that
wait) is taken up; else the other wishes of the sentence are offered."""

from __future__ import annotations

import asyncio
import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT

from actions import _before, _names, _turn
from actions._say import Changes, Say, button, choice
from actions._telling import business
from actions._turn import Turn
from bot.core.dates import NoSuchDate
from bot.ports.errors import CompanyError, NotAllowed, NotFound, Unavailable

logger = logging.getLogger(__name__)

LISTEN = "action_listen"
TOLD_AT_ONCE = ("query_", "find_hall")  # wishes that only ask: served one after the other, not offered
MISSES_BEFORE_PERSON = 2
ACT_SECONDS = 7.0  # below the engine's patience with an action, above the company's longest answer
DONE = dict.fromkeys(("proven", "goal", "unclear_count", "opening"))  # forgotten when a turn is answered


class Needs(Exception):
    """The answer needs something first: the form that asks for it, and what it should know."""

    def __init__(self, form: str, **slots: Any) -> None:
        super().__init__(form)
        self.form, self.slots = form, slots


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class CompanyAction(Action, ABC):
    """Base of all actions: `act` says and returns slot changes; errors and what comes next are handled here."""

    topic = False  # True: a later correction or detail (九月份呢) runs this action again

    def name(self) -> str:
        return f"action_{snake(type(self).__name__)}"

    @abstractmethod
    async def act(self, turn: Turn, say: Say) -> Changes:
        """Answer the turn. Raise CompanyError or Needs as they come."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = _turn.read(tracker)
        say = Say(dispatcher, turn)
        try:
            async with asyncio.timeout(ACT_SECONDS):
                first = _before.business(turn, say) if _before.opens(turn, self.name()) else None
                changes = await self.act(turn, say) if first is None else first
        except _before.Instead as other:
            return [FollowupAction(str(other))]
        except Needs as need:
            if (answered := _before.rule(turn, say)) is not None:
                return next_up(turn, say, {**DONE, **spoken(turn, say), **answered})
            if need.slots.get("on_behalf") and not turn.slots.get("on_behalf"):
                say("utter_on_behalf")
            spoken_of = spoken(turn, say)
            return [*sets({"goal": self.name(), **spoken_of, **need.slots}), FollowupAction(need.form)]
        except Exception as error:
            changes = self.trouble(error, turn, say)
        if self.topic:
            changes = {"topic": self.name(), **changes}
        ended = [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)] if leaves_form(turn, changes) else []
        done = {**DONE, **({} if turn.form and not ended else spoken(turn, say))}
        if not ended and turn.form and turn.form == turn.slots.get("doing"):
            done.pop("goal")  # an aside: the form still works for it
        return [*ended, *next_up(turn, say, {**done, **changes})]

    def trouble(self, error: Exception, turn: Turn, say: Say) -> Changes:
        """Tell the truth about an error and offer a person; only its kind is logged."""
        return report_trouble(self.name(), error, say)


def report_trouble(who: str, error: Exception, say: Say) -> Changes:
    """The one error policy: what is said for each kind of error. Returns slot changes."""
    if isinstance(error, NoSuchDate):
        _, month, *day = error.said.split("-")
        no_day = day and 1 <= int(month) <= 12
        say(
            "utter_no_such_day" if no_day else "utter_no_such_month",
            month=int(month),
            day=int(day[0]) if day else 0,
        )
        return {"month": None}
    if isinstance(error, NotFound):
        say("utter_not_found")
        return {"account_no": None, "order_no": None}
    if isinstance(error, NotAllowed):
        say.offer_person("policy", response="utter_not_allowed")
        return {}
    logger.log(
        logging.WARNING if isinstance(error, CompanyError) else logging.ERROR,
        "action %s failed: %s", who, type(error).__name__,
    )  # fmt: skip
    unavailable = isinstance(error, Unavailable | TimeoutError)
    say.offer_person("backend_down", response="utter_unavailable" if unavailable else "utter_sorry")
    return {}


def spoken(turn: Turn, say: Say) -> Changes:
    """What a later 要多少钱 leans on: the answer just told, else the wish of this sentence; nothing new for neither."""
    about = say.about or (business(turn.intent) if _names.offerable(turn.intent) else None)
    return {"about": about} if about else {}


def leaves_form(turn: Turn, changes: Changes) -> bool:
    """True when an action ends the form it interrupted."""
    return bool(turn.form) and "doing" in changes and changes["doing"] is None


def sets(changes: Mapping[str, Any], turn: Turn | None = None) -> list[EventType]:
    """Slot events; with a turn only for what differs from it, so that conversations do not grow needlessly."""
    known = turn.slots if turn else {}
    return [SlotSet(s, v) for s, v in changes.items() if turn is None or known.get(s) != v]


def next_up(turn: Turn, say: Say, changes: Changes) -> list[EventType]:
    """The slot changes of an action and what happens after it: back to the interrupted form, the agenda, the other
    wishes of the sentence, or listen."""
    now = {**turn.slots, **changes}
    agenda, wishes = list(now.get("agenda") or ()), merged_wishes(turn, now)
    following, offered, served = LISTEN, None, None
    if turn.form and turn.form == now.get("doing"):
        following = turn.form
    elif agenda:
        following = agenda.pop()
    elif wishes and wishes[0].startswith(TOLD_AT_ONCE) and not changes.get("offered"):
        following, served = f"action_{wishes[0]}", wishes.pop(0)
        if served not in turn.also:
            say("utter_next_wish", wish=_names.word("wish", served))
    elif wishes:
        offered = wishes.pop(0)
        wish = _names.word("wish", offered)
        say("utter_offer_wish", buttons=[choice(wish, f"/{offered}"), button("no", "/deny")], wish=wish)
    waits = (offered or wishes) and turn.also and not turn.slots.get("opening")
    stand = {
        **({"kept": turn.keep()} if waits else {}),
        "agenda": agenda or None, "wishes": wishes or None, "offered": offered or changes.get("offered"),
        "resume": following if following.endswith("_form") else None,
        **({"opening": served} if served else {}),
    }  # fmt: skip
    return [*sets({**changes, **stand}, turn), FollowupAction(following)]


def merged_wishes(turn: Turn, slots: Mapping[str, Any]) -> list[str]:
    """The wishes named so far and not yet served, in order of mention."""
    named = dict.fromkeys([*(slots.get("wishes") or ()), *turn.also])
    served = (turn.intent, turn.slots.get("opening"))
    return [w for w in named if w not in served and _names.offerable(w)]
