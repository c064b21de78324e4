"""How one sentence fills a form: pure decisions about what was said, corrected, refused or still missing.

A form is a tuple of fields. A sentence may fill several of them, in any order, at any time; a value said again
replaces the old one (an address is merged part by part). Only the field that was asked also reads the plain
words of the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

SHORT_ANSWER = 12  # characters
REFUSED = ""  # an optional value the customer does not want to give: known, and empty
Slots = Mapping[str, Any]
NUMBERS = {"phone", "account_no"}
NUMBERS_AND_TIMES = {*NUMBERS, "order_no", "date", "time"}  # what no story consists of

_NEGATION = re.compile(r"(不是|不叫|不对是|别记|别写|说成|写成|记成|弄成|当成|报成|念成)[在到]?\s*$")
_REFUSAL = re.compile(
    r"不晓得|找不[见着]|不会看|认不得|没法看|不想|不愿|不方便|先不说|不说行|不留|不给行|说不[上好准清]|看不[见到清]|不告诉|保密|匿名|没有|记不|不知道|不清楚|忘了|不记得|找不到|不待要|没带|就这样|没别的|[咋叫随]?(叫|啥|便)(啥|叫)?都行|随便叫"
)
_WILL_NOT = re.compile(r"不想|不愿|不方便|先不说|不留|不给|不告诉|保密|匿名|不待要")
_CORRECTED = r".{0,20}(?:是|改成|换成|改为|写成|记成|改到)(.{1,30})$"
_HOUSE_NUMBER = re.compile(r"(?:(?<=\d)\d*|\d+)号(?!楼|院|线|井|机)")
_BARE_NUMBER = re.compile(r"[\d\s-]+")
_RANGE = re.compile(r"^[^，,。]{0,2}[到至]")
_FILLERS = re.compile(r"我的?|电话|手机号?|号码?|是|就|户号|呢|吧|啊|哇|了|的|嗯|打")
_ENDS = re.compile(r"[,，。!！?？;；\s]")
_TAKEN_BACK = re.compile(r"改|不对|错|不是|换|等等|等一|但|不过|别|先")
LEADING = 6  # characters
BY_THE_WAY = ("对了", "哦对了", "对啦")  # in front of something else: no yes
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

    @property
    def names(self) -> frozenset[str]:
        """The kinds of values the sentence holds."""
        return frozenset(mention.name for mention in self.mentions)


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
        """The value of a short answer that means just this, alone or in front of more (不办！我问的是…); None when it is
        none."""
        short = [heard.text] if len(heard.text) <= SHORT_ANSWER else []
        for text in (*short, _leading(heard.text)):
            for words, value in self.says.items():
                if text and re.search(words, text):
                    return value
        return None

    def answer(self, heard: Heard) -> Any:
        """What the plain words say when this field was asked; None when nothing."""
        if (said := self.said(heard)) is not None:
            return said
        if cannot_tell(heard) and len(heard.text) <= (SHORT_ANSWER if self.free else len(heard.text)):
            if self.optional:
                return REFUSED
            if self.free:
                return None
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


def _leading(text: str) -> str:
    """The first words of a longer sentence, when they stand by themselves and the rest takes nothing back."""
    first, *rest = _ENDS.split(text.strip(), maxsplit=1)
    if first in BY_THE_WAY:
        return ""
    return first if len(first) <= LEADING and not _TAKEN_BACK.search("".join(rest)) else ""


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


def house_numbers(text: str, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """The mentions with the house number behind an address as part of it (3组2号: not the second of a month)."""
    for address in (m for m in mentions if m.name == "address"):
        end = address.start + len(address.text)
        number = _HOUSE_NUMBER.match(text, end)
        if number and not address.text.endswith("号"):
            value = f"{address.value}{number[0]}"
            longer = replace(address, value=value, text=address.text + number[0])
            within = range(end, number.end())
            mentions = tuple(
                longer if m is address else m for m in mentions if m is address or m.start not in within
            )
    return mentions


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
        if asked and NUMBERS & set(item.entities) and _BARE_NUMBER.fullmatch(heard.text):
            mine, left = [], []  # a bare number answers the question, whatever it looks like
        offers = offered(item, mine, heard.text if asked else "")
        value = _settle(item, offers, slots.get(item.slot))
        if value is None and answer is not None:
            offers, value = [answer], _settle(item, [answer], slots.get(item.slot))
        if value is not None:
            values[item.slot] = value
        elif offers:
            refused.append(item.slot)
    return Filled(values, next((slot for slot in refused if slot == requested or not values), None))


def corrected(text: str, labels: Mapping[str, str]) -> tuple[str, str] | None:
    """The field that a correction names and its new value in words (电话写错了，是139… → phone, 139…); the longest
    label that fits. labels: what people call a field → its slot."""
    for label in sorted(labels, key=len, reverse=True):
        found = re.search(label + _CORRECTED, text)
        if found:
            return labels[label], found[1].strip("，。,. ")
    return None


def _tells_only_others(fields: tuple[Field, ...], requested: str | None, heard: Heard) -> bool:
    """True when the words answer other fields and not the asked one."""
    asked = next((f for f in fields if f.slot == requested), None)
    if asked is None or not heard.text or asked.said(heard) is not None:
        return False
    if NUMBERS & set(asked.entities) and _BARE_NUMBER.fullmatch(heard.text):
        return False
    if asked.answers and not (asked.tells and asked.tells(heard.text) is not None):
        return any(
            f.tells and f.answers and f.tells(heard.text) is not None for f in fields if f is not asked
        )
    told = any(f.tells and f.tells(heard.text) is not None for f in fields if f is not asked)
    if told and asked.words and not asked.free and not any(m.name in asked.entities for m in heard.mentions):
        return asked.tells is None or asked.tells(heard.text) is None
    elsewhere = NUMBERS_AND_TIMES | ({"address"} if NUMBERS & set(asked.entities) else set())
    others = [m for m in heard.mentions if m.name in elsewhere and m.name not in asked.entities]
    rest = heard.text
    for mention in others:
        rest = rest.replace(mention.text, "", 1)
    return bool(others) and not _WORDS.search(_FILLERS.sub("", rest))


def offered(item: Field, mentions: list[Mention], answer: str = "") -> list[Any]:
    """What mentions offer a field: each in turn when they are merged, all their words together (in an answer to the
    very question with 到…), or the last."""
    if item.verbatim and mentions:
        first, last = mentions[0], mentions[-1]
        if _RANGE.match(answer[last.start + len(last.text) :]):
            return [answer[first.start :]]
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
