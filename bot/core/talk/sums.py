"""Which sum over months a sentence asks for, and the sum: 一共, 差多少, 平均, 哪个月最多, 都念一遍.

Rows are what was told or what is on file; every figure comes from them, and the answer names their months."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.core import numbers
from bot.core.talk import marks

KINDS = ("difference", "most", "least", "mean", "total", "each")
"""The marks of a sum, the more particular ones in front (最多 may stand beside 一共)."""
SPAN = {"difference": 2}
_MONTHS = re.compile(r"(\d{1,2}|[两俩二三仨四五六七八九十])个?月(?!份)")
_YEAR = re.compile(r"(今年|去年)(?!同|这个月|[\d一二三四五六七八九十]+月)")
_LONGER = {"半年": 6, "一年": 12, "全年": 12, "十二个月": 12, "一季度": 3, "一个季度": 3}
_ENERGY = re.compile(r"度|电量|用电|千瓦时|几个字|走了?.{0,4}字")


@dataclass(frozen=True)
class Wanted:
    """`kind`: one of KINDS. `months`: how many were named, None when none. `energy`: kWh are asked for, not money.
    `latest`: the latest ones are meant (最近), whatever was told before. `years`: how many years back (今年 0, 去年 1), None
    when no year is named."""

    kind: str
    months: int | None
    energy: bool
    latest: bool
    years: int | None = None


@dataclass(frozen=True)
class Row:
    """A month (YYYY-MM) with its value in yuan or kWh."""

    month: str
    value: Decimal


@dataclass(frozen=True)
class Figure:
    """The figure and the rows it was made of, oldest first; for most and least the one row that is meant."""

    value: Decimal
    rows: tuple[Row, ...]


def asked(text: str) -> Wanted | None:
    """The sum a sentence asks for, None when it asks for none."""
    found = marks.marks_of(text)
    kind = next((kind for kind in KINDS if kind in found), None)
    if kind is None:
        return None
    year = _YEAR.search(text)
    return Wanted(
        kind, _count(text), bool(_ENERGY.search(text)), bool(re.search(r"最近|近|这", text)),
        None if year is None else int(year[0] == "去年"),
    )  # fmt: skip


def chosen(
    question: Wanted, told: Sequence[str], named: Sequence[str], on_file: Sequence[str], year: int
) -> tuple[str, ...]:
    """The months a question is about, oldest first: those of the year named; those named; those told, when they are as
    many as it needs; else the latest on file. The most and the least are looked for in all. Nothing when two are needed
    and fewer are known to be meant. `year`: this one."""
    if question.years is not None and len(set(named)) < 2:
        return tuple(month for month in on_file if month.startswith(str(year - question.years)))
    if len(set(named)) >= 2:
        return tuple(sorted(set(named)))
    spoken = tuple(dict.fromkeys(told))
    count = question.months or SPAN.get(question.kind)
    if count:
        if len(spoken) >= count and not question.latest:
            return tuple(sorted(spoken[-count:]))
        return tuple(on_file[-count:]) if question.months else ()
    among_told = len(spoken) >= 2 and question.kind not in ("most", "least")
    return tuple(sorted(spoken)) if among_told else tuple(on_file[-12:])


def answer(kind: str, rows: Sequence[Row]) -> Figure:
    """ValueError for no rows."""
    if not rows:
        raise ValueError("a sum needs rows")
    values = [row.value for row in rows]
    if kind == "difference":
        return Figure(rows[-1].value - rows[0].value, tuple(rows))
    if kind in ("most", "least"):
        best = (max if kind == "most" else min)(rows, key=lambda row: row.value)
        return Figure(best.value, (best,))
    whole = sum(values, Decimal(0))
    return Figure(whole / len(values) if kind == "mean" else whole, tuple(rows))


def _count(text: str) -> int | None:
    for words, months in _LONGER.items():
        if words in text:
            return months
    found = _MONTHS.search(text)
    count = numbers.number(found[1], counted=True) if found else None
    return int(count) if count else None
