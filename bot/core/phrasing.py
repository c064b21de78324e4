"""Values as customers read them: money, energy, days, times, grouped digits, masked numbers. No sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal


def yuan(amount: Decimal) -> str:
    """Two places, no sign for zero: 118.12."""
    return f"{amount:.2f}"


def kwh(energy: Decimal) -> str:
    """No trailing zeros: 268, 120.5."""
    text = f"{energy:.2f}"
    return text.rstrip("0").rstrip(".")


def month(value: str) -> str:
    """2026-10 → 10月 of this form: 2026年10月."""
    year, number = value.split("-")
    return f"{year}年{int(number)}月"


def day(value: date) -> str:
    return f"{value.month}月{value.day}日"


def moment(value: datetime, now: datetime) -> str:
    """An hour of today alone, else with its day; in the clock of `now`."""
    local = value.astimezone(now.tzinfo)
    return f"{local:%H:%M}" if local.date() == now.date() else f"{day(local.date())}{local:%H:%M}"


def deadline(due: datetime, now: datetime) -> str:
    """The end of a clock: with its hour when near, by its day when more than a day away."""
    return day(due.astimezone(now.tzinfo).date()) if due - now > timedelta(days=1) else moment(due, now)


def listing(words: Iterable[str]) -> str:
    """Chinese enumeration: 甲、乙、丙."""
    return "、".join(words)


def grouped(number: str) -> str:
    """Digits in groups of four for reading back: 0100 0000 0012 3."""
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def masked(number: str) -> str:
    """An account number as it may be shown: first two and last four digits."""
    return f"{number[:2]}{'*' * max(len(number) - 6, 1)}{number[-4:]}"


def duration(working_days: int | None, span: timedelta | None) -> str:
    """5个工作日, 7天, 24小时, 45分钟; whichever of the two is set."""
    if span is None:
        return f"{working_days or 0}个工作日"
    minutes = int(span.total_seconds() // 60)
    if minutes % 60:
        return f"{minutes}分钟"
    hours = minutes // 60
    return f"{hours // 24}天" if hours % 24 == 0 and hours > 24 else f"{hours}小时"


def in_pairs(text: object) -> str:
    """Long numbers two digits at a time, as one reads them to somebody who writes along: 13 80 00 00 00 5."""
    return re.sub(r"\d{6,}", lambda number: " ".join(re.findall(r"\d\d?", number[0])), str(text))


def dictated(text: object) -> str:
    """Long numbers digit by digit with a pause after each four, for a voice that would read them as one number."""

    def spoken(number: re.Match[str]) -> str:
        return "，".join(" ".join(number[0][i : i + 4]) for i in range(0, len(number[0]), 4))

    return re.sub(r"\d{6,}", spoken, str(text))
