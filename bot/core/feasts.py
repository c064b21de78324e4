"""Feasts and lunar days as people name them: 国庆, 双十一, 清明, 中秋, 大年三十, 农历九月初九, 腊月二十三."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from bot.core.lunar import TERMS, solar_of, term
from bot.core.numbers import number

LUNAR_MONTHS = {"正月": 1, "冬月": 11, "腊月": 12, "十冬腊月": 11}
_FIXED = {
    "元旦": (1, 1), "情人节": (2, 14), "妇女节": (3, 8), "三八": (3, 8), "植树节": (3, 12), "三一五": (3, 15), "315": (3, 15),
    "五一": (5, 1), "劳动节": (5, 1), "五四": (5, 4), "青年节": (5, 4), "六一": (6, 1), "儿童节": (6, 1), "七一": (7, 1),
    "建党节": (7, 1), "八一": (8, 1), "建军节": (8, 1), "教师节": (9, 10), "国庆": (10, 1), "十一": (10, 1), "双十一": (11, 11),
    "双11": (11, 11), "光棍节": (11, 11), "双十二": (12, 12), "双12": (12, 12), "平安夜": (12, 24), "圣诞": (12, 25),
}  # fmt: skip
_SUNDAYS = {"母亲节": (5, 2), "父亲节": (6, 3)}
_LUNAR = {
    "春节": (1, 1), "大年初一": (1, 1), "元宵": (1, 15), "龙抬头": (2, 2), "二月二": (2, 2), "端午": (5, 5), "五月五": (5, 5),
    "七夕": (7, 7), "中元": (7, 15), "七月十五": (7, 15), "中秋": (8, 15), "八月十五": (8, 15), "重阳": (9, 9), "九月九": (9, 9),
    "寒衣节": (10, 1), "腊八": (12, 8), "小年": (12, 23), "祭灶": (12, 23),
}  # fmt: skip
_EVE = ("除夕", "除夕夜", "大年除夕", "大年三十", "年三十", "三十晚上")
_NAMES = {*_FIXED, *_SUNDAYS, *_LUNAR, *_EVE, *TERMS}
_LUNAR_DAY = re.compile(
    r"(农历|阴历|旧历)?(闰)?(正月|腊月|冬月|十冬腊月|大年|[一二三四五六七八九十\d]{1,3}月)(?:的)?"
    r"(?:初([一二三四五六七八九十]|10|[1-9])|(十[一二三四五六七八九]?|二十[一二三四五六七八九]?|廿[一二三四五六七八九]?|三十|[12]\d|30))(?:日|号)?"
)


def feast(name: str, year: int | None, today: date) -> date | None:
    """The day of a feast, of the year told or else the one it is closest in: 元旦 in November is the one to come."""
    bare = re.sub("(?<=..)节?(?:假期|黄金周|放假)$|(?<=..)节$", "", name)
    known = name if name in _NAMES else bare
    if known in _LUNAR:
        return _lunar_day(*_LUNAR[known], year, today)
    if known in TERMS and not 2000 < (year or today.year) < 2099:
        return None
    return _closest(lambda each: _on(known, each), year, today) if known in _NAMES else None


def _on(name: str, year: int) -> date:
    """The day of a feast in a year of the common calendar; 除夕 is the eve of the next lunar year."""
    if name in _FIXED:
        return date(year, *_FIXED[name])
    if name in _SUNDAYS:
        return nth_weekday(year, *_SUNDAYS[name], 6)
    return solar_of(year + 1, 1, 1) - timedelta(1) if name in _EVE else term(year, name)


def lunar_day(text: str, year: int | None, today: date) -> date | None:
    """The date of a day told by the lunar calendar; a month without 初, 农历 or a name of its own is none."""
    said = _LUNAR_DAY.fullmatch(text)
    if said is None:
        return None
    calendar, leap, month_name, early, late = said.groups()
    named = month_name in LUNAR_MONTHS or month_name == "大年"
    if not (calendar or leap or named or early):
        return None
    month = LUNAR_MONTHS.get(month_name) or (1 if month_name == "大年" else _whole(month_name[:-1]))
    day = _whole(early or late)
    if not 1 <= month <= 12:
        return None
    try:
        if leap:
            return solar_of(year or today.year, month, day, True)
        return _lunar_day(month, day, year, today)
    except ValueError:
        return None


def nth_weekday(year: int, month: int, nth: int, weekday: int) -> date:
    """十月第一个星期一; the last one for nth = -1. ValueError when the month has fewer."""
    if nth < 0:
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(1)
        return last - timedelta((last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first.replace(day=1 + (weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _lunar_day(month: int, day: int, year: int | None, today: date) -> date:
    """Of the running year; the last two months are those closest, they fall into the next."""
    if year is None and month >= 11:
        return _closest(lambda each: solar_of(each, month, day), None, today)
    return solar_of(year or today.year, month, day)


def _closest(on: Callable[[int], date], year: int | None, today: date) -> date:
    if year is not None:
        return on(year)
    years = (today.year - 1, today.year, today.year + 1)
    return min((on(each) for each in years), key=lambda each: abs(each - today))


def _whole(text: str) -> int:
    value = number(text)
    return -1 if value is None else int(value)
