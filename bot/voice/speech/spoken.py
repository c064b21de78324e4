"""A written text as it is said on the telephone: digits read one by one, money, dates, energy; no links, no marks.

What is a code (telephone, account and order numbers) is read in groups with 幺 for one; what is an amount is read as
a number. A pause is the punctuation left in the text.
"""

from __future__ import annotations

import re

_DIGITS = "零一二三四五六七八九"
_ONE_BY_ONE = str.maketrans("0123456789", "零幺二三四五六七八九")
_YEAR_DIGITS = str.maketrans("0123456789", _DIGITS)
_UNITS = ("", "十", "百", "千")
_LINK = re.compile(r"(?:https?://|www\.)[^\s，。；！？）]+")
_MARKS = re.compile(r"[*_#`>|~•·●▪]+|[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F\u200D]")
_MASKED = re.compile(r"\d*\*{2,}(\d+)")
_CODE = re.compile(r"(?<![\d.])(?:\d[ -]?){4,}\d(?![\d.]*[.\d]*\s*(?:元|度|千瓦))")
_EMERGENCY = re.compile(r"(?<![\d.])1(?:10|19|20|22)(?![\d.:])(?!\s*[度元块个次户分天]|千瓦)")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_YEAR = re.compile(r"(\d{4})年")
_TIME = re.compile(r"(?<!\d)(\d{1,2})[:：](\d{2})(?::\d{2})?(?!\d)")
_MONEY = re.compile(r"[¥￥]?(-?\d+)\.(\d)(\d)?元")
_RANGE = re.compile(r"(?<=\d)\s*[-~～—]\s*(?=\d)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
_PAIR = re.compile(r"(?<![\d.])2(?=个|户|块|台|位|天|次|小时|分钟)")
_NUMBER = re.compile(r"(-?)(\d+)(?:\.(\d+))?")
_ENERGY = re.compile(r"(?<=[\d.])\s*(?:kWh|千瓦时|KWH|kwh)")


def spoken(text: str) -> str:
    """The text with every number, sign and link turned into what a person would say."""
    text = _LINK.sub("", text)
    text = _MASKED.sub(lambda m: f"尾号{code(m[1])}", text)
    text = _MARKS.sub("", text)
    text = _ENERGY.sub("度", text)
    text = _DATE.sub(lambda m: f"{m[1]}年{int(m[2])}月{int(m[3])}日", text)
    text = _YEAR.sub(lambda m: m[0].translate(_YEAR_DIGITS), text)
    text = _TIME.sub(lambda m: clock(int(m[1]), int(m[2])), text)
    text = _MONEY.sub(lambda m: money(int(m[1]), int(m[2]), int(m[3] or 0)), text)
    text = _CODE.sub(lambda m: code(m[0]), text)
    text = _EMERGENCY.sub(lambda m: m[0].translate(_ONE_BY_ONE), text)
    text = _RANGE.sub("到", text)
    text = _PERCENT.sub(lambda m: f"百分之{m[1]}", text)
    text = _PAIR.sub("两", text)
    text = _NUMBER.sub(_number, text)
    return re.sub(r"\s+", "，", re.sub(r"[（(]", "，", re.sub(r"[）)]", "，", text)).strip()).replace(
        "，，", "，"
    )


def code(digits: str) -> str:
    """Digits one by one in groups of three or four, 幺 for one: 一三八，… → 幺三八，零零零零，零零零一."""
    plain = re.sub(r"\D", "", digits)
    first = 3 if len(plain) == 11 else 4
    groups = [plain[:first], *(plain[at : at + 4] for at in range(first, len(plain), 4))]
    if len(plain) <= 5:
        groups = [plain]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return "，".join(group.translate(_ONE_BY_ONE) for group in groups)


def money(yuan: int, jiao: int, fen: int) -> str:
    """十二元五角, 十二元零五分; nothing after the last part that counts."""
    text = f"{cardinal(yuan)}元"
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif fen:
        text += "零"
    return text + (f"{_DIGITS[fen]}分" if fen else "")


def clock(hour: int, minute: int) -> str:
    """十四点三十分, 八点, 九点零五分."""
    if not minute:
        return f"{cardinal(hour)}点"
    return f"{cardinal(hour)}点{'零' if minute < 10 else ''}{cardinal(minute)}分"


def cardinal(number: int) -> str:
    """A whole number below 10^12 in characters: 十二, 一百零五, 一万二千."""
    if number < 0:
        return "负" + cardinal(-number)
    if number >= 10_000:
        size, unit = (100_000_000, "亿") if number >= 100_000_000 else (10_000, "万")
        high, low = divmod(number, size)
        zero = "零" if low and low < size // 10 else ""
        return cardinal(high) + unit + zero + (cardinal(low) if low else "")
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _UNITS[place]
        gap = not digit
    return (text.removeprefix("一") if 10 <= number < 20 else text) or "零"


def _number(match: re.Match[str]) -> str:
    sign, whole, fraction = match.groups()
    said = "负" if sign else ""
    said += cardinal(int(whole)) if len(whole) <= 12 else code(whole)
    return said + ("点" + "".join(_DIGITS[int(digit)] for digit in fraction) if fraction else "")
