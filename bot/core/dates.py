"""Days, months, times and lengths of time as people say them, against a clock that the caller gives.

Normal forms: month YYYY-MM, day YYYY-MM-DD, time HH:MM, duration whole minutes. A function returns None when the
words name no such thing. Months and days without a year are the last ones that were; 明年 and 下 look ahead.
Lunar words (去年腊月, 大年三十) need `lunar`, a function from lunar year, month and day to a date.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta

from bot.core.numbers import number

Lunar = Callable[[int, int, int], date]

_YEARS = {
    "前年": -2,
    "去年": -1,
    "头年": -1,
    "上年": -1,
    "今年": 0,
    "本年": 0,
    "明年": 1,
    "来年": 1,
    "后年": 2,
}
_DAYS = {
    "大前": -3,
    "前": -2,
    "昨": -1,
    "夜来": -1,
    "夜儿": -1,
    "今": 0,
    "当": 0,
    "明": 1,
    "大后": 3,
    "后": 2,
}
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5}
_FIXED = {"元旦": (1, 1), "情人节": (2, 14), "妇女节": (3, 8), "清明": (4, 5), "五一": (5, 1), "劳动节": (5, 1),
          "六一": (6, 1), "儿童节": (6, 1), "国庆": (10, 1), "十一": (10, 1), "圣诞": (12, 25)}  # fmt: skip
_LUNAR_MONTHS = {"正月": 1, "冬月": 11, "腊月": 12, "十冬腊月": 11}
_LUNAR_DAYS = {"春节": (1, 1), "大年初一": (1, 1), "元宵": (1, 15), "端午": (5, 5), "中秋": (8, 15),
               "八月十五": (8, 15), "重阳": (9, 9), "腊八": (12, 8), "小年": (12, 23), "二月二": (2, 2)}  # fmt: skip
_HOURS = {"凌晨": 3, "后半夜": 3, "清早": 7, "一早": 7, "早起": 7, "早晨": 7, "早上": 8, "前晌": 10, "上午": 10,
          "晌午": 12, "中午": 12, "后晌": 15, "下午": 15, "傍晚": 18, "天黑": 19, "黑夜": 21, "夜里": 22,
          "晚上": 20, "晚": 20, "三更半夜": 0, "半夜": 0, "早": 8}  # fmt: skip
_MINUTES = {"分钟": 1, "刻钟": 15, "小时": 60, "钟头": 60, "点钟": 60, "天": 1440, "日": 1440, "工作日": 1440,
            "晚": 720, "宿": 720, "夜": 720, "黑夜": 720, "周": 10_080, "礼拜": 10_080, "星期": 10_080,
            "月": 43_200, "年": 525_600}  # fmt: skip


def month(text: str, now: datetime, lunar: Lunar | None = None) -> str | None:
    """YYYY-MM of 上个月, 10月, 去年腊月, 2026年5月."""
    if match := re.fullmatch(r"(\d{4})[-年./](\d{1,2})月?份?", text):
        return _month(int(match[1]), int(match[2]))
    if match := re.fullmatch(r"(上+|前|下+|这|本|当|头)个?(?:一个)?月份?", text):
        word = match[1]
        step = -len(word) if word[0] == "上" else len(word) if word[0] == "下" else -2 if word == "前" else 0
        return _shift(now, -1 if word == "头" else step)
    for name, lunar_month in _LUNAR_MONTHS.items():
        if text.rstrip("份里").endswith(name) and lunar is not None:
            year = _year(text, now)
            if year is None:
                year = now.year if lunar(now.year, lunar_month, 1) <= now.date() else now.year - 1
            return f"{lunar(year, lunar_month, 1):%Y-%m}"
    return _named_month(text, now)


def day(text: str, now: datetime, lunar: Lunar | None = None) -> str | None:
    """YYYY-MM-DD of 昨天, 昨晚, 大前天, 11月3号, 20号, 上礼拜三, 国庆, 大年三十."""
    today = now.date()
    if match := re.fullmatch(r"(\d{4})[-年./](\d{1,2})[-月./](\d{1,2})[日号]?", text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    for word, step in _DAYS.items():
        if re.match(word, text) and not re.match(r"当月|前年|后年|今年|明年|前旗|后旗|今后", text):
            return (today + timedelta(step)).isoformat()
    if match := re.fullmatch(r"(.+?)天(?:以)?(前|后)", text):
        count = number(match[1])
        return (
            None
            if count is None
            else (today + timedelta(int(count) * (-1 if match[2] == "前" else 1))).isoformat()
        )
    if match := re.fullmatch(r"(上+|下+|这|本)?个?(?:周|礼拜|星期)([一二三四五六日天末])", text):
        week = today - timedelta(today.weekday()) + timedelta(_WEEKDAYS[match[2]])
        word = match[1] or ""
        return (week + timedelta(7 * (len(word) * {"上": -1, "下": 1}.get(word[:1], 0)))).isoformat()
    return _dated(text, now) or _feast(text, now, lunar)


def time(text: str) -> str | None:
    """HH:MM of 下午三点半, 15:30, 半夜 (a part of the day gives its customary hour)."""
    if match := re.fullmatch(r"(\d{1,2})[::](\d{2})", text):
        return _time(int(match[1]), int(match[2]))
    part = next((word for word in sorted(_HOURS, key=len, reverse=True) if word in text), None)
    match = re.search(
        r"([0-9一二两三四五六七八九十]+)(?:点钟?|时)(半|[一三]刻|[0-9零一二三四五六七八九十]+分?)?", text
    )
    if match is None:
        return None if part is None else _time(_HOURS[part], 0)
    hour = number(match[1][0] if re.fullmatch("[一二三四五六七八九]{2}", match[1]) else match[1])
    if hour is None:
        return None
    return _time(_afternoon(int(hour), part), _minute(match[2]))


def duration(text: str) -> str | None:
    """Whole minutes of 三个钟头, 一个半小时, 半天 (half a day), 一天一夜, 四十分钟."""
    clean = re.sub(r"[多来好几整]|左右|大约|差不多|工作(?=日)|把(?=礼拜|小时|月|天)", "", text)
    total = 0.0
    for match in re.finditer(
        r"([0-9.]+|[零一二两三四五六七八九十百半俩仨]+)个?(半)?个?(分钟|刻钟|小时|钟头|点钟|天|日|晚上|晚|宿|黑夜|夜|周|礼拜|星期|月|年)(半)?",
        clean,
    ):
        count = number(match[1])
        if count is None:
            return None
        amount = float(count) + (0.5 if match[2] or match[4] else 0.0)
        total += amount * _MINUTES[match[3].replace("晚上", "晚")]
    return str(round(total)) if total else None


def _named_month(text: str, now: datetime) -> str | None:
    match = re.fullmatch(r"(.*?年)?(?:的)?([0-9]{1,2}|[一二三四五六七八九十]{1,2})月份?", text)
    if match is None:
        return (
            f"{now.year + (_year(text, now) or now.year) - now.year}-{now.month:02}"
            if re.fullmatch(r"(?:去年|前年|今年)(?:这个月|同期|这时候)", text)
            else None
        )
    named = number(match[2])
    if named is None or not 1 <= named <= 12:
        return None
    year = _year(match[1] or "", now)
    return _month(year if year is not None else now.year - (int(named) > now.month), int(named))


def _year(text: str, now: datetime) -> int | None:
    for word, step in _YEARS.items():
        if word in text:
            return now.year + step
    match = re.search(r"(\d{4}|\d{2})年", text)
    return None if match is None else int(match[1]) + (2000 if len(match[1]) == 2 else 0)


def _dated(text: str, now: datetime) -> str | None:
    match = re.fullmatch(r"(.*?年)?(?:的)?(?:(上个|这个|下个|本|上|下)?([0-9一二三四五六七八九十]{0,2})月)?(?:份)?"
                         r"([0-9]{1,2}|[一二三四五六七八九十]{1,3})[号日]", text)  # fmt: skip
    if match is None:
        return None
    of_month = number(match[4])
    if of_month is None:
        return None
    year = _year(match[1] or "", now)
    if match[2]:
        anchor = _shift(now, {"上": -1, "下": 1}.get(match[2][0], 0))
        return _day(int(anchor[:4]), int(anchor[5:]), int(of_month))
    if not match[3]:
        return _day(now.year, now.month, int(of_month))
    named = number(match[3])
    if named is None:
        return None
    return _day(
        year if year is not None else now.year - (int(named) > now.month + 1), int(named), int(of_month)
    )


def _nearest(of_month: int, of_day: int, now: datetime) -> str:
    """That day of the year it is closest in: 元旦 in November is the one to come."""
    days = (date(year, of_month, of_day) for year in (now.year - 1, now.year, now.year + 1))
    return min(days, key=lambda each: abs(each - now.date())).isoformat()


def _feast(text: str, now: datetime, lunar: Lunar | None) -> str | None:
    year = _year(text, now) or now.year
    for name, (of_month, of_day) in _FIXED.items():
        if name in text:
            told = _year(text, now)
            return _day(told, of_month, of_day) if told else _nearest(of_month, of_day, now)
    if lunar is None:
        return None
    for name, (of_month, of_day) in _LUNAR_DAYS.items():
        if name in text:
            return lunar(year, of_month, of_day).isoformat()
    if re.search("除夕|年三十|大年三十", text):
        return (lunar(year + 1, 1, 1) - timedelta(1)).isoformat()
    match = re.fullmatch(
        r"(正月|腊月|冬月|[二三四五六七八九十]月|大年)?(?:初([一二三四五六七八九十])|(十[一二三四五六七八九]|二十[一二三四五六七八九]?|三十))",
        text,
    )
    if match is None or not (match[1] or match[2]):
        return None
    of_month = (
        1
        if match[1] in (None, "正月", "大年")
        else _LUNAR_MONTHS.get(match[1]) or int(number(match[1][:-1]) or 1)
    )
    said_day = number(match[2] or match[3])
    return None if said_day is None else lunar(year, of_month, int(said_day)).isoformat()


def _afternoon(hour: int, part: str | None) -> int:
    late = part in ("下午", "后晌", "傍晚", "晚上", "晚", "天黑", "黑夜", "夜里", "晌午", "中午")
    if part in ("半夜", "夜里", "晚上", "黑夜", "三更半夜") and hour == 12:
        return 0
    if part in ("夜里", "黑夜") and hour < 6:
        return hour
    return hour + 12 if late and hour < (11 if part in ("中午", "晌午") else 12) else hour


def _minute(text: str | None) -> int:
    if not text:
        return 0
    if text == "半":
        return 30
    if text.endswith("刻"):
        return 15 if text[0] == "一" else 45
    return int(number(text.rstrip("分")) or 0)


def _shift(now: datetime, months: int) -> str:
    count = now.year * 12 + now.month - 1 + months
    return f"{count // 12}-{count % 12 + 1:02}"


def _month(year: int, of_month: int) -> str | None:
    return f"{year}-{of_month:02}" if 1 <= of_month <= 12 else None


def _day(year: int, of_month: int, of_day: int) -> str | None:
    if not 1 <= of_month <= 12 or not 1 <= of_day <= monthrange(year, of_month)[1]:
        return None
    return date(year, of_month, of_day).isoformat()


def _time(hour: int, minute: int) -> str | None:
    return f"{hour % 24:02}:{minute:02}" if 0 <= hour <= 24 and 0 <= minute < 60 else None
