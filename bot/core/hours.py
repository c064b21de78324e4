"""The words of times of day and of lengths of time; bot/core/dates.py reads whole texts with them."""

from __future__ import annotations

import re

from bot.core.numbers import LONGEST, number

COUNT = "[0-9零〇一二两三四五六七八九十百廿卅半俩仨]"
_HOURS = {"凌晨": 3, "后半夜": 3, "清早": 7, "一早": 7, "早起": 7, "早晨": 7, "早上": 8, "前晌": 10, "上午": 10,
          "晌午": 12, "中午": 12, "后晌": 15, "下晌": 15, "下午": 15, "傍晚": 18, "天黑": 19, "黑夜": 21, "夜里": 22,
          "晚上": 20, "晚": 20, "三更半夜": 0, "半夜": 0, "早": 8}  # fmt: skip
PART_OF_DAY = "|".join(sorted(_HOURS, key=len, reverse=True))
_PART = re.compile(f"(?<!一)(?:{PART_OF_DAY})")
_NIGHT = ("半夜", "夜里", "黑夜", "三更半夜", "后半夜")
MINUTES = {"秒": 1 / 60, "秒钟": 1 / 60, "分": 1, "分钟": 1, "分半钟": 1, "min": 1, "刻钟": 15, "刻": 15, "小时": 60, "钟头": 60, "点钟": 60,
            "h": 60, "上午": 240, "下午": 240, "前晌": 240, "后晌": 240, "早上": 240, "天": 1440, "日": 1440, "整天": 1440, "昼夜": 1440,
            "晚": 720, "晚上": 720, "宿": 720, "夜": 720, "黑夜": 720, "周": 10_080, "礼拜": 10_080, "星期": 10_080, "月": 43_200,
            "季度": 129_600, "年": 525_600}  # fmt: skip
UNIT = "|".join(sorted(MINUTES, key=len, reverse=True))
_LENGTH = re.compile(
    rf"({COUNT}+(?:\.[0-9]+)?|[0-9]+点[0-9]|个)个?(半)?个?({UNIT})(半)?(?:钟)?(?:零|又|加|，)?", re.IGNORECASE
)
_ROUGH = re.compile(
    r"^(?:在|大[概约]|差不多|估计|将?近|快|约|不到|超过|至[少多]|最[少多]|足足|整整|有|都|已经|停[电了]*)+"
    r"|(?:左右|上下|前后|的?时间|工夫|功夫|[了的吧呢啊])+$|(?<=[十百])[多来几余](?=个|[天年周])|(?<=个)[多来](?=[小钟月礼星])"
    r"|(?<=[天年月周时头])[多来](?=$|的)|[多来](?=[天年周分小钟])|(?<=个)把(?=.)|(?<=[一-九十])整(?=[天年月周])|工作(?=日)"
)
CLOCK = (
    r"(?:\d{1,2}:\d{2}(?::\d{2})?(?![:\d])|(?:差(?:一刻|\d{1,2}分|[一二两三四五六七八九十]{1,3}分))?(?:\d{1,2}|[零〇一二两三四五六七八九十]{1,3})(?:点钟?|时)"
    r"(?:(?:过|差|零)?(?:半|[一三123]刻|(?:\d{1,2}|[零〇一二三四五六七八九十]{1,3})分?(?!\d)))?(?:钟|整)?)"
)
_MERIDIEM = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*([ap])\.?m\.?", re.IGNORECASE)


def clock(said: str, part: str | None) -> str | None:
    """HH:MM of the words of one time, in the half of the day that `part` decides."""
    if match := _MERIDIEM.fullmatch(said):
        half = 12 if match[3] in "pP" else 0
        return _time(int(match[1]) % 12 + half, int(match[2] or 0)) if 1 <= int(match[1]) <= 12 else None
    bare = re.sub(rf"^(?:{PART_OF_DAY})的?,?", "", said)
    if match := re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2})?", bare):
        return _time(_half(int(match[1]), part), int(match[2]))
    match = re.fullmatch(
        r"(?:差(一刻|.{1,3}分))?(\d{1,2}|[零〇一二两三四五六七八九十]{1,3})(?:点钟?|时)(过|差|零)?"
        r"(半|[一三123]刻|(?:\d{1,2}|[零〇一二三四五六七八九十]{1,3})分?)?(?:钟|整)?", bare,
    )  # fmt: skip
    if match is None:
        words = re.fullmatch(rf".{{0,3}}?({PART_OF_DAY})", said) if "点" not in said else None
        return _time(_HOURS[words[1]], 0) if words else None
    said_hour = number(match[2], counted=True)
    hour = None if said_hour is None else _half(int(said_hour), part)
    minute = _minute(match[4])
    if hour is None or minute is None or (match[3] and not match[4]):
        return None
    if match[1] or match[3] == "差":
        before = _minute(match[1]) if match[1] else minute
        at = hour * 60 - (before or 0)
        return None if before is None or (match[1] and match[4]) else _time(at // 60 % 24, at % 60)
    return _time(hour, minute)


def _half(hour: int, part: str | None) -> int | None:
    """The hour of the day by its part; None where the two exclude each other (早上20点)."""
    if part is None or hour > 24:
        return hour
    if part in ("下午", "后晌", "下晌", "傍晚", "天黑"):
        return hour + 12 if hour < 12 else hour if hour < 24 else None
    if part in ("晌午", "中午"):
        return hour + 12 if hour < 4 else hour if 10 <= hour < 16 else None
    if part in ("晚上", "晚", *_NIGHT):
        if hour in (12, 24):
            return 0
        early = 6 if part in _NIGHT else 5
        return hour if hour < early or hour > 12 else hour + 12
    if part == "凌晨" and hour in (12, 24):
        return 0
    return hour if hour <= 12 else None


def _minute(text: str | None) -> int | None:
    if not text:
        return 0
    if text == "半":
        return 30
    if text.endswith("刻"):
        return 15 if text[0] in "一1" else 45
    value = number(text.rstrip("分"), counted=True)
    return None if value is None else int(value)


def part_of_day(text: str) -> str | None:
    """The part of the day that words name first: 昨晚 晚, 今天下午 下午."""
    found = _PART.search(text)
    return found[0] if found else None


def parts_of_day(text: str) -> list[str]:
    """All of them in order."""
    return _PART.findall(text)


def length(said: str) -> str | None:
    """Whole minutes of the words of one length of time; a text that is longer than any is none."""
    if len(said) > LONGEST:
        return None
    if match := re.fullmatch(rf"({COUNT}+)(?:天|昼)({COUNT}+)夜", said):
        days = number(match[1], counted=True)
        return str(round(days * 1440)) if days is not None and match[1] == match[2] else None
    clean, before = said, ""
    while clean != before:
        before, clean = clean, _ROUGH.sub("", clean)
    clean = re.sub(r"^(?:大|小)(?=半)", "", clean)
    total, at, last = 0.0, 0, float("inf")
    for match in _LENGTH.finditer(clean):
        count = amount(match[1])
        unit = MINUTES[match[3].lower()]
        if match.start() != at or count is None or unit >= last or (match[3] == "刻" and not at):
            return None
        total += (count + (0.5 if match[2] or match[4] or match[3] == "分半钟" else 0)) * unit
        at, last = match.end(), unit
    if re.fullmatch("[0-9一二三四五六七八九十]+月", clean):
        return None  # 三月 is a month of the year
    return str(round(total)) if at and at == len(clean) and round(total) else None


def amount(text: str) -> float | None:
    """How many of a unit: digits or characters, 个 before 半 or 把 is one."""
    if text == "个":
        return 1.0
    value = number(text.replace("俩", "两").replace("仨", "三"), counted=True)
    return None if value is None else float(value)


def _time(hour: int | None, minute: int) -> str | None:
    if hour is None or not (0 <= hour <= 24 and 0 <= minute < 60):
        return None
    return f"{hour % 24:02}:{minute:02}"
