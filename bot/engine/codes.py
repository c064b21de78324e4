"""Numbers that name something: told apart by what is said before them, by their length and their shape.

Account numbers have 10 to 13 digits (masked samples of the company start with 01; lengths as in the trade), mobile
phones 11, landlines 0478 and 7, identity cards 17 digits and a check character, our order numbers begin
with their day; longer ones are meter numbers.
"""

from __future__ import annotations

import re

from bot.core.numbers import SPOKEN_DIGITS, unrolled

LABELS = frozenset(("account_no", "phone", "id_no", "meter_no", "order_no"))

_SAID = rf"(?:[2-9二三四五六七八九]个)?[{SPOKEN_DIGITS}]"  # 四个零
_RUN = re.compile(
    rf"(?<![0-9A-Za-z.])(?:(?:\+|[A-Za-z]{{0,4}})\d(?:[ \-]?\d){{5,}}[Xx]?|[{SPOKEN_DIGITS}](?:[ ,]?{_SAID}){{3,}})(?![0-9A-Za-z])"
)
_CUES = (
    ("order_no", re.compile("工单|单号|受理号|订单|编号是?[A-Za-z]")),
    ("meter_no", re.compile("表号|电表号|资产|表的号|表上印|表上的号|铭牌")),
    ("id_no", re.compile("身份证|证件号")),
    ("phone", re.compile("电话|手机|号码是|联系|打我")),
    ("account_no", re.compile("户号|客户编号|用户编号|用户号|客户号|户头号|户好|护号")),
)
_BEFORE = 10
SHORTEST = 6  # digits


def codes(text: str) -> list[tuple[int, int, str]]:
    """The codes of a normalised text as (start, end, label)."""
    found = []
    for match in _RUN.finditer(text):
        plain = re.sub(r"[ \-,]", "", unrolled(match[0]))
        if len(plain.lstrip("+")) < SHORTEST:
            continue
        label = (
            _by_shape(plain)
            or _by_cue(text[max(0, match.start() - _BEFORE) : match.start()])
            or _by_length(plain)
        )
        if label:
            found.append((match.start(), match.end(), label))
    return found


def _by_shape(plain: str) -> str | None:
    if re.fullmatch(r"(?:(?:\+|00)86)?1[3-9]\d{9}|0478\d{7}|幺[三四五六七八九].{9}", plain):
        return "phone"
    if re.fullmatch(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3,}", plain):
        return "order_no"
    return "id_no" if re.fullmatch(r"\d{17}[Xx]", plain) else None


def _by_cue(before: str) -> str | None:
    """The last cue wins: 表号我念给你, 户号是…"""
    at = {label: max((hit.end() for hit in cue.finditer(before)), default=-1) for label, cue in _CUES}
    label = max(at, key=lambda name: at[name])
    return label if at[label] >= 0 else None


def _by_length(plain: str) -> str | None:
    length = len(plain)
    if re.fullmatch(r"861[3-9]\d{9}", plain):
        return "phone"
    if plain[0].isalpha() and plain[0].isascii():
        return "order_no"
    if length == 18:
        return "id_no"
    if 10 <= length <= 13:
        return "account_no"
    return "meter_no" if length > 13 else None
