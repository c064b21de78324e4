"""The normal form of an entity: what the words mean, as text that can travel as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from bot.core import address, dates, numbers
from bot.core.danger import assess
from bot.core.dates import NoSuchDate
from bot.engine.span_rules import gazetteer, lexicon_values

_SCOPES = (
    ("village", "村|队|社|嘎查|镇|乡|组"),
    ("building", "楼|栋|幢|单元|门洞"),
    ("community", "小区|院|区"),
    ("street", "街|片|巷|排|周围|附近|路|市场"),
)


def value(label: str, text: str, now: datetime, sentence: str = "", before: str = "") -> str:
    """The normal form of intents.md, or the text itself where it has none or cannot be read. A day that no calendar
    has keeps the form that was said (2026-02-30): who uses it finds out. `before`: the words just before it."""
    return read(label, text, now, sentence, before) or text


def read(label: str, text: str, now: datetime, sentence: str = "", before: str = "") -> str | None:
    """The normal form, or None."""
    reader = _READERS.get(label)
    try:
        return reader(text, now, before if label == "time" else sentence) if reader else None
    except NoSuchDate as error:
        return error.said


def parts(text: str) -> dict[str, str | bool]:
    """The parts of an address, with `ambiguous` when its county must be asked."""
    read = address.parse(text, gazetteer())
    return {**read.parts(), **({"ambiguous": True} if read.ambiguous else {})}


def _digits(text: str, *_: object) -> str | None:
    return numbers.digits(re.sub(r"[^0-9个" + numbers.SPOKEN_DIGITS + "]", "", text))


def _code(text: str, *_: object) -> str:
    return numbers.digits(text) or re.sub(r"[\s\-]", "", text).upper()


def _hazard(text: str, _: datetime, sentence: str) -> str | None:
    if known := lexicon_values("hazard").get(text):
        return known
    danger = assess(text) or assess(sentence)
    return danger.primary if danger else None


def _scope(text: str, *_: object) -> str:
    known = lexicon_values("scope").get(text)
    return known or next((name for name, words in _SCOPES if re.search(words, text)), "household")


_READERS: dict[str, Callable[[str, datetime, str], str | None]] = {
    "account_no": _digits,
    "phone": lambda text, *_: numbers.phone(text) or _digits(text),
    "id_no": lambda text, *_: numbers.id_no(text) or re.sub(r"[\s\-]", "", text).upper(),
    "meter_no": _code,
    "order_no": _code,
    "month": lambda text, now, _: dates.month(text, now),
    "date": lambda text, now, _: dates.day(text, now),
    "time": lambda text, now, before: dates.time(text, before, now),
    "duration": lambda text, *_: dates.duration(text),
    "money": lambda text, *_: numbers.money(text),
    "energy": lambda text, *_: numbers.measure(text),
    "power": lambda text, *_: numbers.measure(text),
    "people_count": lambda text, *_: numbers.measure(text),
    "hazard": _hazard,
    "scope": _scope,
    "pay_channel": lambda text, *_: lexicon_values("pay_channel").get(text.lower()),
}
