"""Checks of what customers give: the normal form, or Invalid with nothing of the value in it.

Sources: account numbers 10–13 digits (domain facts §5, true length unknown), mobile ^1[3-9]\\d{9}$, landline
0xx-; verified by lookup only, never by their shape."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.core import numbers
from bot.core.dates import NoSuchDate
from bot.core.form import Invalid
from bot.core.ranges import Range, is_rough

_SPOKEN = str.maketrans({word: str(digit) for word, digit in numbers.DIGITS.items()})
_LEAD = re.compile(r"^(?:嗯|哦|那个|我的?|户主|户名|名字|姓名|联系人)*(?:是|叫我|我叫|叫|姓名是|写的是)?")
_NO_PLACE = re.compile(
    r"[吗呢么嘛？?]$|咋|怎么|什么|啥|为何|多少|几点|哪|说不|不知|不清|不记|不想|^[嗯呃啊哦喂唔额]+|^(?:那个|这个|就是|好像)+$"
    r"|你问|没电|停电|来电|跳闸|电费|快[来点]|赶紧|救命|来人|等一?[下会]|稍等|谢谢|再见|你好|能不能|可不可|要紧|[行成好中对]不$"
    r"|^[没不有]|^算了|没事|虚惊|跳了|管不管|用电|[，,]|到底|你们|投诉|^[今昨前明大]+[天儿晚早][上午晚]*|上午$|下午$|^刚才|小时$"
)
_NO_NAME = re.compile(
    r"[?？吗呢\d]|多少|什么|怎么|咋|啥|告诉|问|^[没不对好行等是可提确取修嗯哦啊快别再先]|我想|投诉|电话|停电|没电|都|整个|[这就]|那(?=[个这边我你就还能要是会他她么怎里])|了$"
    r"|[说报讲给]过|不[查说用办行会是要]|随便|多久|自己|^[我他她]|家的|转人工|人工|头前|刚[才说]|说|名字|非得|能不能|用不用"
)
_MENDED = re.compile(r"哦?不对|说错了?|错了|哦不|不不")
_TAIL = re.compile(r"[呀啊哇吧呢嘛哎哈哦]+$")
_PARTS = re.compile(r"[，。,.!！~；;]|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_FIRM = re.compile(r"公司|[店厂场部院校社馆站所局]$|中心|超市|集团|合作社|大队|村委")
PERSON_NAME, FIRM_NAME = 8, 30  # characters
_TIME = re.compile(
    r"[今昨前明天日号月周年早晚夜]|上午|下午|中午|刚才|刚刚|小时|钟头|礼拜|星期|[点半]|一直|经常|每|老是|最近|这两|\d"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,120}\.[A-Za-z]{2,}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_TAX_NO = re.compile(r"[0-9A-Z]{15,20}")
_MONTH, _DAY = re.compile(r"\d{4}-\d{2}"), re.compile(r"\d{4}-\d{2}-\d{2}")


def digits(text: Any) -> str:
    """All digits of a text, spoken ones included (幺零二 → 102, 四个零 → 0000)."""
    said = unicodedata.normalize("NFKC", str(text))
    return re.sub(r"[^0-9]", "", numbers.unrolled(said).translate(_SPOKEN))


def account_no(value: Any) -> str:
    """10 to 13 digits."""
    number = digits(value)
    if not 10 <= len(number) <= 13:
        raise Invalid("account_no")
    return number


def phone(value: Any) -> str:
    """A mobile or a landline number, digits only, without country code and extension; of several the first."""
    number = numbers.phone(str(value))
    if number is None:
        raise Invalid("phone")
    return number


def mobile(value: Any) -> str:
    """A mobile number: what gets text messages."""
    number = phone(value)
    if not _MOBILE.fullmatch(number):
        raise Invalid("phone")
    return number


def email_told(text: str) -> str | None:
    """The e-mail address in a sentence, else None."""
    found = _EMAIL.search(text)
    return found[0] if found else None


def send_to(value: Any) -> str:
    """An e-mail address, or a mobile number."""
    email = _EMAIL.search(str(value))
    if email:
        return email[0]
    if (number := numbers.phone(str(value))) and _MOBILE.fullmatch(number):
        return number
    raise Invalid("send_to")


def tax_no(value: Any) -> str:
    """A taxpayer's number: 15 to 20 letters and digits (统一社会信用代码 has 18)."""
    number = re.sub(r"[^0-9A-Z]", "", str(value).upper())
    if not _TAX_NO.fullmatch(number):
        raise Invalid("tax_no")
    return number


def code(value: Any) -> str:
    """The six digits of an SMS code."""
    number = digits(value)
    if len(number) != 6:
        raise Invalid("code")
    return number


def number_words(text: str) -> str | None:
    """The digits of an answer that is a number (at least three of them), else None."""
    number = digits(text)
    return number if len(number) >= 3 else None


def name_words(text: str) -> str | None:
    """A name said on its own (王秀英, 户主叫李铁柱, a firm), in front of more, or in place of a wrong one; else None."""
    said = _MENDED.split(text)[-1]
    names = (_name(part) for part in (said, *_PARTS.split(said)))
    return next((name for name in names if name), None)


def _name(words: str) -> str | None:
    name = _TAIL.sub("", _LEAD.sub("", re.sub(r"[\s，。,.!！~]", "", words)))
    fits = 2 <= len(name) <= (FIRM_NAME if _FIRM.search(name) else PERSON_NAME)
    return name if fits and re.search(r"\w", name) and not _NO_NAME.search(name) else None


def place_words(text: str) -> str | None:
    """Where something is, in plain words; None for fillers, questions and stories, which are no place."""
    place = text.strip()
    return place if 2 <= len(place) <= 40 and not _NO_PLACE.search(place) else None


def time_words(text: str) -> str | None:
    """When something was, in the customer's own words (上礼拜, 好几天了), else None."""
    said = text.strip()
    return said if len(said) <= 20 and _TIME.search(said) else None


def words(text: str) -> str | None:
    """Any answer in words, else None."""
    return text.strip() or None


def month(value: Any) -> str:
    """One month, YYYY-MM."""
    try:
        months = month_range(str(value))
    except NoSuchDate:
        months = None
    if months is None or months.low != months.high:
        raise Invalid("month")
    return months.low


def month_range(value: str) -> Range | None:
    """Both ends of a month or of several (YYYY-MM/YYYY-MM); None when it is none. Raises NoSuchDate for 2026-13."""
    months = Range.of(value)
    if not (_MONTH.fullmatch(months.low) and _MONTH.fullmatch(months.high)):
        return None
    for end in (months.low, months.high):
        _date(f"{end}-01", said=end)
    return months


def days(value: str) -> tuple[date, date] | None:
    """First and last day of a month, a day or a range of either; None when the value is none of them (words that
    were not read). Raises NoSuchDate for 2026-02-30."""
    if months := month_range(value):
        first, last = date.fromisoformat(f"{months.low}-01"), date.fromisoformat(f"{months.high}-01")
        end = date(last.year + last.month // 12, last.month % 12 + 1, 1) - timedelta(1)
        return first, end
    ends = Range.of(value)
    if not (_DAY.fullmatch(ends.low) and _DAY.fullmatch(ends.high)):
        return None
    return _date(ends.low), _date(ends.high)


def day_range(value: str, today: date) -> tuple[date, date] | None:
    """The same, not beyond today."""
    said = days(value)
    return (min(said[0], today), min(said[1], today)) if said else None


def amounts(value: str, words: str) -> tuple[Decimal, Decimal] | None:
    """The least and the most that an amount may mean: itself, the ends of a range, and around a rough one (八十多,
    近三百) one of its last unit either way, never below nothing. None when it was not read."""
    ends = Range.of(value)
    try:
        low, high = Decimal(ends.low), Decimal(ends.high)
    except InvalidOperation:
        return None
    if low == high and is_rough(words):
        unit = Decimal(1).scaleb(low.normalize().adjusted() - len(low.normalize().as_tuple().digits) + 1)
        return max(low - unit, Decimal(0)), high + unit
    return low, high


def _date(value: str, said: str = "") -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise NoSuchDate(said or value) from None


def any_words(text: str) -> str | None:
    """The words as they are; None when there are none."""
    return text.strip() or None
