"""How one sentence fills a form: pure decisions about what was said, corrected, refused or still missing.

A form is a tuple of fields. A sentence may fill several of them, in any order, at any time; a value said again
replaces the old one (an address is merged part by part). Only the field that was asked also reads the plain
words of the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

SHORT_ANSWER = 12  # characters
REFUSED = ""  # an optional value the customer does not want to give: known, and empty
Slots = Mapping[str, Any]
NUMBERS_AND_TIMES = {"phone", "account_no", "order_no", "date", "time"}  # what no story consists of

_NEGATION = re.compile(r"(不是|不叫|不对是|别记|别写|说成|写成|记成|弄成|当成|报成|念成)[在到]?\s*$")
_REFUSAL = re.compile(
    r"不晓得|找不[见着]|不会看|认不得|没法看|不想|不愿|不方便|先不说|不说行|不留|不给行|说不[上好准清]|看不[见到清]|不告诉|保密|匿名|没有|记不|不知道|不清楚|忘了|不记得|找不到|不待要|没带"
)
_WILL_NOT = re.compile(r"不想|不愿|不方便|先不说|不留|不给|不告诉|保密|匿名|不待要")
_FILLERS = re.compile(r"我的?|电话|手机号?|号码?|是|就|户号|呢|吧|啊|哇|了|的|嗯|打")
_WORDS = re.compile(r"\w")


class Invalid(ValueError):
    """A value that cannot be what was asked for; the customer is told what is wrong and asked again."""


@dataclass(frozen=True)
class Mention:
    """An entity in the sentence: normal form `value`, words `text`, place `start`."""

    name: str
    value: Any
    text: str
    start: int


@dataclass(frozen=True)
class Heard:
    """One sentence as understood."""

    text: str
    intent: str
    mentions: tuple[Mention, ...] = ()


def _same(value: Any) -> Any:
    return value


def _always(_: Slots) -> bool:
    return True


@dataclass(frozen=True)
class Field:
    """One thing a form wants to know.

    entities: which mentions fill it. answers: intent → value, when it was asked. words: reads the plain words
    when it was asked (None = not understood). check: normal form or Invalid. merge: (old, new) → value.
    asked=False: taken when said, never asked. when: whether it applies. optional: may be refused.
    free: the whole sentence is the value, whatever it seems to wish for. told: part of the summary.
    says: pattern → value of short answers that mean just this here (邻居有电), whatever else they seem to wish for.
    tells: reads what a sentence tells of this at any time, asked or not (我姓周, 没跳闸); None when nothing.
    verbatim: a mention's own words are the value (昨天下午, 7千瓦), not its normal form."""

    slot: str
    entities: tuple[str, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    words: Callable[[str], Any] | None = None
    check: Callable[[Any], Any] = _same
    merge: Callable[[Any, Any], Any] | None = None
    asked: bool = True
    when: Callable[[Slots], bool] = _always
    optional: bool = False
    free: bool = False
    told: bool = True
    says: Mapping[str, Any] = field(default_factory=dict)
    tells: Callable[[str], Any] | None = None
    verbatim: bool = False

    def accept(self, value: Any, old: Any) -> Any:
        """The value to keep. Raises Invalid."""
        if self.optional and value == REFUSED:
            return REFUSED
        value = self.check(value)
        return self.merge(old, value) if self.merge and old else value

    def said(self, heard: Heard) -> Any:
        """The value of a short answer that means just this; None when it is none."""
        short = heard.text if len(heard.text) <= SHORT_ANSWER else ""
        return next((value for words, value in self.says.items() if re.search(words, short)), None)

    def answer(self, heard: Heard) -> Any:
        """What the plain words say when this field was asked; None when nothing."""
        if (said := self.said(heard)) is not None:
            return said
        if self.optional and cannot_tell(heard) and (not self.free or len(heard.text) <= SHORT_ANSWER):
            return REFUSED
        if self.free and heard.text:
            return heard.text
        if heard.intent in self.answers:
            return self.answers[heard.intent]
        if self.optional and refuses(heard):
            return REFUSED
        return self.words(heard.text) if self.words else None


@dataclass(frozen=True)
class Filled:
    """What a sentence gave: new values, and the slot of a value that could not be taken."""

    values: Mapping[str, Any]
    invalid: str | None = None


def refuses(heard: Heard) -> bool:
    """True when the answer is that the customer will not or cannot tell."""
    return cannot_tell(heard) or (not heard.mentions and heard.intent == "deny")


def cannot_tell(heard: Heard) -> bool:
    """True when the words themselves say so (不知道, 不想说), whatever the intent."""
    return not heard.mentions and bool(_REFUSAL.search(heard.text))


def will_not(heard: Heard) -> bool:
    """True when the customer does not want to tell, rather than not knowing."""
    return bool(_WILL_NOT.search(heard.text))


def meant(heard: Heard) -> tuple[Mention, ...]:
    """The mentions without those taken back (不是12栋，是20栋 → only 20栋)."""
    taken_back = {m for m in heard.mentions if _NEGATION.search(heard.text[: m.start])}
    return tuple(m for m in heard.mentions if m not in taken_back)


def fill(fields: tuple[Field, ...], slots: Slots, requested: str | None, heard: Heard) -> Filled:
    """Read a sentence into the fields. A mention goes to the asked field first, else to the first that takes it;
    the asked field also reads the plain words, unless the sentence tells of another field only (a number said to
    怎么回事, 没跳闸 said to 邻居有电吗); an address mentioned twice is merged. A value that cannot be taken is told
    only of the asked field, or when nothing else was said."""
    values: dict[str, Any] = {}
    refused: list[str] = []
    left = list(meant(heard))
    elsewhere = _tells_only_others(fields, requested, heard)
    for item in sorted(fields, key=lambda f: f.slot != requested):
        mine = [m for m in left if m.name in item.entities]
        left = [m for m in left if m not in mine]
        asked = item.slot == requested
        answer = item.answer(heard) if asked and not elsewhere else None
        if answer is None and item.tells and heard.text:
            answer = item.tells(heard.text)
        if asked and item.said(heard) is not None:
            mine = []
        offers = offered(item, mine)
        value = _settle(item, offers, slots.get(item.slot))
        if value is None and answer is not None:
            offers, value = [answer], _settle(item, [answer], slots.get(item.slot))
        if value is not None:
            values[item.slot] = value
        elif offers:
            refused.append(item.slot)
    return Filled(values, next((slot for slot in refused if slot == requested or not values), None))


def _tells_only_others(fields: tuple[Field, ...], requested: str | None, heard: Heard) -> bool:
    """True when the words answer other fields and not the asked one."""
    asked = next((f for f in fields if f.slot == requested), None)
    if asked is None or not heard.text or asked.said(heard) is not None:
        return False
    if asked.answers and not (asked.tells and asked.tells(heard.text) is not None):
        return any(
            f.tells and f.answers and f.tells(heard.text) is not None for f in fields if f is not asked
        )
    others = [m for m in heard.mentions if m.name in NUMBERS_AND_TIMES and m.name not in asked.entities]
    rest = heard.text
    for mention in others:
        rest = rest.replace(mention.text, "", 1)
    return bool(others) and not _WORDS.search(_FILLERS.sub("", rest))


def offered(item: Field, mentions: list[Mention]) -> list[Any]:
    """What mentions offer a field: each in turn when they are merged, all their words together, or the last."""
    if item.verbatim and mentions:
        return ["".join(m.text for m in mentions)]
    return [m.value for m in (mentions if item.merge else mentions[-1:])]


def _settle(item: Field, offers: list[Any], old: Any) -> Any:
    """The value after taking each offer in turn; None when none can be taken."""
    settled = None
    for offer in offers:
        try:
            settled = old = item.accept(offer, old)
        except Invalid:
            continue
    return settled


def missing(fields: tuple[Field, ...], slots: Slots) -> Field | None:
    """The next field to ask, None when the form is complete."""
    return next((f for f in fields if f.asked and slots.get(f.slot) is None and f.when(slots)), None)
