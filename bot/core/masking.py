"""Personal data made unreadable before it reaches a screen, a log or an error text.

The forms are those of the trade: 张*, 138****1234, 1508**********12, account numbers with the first 2 and the
last 4 digits, addresses down to county and estate, bank cards by their last 4, a***@ (PIPL; practice of the
company's own app, which shows 某****某层东).
"""

from __future__ import annotations

import re

_EMAIL = re.compile(r"(?<![A-Za-z0-9.+-])([A-Za-z0-9])[\w.+-]*@(?=[\w-]+\.)")
_DIGITS = re.compile(r"(?<![0-9A-Za-z])\d(?:[\d \-]{3,40})\d?[Xx]?(?![0-9A-Za-z])")
_SPOKEN = re.compile(r"[零〇一二三四五六七八九幺两洞]{6,}")
_HOUSE = re.compile(
    r"[0-9零一二三四五六七八九十甲乙丙丁东西南北A-Za-z-]{1,8}(?:号?楼|栋|幢|单元|门|室|层|号院|户)(?:[0-9零一二三四五六七八九十]{1,5}室?)?"
)
_NAMED = re.compile(r"((?:户名|姓名|名字|我叫|叫做|机主|户主|联系人)(?:是|叫|为|[:: ])*)([一-鿿]{2,4})")


def mask_name(name: str) -> str:
    """张三 → 张*, 王秀英 → 王*英, firms keep their first two and their last character."""
    if len(name) <= 1:
        return "*"
    if len(name) == 2:
        return name[0] + "*"
    kept = 1 if len(name) <= 4 else 2
    return name[:kept] + "*" * (len(name) - kept - 1) + name[-1]


def mask_phone(phone: str) -> str:
    """13800000001 → 138****0001; a landline keeps its last two digits."""
    return phone[:3] + "****" + phone[-4:] if len(phone) == 11 else "*" * max(len(phone) - 2, 0) + phone[-2:]


def mask_id(number: str) -> str:
    """150800000000000012 → 1508************12."""
    return number[:4] + "*" * max(len(number) - 6, 0) + number[-2:] if len(number) > 6 else "*" * len(number)


def mask_account(account_no: str) -> str:
    """0100000000123 → 01*******0123."""
    return (
        account_no[:2] + "*" * max(len(account_no) - 6, 1) + account_no[-4:]
        if len(account_no) > 6
        else "****"
    )


def mask_card(card: str) -> str:
    """The last four digits of a bank card."""
    return "*" * max(len(card) - 4, 0) + card[-4:]


def mask_email(address: str) -> str:
    """someone@example.com → s***@example.com."""
    return _EMAIL.sub(r"\1***@", address)


def mask_address(address: str) -> str:
    """County, town and estate stay; house, unit and room are starred."""
    return _HOUSE.sub("**", address)


def mask_text(text: str) -> str:
    """Any text for a log: numbers by their kind, e-mail, house numbers, and names that are introduced as such."""
    masked = _NAMED.sub(lambda match: match[1] + mask_name(match[2]), mask_email(text))
    masked = _SPOKEN.sub(lambda match: "*" * len(match[0]), masked)
    return mask_address(_DIGITS.sub(_number, masked))


def mask_numbers(text: str) -> str:
    """Telephone, identity, card and account numbers in a text, written or spelt out; everything else stays."""
    spelt = _SPOKEN.sub(lambda match: "*" * len(match[0]), text)
    return _DIGITS.sub(_number, spelt)


def _number(match: re.Match[str]) -> str:
    digits = re.sub(r"[ \-]", "", match[0])
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        return mask_phone(digits)
    if re.fullmatch(r"\d{17}[\dXx]", digits):
        return mask_id(digits)
    if re.fullmatch(r"\d{16,19}", digits):
        return mask_card(digits)
    return mask_account(digits) if re.fullmatch(r"\d{10,22}", digits) else match[0]
