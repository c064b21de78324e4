"""The one way a form works, for all forms: opened, answered, corrected, interrupted, resumed, cancelled, submitted.

A form names its fields (bot/core/form.py), the intents that open it and the action that submits it. Rasa keeps the
form active and asks `utter_ask_<form>_<slot>` or `utter_ask_<slot>`; everything else is decided here. Returning no
event makes Rasa reject the form, so that the rule of the interrupting intent runs; _base.next_up comes back."""

from __future__ import annotations

import asyncio
from inspect import isabstract
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT, FormValidationAction

from actions import _names, _turn
from actions._base import (
    ACT_SECONDS,
    MISSES_BEFORE_PERSON,
    CompanyAction,
    merged_wishes,
    next_up,
    report_trouble,
    sets,
    snake,
)
from actions._listening import ANSWERS, QUIET, Listener
from actions._say import Changes, Say
from actions._telling import NOTHING, business, clearly_known, rule_asked, tell_known
from actions._turn import Turn
from bot.core import answers
from bot.core.form import (
    REFUSED,
    SHORT_ANSWER,
    Field,
    Filled,
    cannot_tell,
    fill,
    missing,
    refuses,
    will_not,
)
from bot.core.talk import marks

WANTS = {"asks", "wants"}  # marks of a sentence that has a wish beside its answer
MUCH_TO_LOSE = 4  # values known; from here on a cancellation is asked back once
QUIT, CORRECTION = "quit", "correction"  # asked beside the fields: 确定不办了吗, 哪一项不对
CONFIRM = Field("confirm", answers={"affirm": True, "deny": False}, says=answers.SUBMIT)


class CompanyForm(Listener, FormValidationAction):
    """Base of all forms; see the module docstring."""

    submit: ClassVar[str] = ""
    private: ClassVar[tuple[str, ...]] = ()  # slots that are forgotten when it opens and ends
    left: ClassVar[str] = "utter_cancelled"  # what is said to who leaves it
    story: ClassVar[tuple[str, ...]] = ()  # slots beside the fields that keep the customer's own words
    secret: ClassVar[frozenset[str]] = frozenset()  # fields whose values are never stored

    def opening(self, turn: Turn, intent: str) -> Changes:
        """Slots to set when the form opens for an intent, beside what the sentence says."""
        return {self.kind: intent} if self.kind else {}

    async def look(self, turn: Turn, slots: Changes, news: Changes, say: Say) -> Changes:
        """Look up what the new values make known; may say things. {"doing": None} ends the form."""
        return {}

    def submission(self, slots: Changes) -> str:
        """The action that carries the complete form out."""
        return self.submit

    @classmethod
    def form(cls) -> str:
        return snake(cls.__name__)

    def form_name(self) -> str:
        return self.form()

    def name(self) -> str:
        return f"validate_{self.form()}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = _turn.read(tracker)
        say = Say(dispatcher, turn)
        try:
            async with asyncio.timeout(ACT_SECONDS):
                return await self._step(turn, say, turn.slots.get(REQUESTED_SLOT))
        except Exception as error:
            return self._close(turn, say, report_trouble(self.name(), error, say))

    async def _step(self, turn: Turn, say: Say, requested: str | None) -> list[EventType]:
        slots = turn.slots
        if slots.get("resume") == self.form() and not slots.get("opening"):
            if turn.intent not in QUIET:
                say("utter_resume")
            return await self._ask(turn, say, {"resume": None, "doing": self.form()})
        if slots.get("doing") != self.form():
            return await self._open(turn, say)
        if turn.picture:
            say("utter_picture_kept")
            return self._asking(turn, {}, str(requested))
        asked = next((f for f in self.fields(dict(slots)) if f.slot == requested), None)
        if turn.intent in self.cancelled_by or (requested == QUIT and turn.intent == "affirm"):
            return self._cancel(turn, say, requested)
        if self._given_up(turn, asked):
            return self._cancel(turn, say, requested)
        if (aside := self._aside(turn, asked, say)) is not None:
            return self._asking(turn, aside, str(requested))
        if self._interrupted(turn, asked):
            if turn.intent not in self.own:
                return []
            return await self._ask(turn, say, {**self.opening(turn, turn.intent), **self._heard(turn, None)})
        return await self._take(turn, say, requested, asked)

    async def _open(self, turn: Turn, say: Say) -> list[EventType]:
        intent = turn.slots.get("opening") or turn.intent
        waiting, interrupted = list(turn.slots.get("agenda") or ()), turn.slots.get("doing")
        if interrupted and interrupted not in waiting:
            waiting.append(interrupted)
        changes: Changes = {
            **dict.fromkeys((*self.private, "opening", "resume", "misses", "confirm")),
            "doing": self.form(),
            **({"about": business(intent)} if self.kind and _names.offerable(intent) else {}),
            "agenda": [w for w in self.waiting(turn, waiting) if w != self.form()] or None,
            **self.opening(turn, intent),
        }
        heard = {} if turn.slots.get("goal") else self._heard(turn, None, changes)
        if turn.slots.get("opening") and (kept := turn.kept()):  # 给我开发票，抬头个人，顺便看看余额
            now = {**turn.slots, **changes}
            heard = {**fill(self.fields(now), now, None, kept).values, **heard, "kept": None}
        news = {**changes, **heard}
        return await self._ask(turn, say, {**news, "wishes": self.wishes(turn, news) or None})

    def waiting(self, turn: Turn, agenda: list[str]) -> list[str]:
        """What is taken up again when the form ends."""
        return agenda

    def wishes(self, turn: Turn, news: Changes) -> list[str]:
        """The wishes to take up afterwards; a story told in the customer's own words names none, nor does an answer
        that neither asks nor wants anything, whatever it sounds like."""
        told = any(f.free and news.get(f.slot) for f in self.fields({**turn.slots, **news}))
        if told:
            return list(turn.slots.get("wishes") or ())
        if turn.slots.get("doing") == self.form() and not (WANTS & marks.marks_of(turn.text)):
            return list(turn.slots.get("wishes") or ())
        aside = turn.intent not in ANSWERS | self.own and _names.offerable(turn.intent)
        several = len(turn.text) > SHORT_ANSWER or answers.has_parts(turn.text)
        answered = turn.slots.get("doing") == self.form() and several
        return merged_wishes(turn, turn.slots) + ([turn.intent] if aside and answered else [])

    def _heard(self, turn: Turn, requested: str | None, changes: Changes | None = None) -> Changes:
        now = {**turn.slots, **(changes or {})}
        return dict(fill(self.fields(now), now, requested, turn.heard).values)

    async def _take(
        self, turn: Turn, say: Say, requested: str | None, asked: Field | None
    ) -> list[EventType]:
        fields = self.fields(dict(turn.slots))
        filled = fill(fields, turn.slots, requested, turn.heard)
        if not (asked and asked.free) and (fixed := self._by_name(turn, fields)):
            others = {s: v for s, v in filled.values.items() if s not in (requested, "confirm")}
            filled = Filled({**others, **fixed.values})
        if (
            not (asked and asked.free)
            and marks.has("adds", turn.text)
            and (more := self._reworded(turn, fields))
        ):
            say("utter_added")
            aside = {
                f.slot for f in fields if f.verbatim and not f.asked
            }  # when they may come is not when it happened
            kept = {slot: value for slot, value in filled.values.items() if slot not in aside}
            return await self._ask(turn, say, {"misses": None, **kept, **more})
        passed = passed_over(asked, filled)
        if passed and turn.slots.get("misses"):
            filled = Filled({**filled.values, str(requested): REFUSED})
        news: Changes = {"misses": 1 if passed else None, **filled.values}
        if news.get("confirm") is False:
            news["confirm"] = None
            if len(filled.values) == 1:
                return self._asking(turn, news, CORRECTION)
        elif asks_beside(turn, filled) and (found := rule_asked(turn)):
            tell_known(found, turn, say)  # 没跳，电费拖几个月才停: an answer, and a question beside it
        elif filled.invalid:
            news = {**news, **self._missed(turn, say, f"utter_invalid_{filled.invalid}")}
        elif not filled.values and requested == CORRECTION and CONFIRM.answer(turn.heard):
            news["confirm"] = True
        elif not filled.values and requested == CORRECTION:
            news |= self._reworded(turn, fields)
        elif not filled.values and turn.intent in self.own and (more := self._reworded(turn, fields)):
            news |= more  # the story goes on
        elif not filled.values and requested != QUIT:
            news = self._unclear(turn, say)
        return await self._ask(turn, say, {**news, "wishes": self.wishes(turn, news) or None})

    def _reworded(self, turn: Turn, fields: tuple[Field, ...]) -> Changes:
        """A correction or more of the story is added to the form's own words, when it has any."""
        free = next(
            (s for s in (*(f.slot for f in fields if f.free), *self.story) if turn.slots.get(s)), None
        )
        return {free: f"{turn.slots[free]}；{turn.text}"} if free and turn.text else {}

    def _unclear(self, turn: Turn, say: Say) -> Changes:
        """The sentence gave nothing: a question in between is answered; else the field is asked in other words."""
        if refuses(turn.heard):
            return self._missed(turn, say, "utter_refused" if will_not(turn.heard) else "utter_cannot_tell")
        if found := clearly_known(turn, self.own):
            tell_known(found, turn, say)
            return {"misses": None}
        return self._missed(turn, say, "utter_not_understood")

    def _missed(self, turn: Turn, say: Say, reply: str) -> Changes:
        """What was wrong, and in its place the second time a person; the form stays and asks in other words."""
        misses = (turn.slots.get("misses") or 0) + 1
        if misses < MISSES_BEFORE_PERSON:
            say("utter_calm" if answers.angry(turn.text) else reply)
            return {"misses": misses}
        lost = reply == "utter_not_understood" and misses == MISSES_BEFORE_PERSON
        if lost and turn.manner.elder and not turn.elder:
            say("utter_elder_offer", json_message={"type": "profile", "elder": True})
        say.offer_person("n_failures")
        return {"misses": misses}

    async def _ask(self, turn: Turn, say: Say, news: Changes) -> list[EventType]:
        slots = {**turn.slots, **news}
        news = {**news, **await self.look(turn, slots, news, say)}
        slots |= news
        news = {slot: value for slot, value in news.items() if slot not in self.secret}
        if slots.get("doing") is None:
            return self._close(turn, say, news)
        field = missing(self.fields(slots), slots)
        if field is None:
            return [
                *sets({**news, "doing": None}, turn),
                SlotSet(REQUESTED_SLOT, None),
                FollowupAction(self.submission(slots)),
            ]
        if field.slot == "confirm":
            news["summary"] = self.summary(turn, slots)
        return self._asking(turn, news, field.slot)

    def _asking(self, turn: Turn, news: Changes, slot: str) -> list[EventType]:
        """Asks for a slot. Rasa takes an answer that sets nothing but the question for a rejection: hence `doing`."""
        return [*sets(news, turn), SlotSet("doing", self.form()), SlotSet(REQUESTED_SLOT, slot)]

    def summary(self, turn: Turn, slots: Changes) -> str:
        """What was told, label by label, to be confirmed before it is submitted."""
        told = ((f.slot, slots.get(f.slot)) for f in self.fields(slots) if f.slot != "confirm" and f.told)
        lines = [f"{_names.word('label', slot)}：{turn.read_back(value)}" for slot, value in told if value]
        return "；".join([_names.word("wish", slots.get(self.kind)), *lines] if self.kind else lines)

    def _cancel(self, turn: Turn, say: Say, requested: str | None) -> list[EventType]:
        slots = dict(turn.slots)
        known = [f for f in self.fields(slots) if f.asked and slots.get(f.slot) is not None]
        wishes = (w for w in (turn.intent, *turn.also) if w not in self.under_way(turn))
        instead = next((w for w in wishes if _names.offerable(w)), None)
        if requested != QUIT and len(known) >= MUCH_TO_LOSE and instead is None:
            return self._asking(turn, {}, QUIT)
        say(self.left)
        if instead is None:
            if answers.has_parts(turn.text) and (found := rule_asked(turn, NOTHING)):
                tell_known(found, turn, say)  # 不装桩了，过户多久能办好
            return self._close(turn, say, {"about": say.about} if say.about else {})
        agenda = [*(turn.slots.get("agenda") or ()), entry_of(instead)]
        return self._close(turn, say, {"agenda": agenda, "opening": instead})

    def _close(self, turn: Turn, say: Say, changes: Changes) -> list[EventType]:
        ended = {**changes, **self.ended()}
        return [SlotSet(REQUESTED_SLOT, None), *next_up(turn, say, ended)]

    @classmethod
    def ended(cls) -> Changes:
        """The slots of a form that is over."""
        return dict.fromkeys(
            (
                *cls.private,
                *((cls.kind,) if cls.kind else ()),
                "doing",
                "misses",
                "confirm",
                "summary",
                "resume",
                "goal",
            )
        )


def passed_over(asked: Field | None, filled: Filled) -> bool:
    """Whether something else was told in place of a yes or no that need not be told: asked once more, then let go."""
    others = filled.values.keys() - {"confirm"}
    seen = asked is not None and asked.optional and asked.answers and asked.slot not in filled.values
    return bool(seen and others)


def asks_beside(turn: Turn, filled: Filled) -> bool:
    """Whether more may stand beside an answer (没跳，电费拖几个月才停); what somebody cannot tell is no question."""
    return bool(filled.values) and answers.has_parts(turn.text) and not cannot_tell(turn.heard)


def takes_up(turn: Turn) -> Changes:
    """The offered business, when the sentence gives a value of it instead of a yes (个人, after 开电子发票); else
    nothing."""
    offered = str(turn.slots.get("offered") or "")
    form = next((form for form in CompanyForm.__subclasses__() if offered in form.own), None)
    if form is None or not turn.text:
        return {}
    slots = {**turn.slots, form.kind: offered} if form.kind else dict(turn.slots)
    if not fill(form().fields(slots), slots, None, turn.heard).values:
        return {}
    return {"offered": None, "opening": offered, "agenda": [entry_of(offered)]}


def entry_of(intent: str) -> str:
    """What serves an intent: the form it opens, else its action."""
    forms = {i: form.form() for form in CompanyForm.__subclasses__() for i in form.own}
    own = f"action_{intent}"
    return forms.get(intent) or (own if own in action_names(CompanyAction) else "action_answer")  # type: ignore[type-abstract]


def action_names(base: type[CompanyAction]) -> set[str]:
    """The names of all concrete actions below a base."""
    here = set() if isabstract(base) else {base().name()}
    return here.union(*(action_names(below) for below in base.__subclasses__()))
