"""Numbers as people say and type them: 一百三 is 130, 两百三 230, 十二块五 12.5, 百十来块 about 110, 幺零零 100."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

DIGITS = {
    "零": 0, "〇": 0, "洞": 0, "一": 1, "幺": 1, "壹": 1, "二": 2, "两": 2, "贰": 2, "俩": 2, "三": 3, "叁": 3,
    "仨": 3, "四": 4, "肆": 4, "五": 5, "伍": 5, "六": 6, "陆": 6, "七": 7, "柒": 7, "拐": 7, "八": 8, "捌": 8,
    "九": 9, "玖": 9, "勾": 9,
}  # fmt: skip
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_TENS = {"廿": "二十", "卅": "三十"}
_VAGUE = re.compile("[来多几把余]|大概|左右|上下")

NUMBER = (
    r"(?:\d+(?:,\d{3})+|\d+)(?:\.\d+)?[多来几]?[十百千万亿]{0,2}"
    r"|[零一二两三四五六七八九十百千万半几俩仨]+[多来几余]?[十百千万]{0,2}(?:点[零一二三四五六七八九]+)?"
)
"""Source of a regular expression for one number in a normalised text."""

SPOKEN_DIGITS = "零〇一幺二两三四五六七八九洞拐勾"


def number(text: str) -> Decimal | None:
    """The value of one number, digits or characters; 来, 多 and 几 are dropped. None when it is no number."""
    clean = _VAGUE.sub("", text.strip().replace(",", ""))
    for short, full in _TENS.items():
        clean = clean.replace(short, full)
    if not clean:
        return None
    match = re.fullmatch(r"(-?\d+(?:\.\d+)?)([十百千万亿]*)", clean)
    if match:
        return _arabic(match[1], match[2])
    sign = -1 if clean[0] == "负" else 1
    value = _chinese(clean.lstrip("负"))
    return None if value is None else sign * value


def digits(text: str) -> str | None:
    """Digits read out one by one or in groups, in any spelling: 「0100 0000 00123」, 「零幺零零」. None when not digits."""
    read = "".join(
        character if character.isascii() else str(DIGITS.get(character, "?"))
        for character in re.sub(r"[\s,\-_.。、杠]", "", text)
    )
    return read if read and re.fullmatch(r"\d+", read) else None


def plain(value: Decimal) -> str:
    """A number without exponent or needless zeros: 130, 12.5."""
    text = format(value.normalize(), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(text: str) -> str | None:
    """Yuan: 十二块五 12.5, 四毛一 0.41, 三块二毛五 3.25, 一百三 130, 136.7元 136.7. None when not an amount."""
    clean = _VAGUE.sub("", re.sub(r"钱|人民币|[￥¥]|元整|整", "", text.strip()))
    parts = re.fullmatch(r"(?:(.*?)[块元圆])?(?:(.*?)[毛角])?(?:(.*?)分)?(.*)", clean)
    if parts is None or not clean:
        return None
    units = (Decimal(1), Decimal("0.1"), Decimal("0.01"))
    said = [number(part) if part else None for part in parts.groups()]
    if any(part and value is None for part, value in zip(parts.groups(), said, strict=True)):
        return None
    named = [at for at in range(3) if said[at] is not None]
    rest = said[3] or Decimal(0)
    if named:
        rest *= Decimal("0.01") if named[-1] == 0 and rest >= 10 else units[named[-1]] / 10
    return plain(sum(((said[at] or Decimal(0)) * units[at] for at in named), rest))


def measure(text: str) -> str | None:
    """The number in front of a unit: 二百度 200, 7千瓦 7, 0.8万千瓦 8000, 五口人 5, 800瓦 0.8 (kW)."""
    factor = Decimal(1)
    clean = re.sub(
        r"(?:来|多|几)?个?(?:千瓦时|度电?|个?字|千瓦|千伏安|kwh|kw|kva|口人?|人|户|kW|KW)$", "", text.strip()
    )
    if re.search(r"兆(?:瓦|伏安)|mw|MW", clean):
        factor, clean = Decimal(1000), re.sub(r"兆(?:瓦|伏安)|mw|MW", "", clean)
    elif re.search(r"(?<!千)瓦$|w$|W$", clean):
        factor, clean = Decimal("0.001"), re.sub(r"瓦$|w$|W$", "", clean)
    value = number(re.sub(r"个$", "", clean))
    return None if value is None else plain(value * factor)


def _arabic(number_text: str, unit: str) -> Decimal | None:
    try:
        value = Decimal(number_text)
    except InvalidOperation:
        return None
    for character in unit:
        value *= {"万": 10_000, "亿": 100_000_000}.get(character) or UNITS[character]
    return value


def _chinese(text: str) -> Decimal | None:
    if text.endswith("半") and len(text) > 1:
        whole = _chinese(text[:-1].rstrip("个"))
        return None if whole is None else whole + Decimal("0.5")
    if text == "半":
        return Decimal("0.5")
    if "点" in text:
        whole_text, _, fraction = text.partition("点")
        whole, tail = _chinese(whole_text), digits(fraction)
        return None if whole is None or tail is None else whole + Decimal(f"0.{tail}")
    if len(text) > 1 and all(character in DIGITS for character in text):
        return Decimal("".join(str(DIGITS[character]) for character in text))
    return _grouped(text)


def _grouped(text: str) -> Decimal | None:
    """百, 千, 万 read from left to right; a last digit without unit takes the next lower one (一百三, 两万五)."""
    total, section, pending, last_unit = 0, 0, 0, 0
    zero_before = False
    for character in text:
        if character in DIGITS:
            pending = DIGITS[character]
            zero_before = zero_before or character in "零〇"
            if character not in "零〇":
                zero_before = zero_before and pending > 0
        elif character in UNITS:
            last_unit = UNITS[character]
            section += (pending or 1) * last_unit
            pending, zero_before = 0, False
        elif character in "万亿":
            last_unit = 10_000 if character == "万" else 100_000_000
            total += (section + pending or 1) * last_unit
            section, pending, zero_before = 0, 0, False
        else:
            return None
    if pending and last_unit >= 100 and not zero_before:
        pending *= last_unit // 10
    return Decimal(total + section + pending)
