"""Numbers as people say and type them: 一百三 is 130, 1万2 12000, 十二块五 12.5, 两三百 about 200, 幺零零 100.

Every reader takes the whole text or returns None: a number that is not sure is asked for again.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from bot.core.ranges import between

DIGITS = {
    "零": 0, "〇": 0, "洞": 0, "一": 1, "幺": 1, "壹": 1, "二": 2, "两": 2, "贰": 2, "俩": 2, "三": 3, "叁": 3,
    "仨": 3, "四": 4, "肆": 4, "五": 5, "伍": 5, "六": 6, "陆": 6, "七": 7, "柒": 7, "拐": 7, "八": 8, "捌": 8,
    "九": 9, "玖": 9, "勾": 9,
}  # fmt: skip
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_GROUPS = (("亿", 100_000_000), ("万", 10_000), ("千", 1000), ("百", 100), ("十", 10))
_SPELLINGS = str.maketrans("拾佰仟萬億壹贰叁肆伍陆柒捌玖幺俩仨", "十百千万亿一二三四五六七八九一两三")
_TENS = {"廿": "二十", "卅": "三十", "卌": "四十"}

LONGEST = 40  # characters of a number with all its words

SPOKEN_DIGITS = "零〇一幺二两三四五六七八九洞拐勾"
NUMBER = (
    r"(?<![\d.])\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,4})?(?![\d,])"
    r"|(?:(?<!\d)(?<!\d\.)\d{1,12}(?:\.\d{1,6})?[多来几余]?(?:[十百千万亿]{1,2}(?:[零\d一二三四五六七八九两][\d零一二三四五六七八九十百千]{0,10})?)?"
    r"|(?<![零一二两三四五六七八九十百千万廿卅])[零一二两三四五六七八九十百千万半几俩仨廿卅]{1,16}[多来几余]?[十百千万]{0,2}"
    r"(?:点[零一二三四五六七八九]{1,6})?)"
)
"""Source of a regular expression for one number in a normalised text. It begins where no number goes on and its
length has a bound, so that a long row of digits costs linear time."""

_BEFORE = r"^(?:大[概约]|差不多|得有|少说|估[计摸]|可能|好像|有|将?近|快|约|不[到足止]|超过|至[少多]|最[少多]|顶多|起码|足足|整整|共|上(?=[百千万]))+"
_AFTER = r"(?:左右|上下|出头|开外|[以之][上下内外]|往上|吧|呢|了|的|啊|多一?点儿?|来个?)+$"
_ROUGH = (
    r"(?<=[十百千万亿\d])[来多余几](?![一二两三四五六七八九\d])|(?<=[百千万])把(?=$|[块度个])|(?<=个)把(?=$)"
)
_PAIRS = {"一二", "一两", "二三", "两三", "三四", "三五", "四五", "五六", "六七", "七八", "八九"}
"""Two digits that are one rough number: 三四十, 七八个. Its lower is taken."""

_MONEY_SIGNS = re.compile(r"钱|人民币|rmb|cny|[￥¥]|(?<=[元块圆万千百十\d])[整正]$", re.IGNORECASE)
_UNIT = re.compile(
    r"(?:[来多]|几)?个?(?:千瓦时|度电?|个?字|千瓦|千伏安|兆瓦|兆伏安|瓦|k\s?wh?|k\s?va|m\s?va|m\s?w|w|口(?:子|人)?人?|(?:个)?人|户|个)(半)?$",
    re.IGNORECASE,
)
_UNITS = r"(?:十|百|千|万)?(?:千瓦时|度电?|个?字|千瓦|千伏安|兆瓦|兆伏安|瓦|kwh?|kva|mva|mw|w|口(?:子|人)?|个?人|户)$"
_PHONE = re.compile(r"(?<!\d)(?:\+?(?:00)?86)?(1[3-9]\d{9}|0\d{2,3}\d{7,8})(?:(?:转|分机|ext)\d{1,5})?(?!\d)")
_ID_NO = re.compile(r"\d{17}[\dX]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def number(text: str, counted: bool = False) -> Decimal | None:
    """The value of one number, digits or characters; 来, 多, 近, 左右 are dropped, 几百 has no value.

    `counted`: a unit follows, so that two digits in a row are an estimate (两三 2, 七八 7) and not read out (78)."""
    clean = _plain(text) if len(text) <= LONGEST else ""
    if not clean:
        return None
    sign = -1 if re.match("负|-|零下", clean) else 1
    return _signed(sign, _value(re.sub("^(?:负|-|零下)", "", clean), counted))


def digits(text: str) -> str | None:
    """Digits read out one by one or in groups, in any spelling: 「0100 0000 00123」, 「零幺零零」, 「四个零」. None when
    not digits."""
    clean = re.sub(r"[\s,\-_.。、杠()]", "", unicodedata.normalize("NFKC", text))
    clean = unrolled(clean)
    read = "".join(
        character if character.isascii() else str(DIGITS.get(character, "?")) for character in clean
    )
    return read if re.fullmatch(r"\d+", read) else None


def unrolled(text: str) -> str:
    """Digits said with their count, one by one: 四个零 → 零零零零."""
    return re.sub(
        rf"([2-9二两三四五六七八九])个([\d{SPOKEN_DIGITS}])",
        lambda said: said[2] * (DIGITS.get(said[1]) or int(said[1])),
        text,
    )


def phone(text: str) -> str | None:
    """The 11 digits of a mobile or the area code and number of a landline, without country code or extension."""
    said = re.sub(
        r"[^0-9转机分ext+个" + SPOKEN_DIGITS + r"\s,\-()]", " ", unicodedata.normalize("NFKC", text).lower()
    )
    runs = re.findall(rf"\+?[\d{SPOKEN_DIGITS}个\s,\-()]+(?:(?:转|分机|ext)\s?\d+)?", said)
    for run in runs:
        number_text, mark, extension = re.sub(r"^\+", "", run).partition("转")
        read = digits(number_text)
        if read and (found := _PHONE.fullmatch(read + mark + extension)):
            return found[1]
    found = _PHONE.search(re.sub(r"(?<=\d)[ \-](?=\d)|[()]", "", said))
    return found[1] if found else None


def id_no(text: str) -> str | None:
    """The 18 characters of an identity card; None where its check character is wrong (GB 11643-1999, MOD 11-2)."""
    clean = re.sub(r"[\s\-,]", "", unicodedata.normalize("NFKC", text)).upper()
    if not clean.isascii():
        tail = "X" if re.search("(?:叉|X|x|艾克斯)$", clean) else ""
        clean = (digits(re.sub("(?:叉|X|艾克斯)$", "", clean)) or "") + tail
    if not _ID_NO.fullmatch(clean) or not _birthday(clean[6:14]):
        return None
    check = sum(int(digit) * weight for digit, weight in zip(clean, _ID_WEIGHTS, strict=False)) % 11
    return clean if clean[17] == "10X98765432"[check] else None


def plain(value: Decimal) -> str:
    """A number without exponent or needless zeros: 130, 12.5."""
    text = format(value.normalize(), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(text: str) -> str | None:
    """Yuan: 十二块五 12.5, 四毛一 0.41, 1万2 12000, 3w 30000, 一百到一百五 100/150. None when not an amount."""
    if len(text) > LONGEST:
        return None
    clean = _MONEY_SIGNS.sub("", _spaced(text))
    return between(clean, _yuan, r"[十百千万亿]*[块元圆毛角]?$", Decimal) or _yuan(clean)


def measure(text: str) -> str | None:
    """The number in front of a unit, power in kW: 二百度 200, 1200kWh 1200, 7千瓦 7, 0.8万千瓦 8000, 五口人 5, 800瓦 0.8,
    三到五千瓦 3/5."""
    if len(text) > LONGEST:
        return None
    clean = re.sub(_AFTER, "", _spaced(text))
    return between(clean, _measured, _UNITS, Decimal) or _measured(clean)


def _measured(text: str) -> str | None:
    unit = _UNIT.search(text)
    value = number(text[: unit.start()] if unit else text, counted=unit is not None)
    if value is None:
        return None
    said = unit[0].lower().replace(" ", "") if unit else ""
    half = Decimal("0.5") if unit and unit[1] else Decimal(0)
    factor = 1000 if re.match("兆|m", said) else 1
    return plain((value + half) * factor / (1000 if re.match("个?(?:瓦|w)", said) else 1))


def _yuan(text: str) -> str | None:
    if short := re.fullmatch(r"(\d{1,9}(?:\.\d{1,4})?)(w|k)(?:块|元)?", text, re.IGNORECASE):
        return plain(Decimal(short[1]) * (10_000 if short[2] in "wW" else 1000))
    clean = re.sub(_AFTER, "", re.sub(_BEFORE, "", text)).replace("块儿", "块")
    parts = re.fullmatch(r"(?:(.*?)[块元圆])?(?:(.*?)[毛角])?(?:(.*?)分)?(.*)", clean)
    if parts is None or not clean or clean in "块元圆毛角分":
        return None
    whole, dimes, cents, rest = (part for part in parts.groups())
    yuan = number(whole, counted=True) if whole else None
    values = [yuan, *(_small(part, yuan is not None) if part else None for part in (dimes, cents))]
    if any(
        part is not None and value is None for part, value in zip((whole, dimes, cents), values, strict=True)
    ):
        return None
    named = [at for at, value in enumerate(values) if value is not None]
    if not named:
        value = number(rest)
        return None if value is None else plain(value)
    scales = (Decimal(1), Decimal("0.1"), Decimal("0.01"))
    total = sum(((values[at] or Decimal(0)) * scales[at] for at in named), Decimal(0))
    tail = _tail_of_yuan(rest, named[-1]) if rest else Decimal(0)
    return None if tail is None else plain(total + tail)


def _small(text: str, after_yuan: bool) -> Decimal | None:
    """Dimes or cents: below ten after yuan (零五毛 is five dimes)."""
    value = number(text.removeprefix("零") or "零", counted=True)
    return None if value is None or (after_yuan and value >= 10) else value


def _tail_of_yuan(text: str, last: int) -> Decimal | None:
    """What follows the last unit without one of its own: 块五 0.5, 块二五 0.25, 块零五 0.05, 毛六 0.06."""
    if text in "来多几余":
        return Decimal(0)
    read = digits(text.removeprefix("零") if len(text) == 2 and text[0] == "零" else text)
    if read is None or len(read) > 2 - (last > 0):
        value = number(text) if last == 0 else None
        return value / 100 if value is not None and 10 <= value < 100 and value == int(value) else None
    scale = Decimal("0.01") if text[0] in "零〇0" or len(read) == 2 else Decimal("0.1")
    return int(read) * scale * (Decimal("0.1") ** last)


def _plain(text: str) -> str:
    """One spelling, without spaces and without the words that make a number rough."""
    clean = re.sub(_AFTER, "", re.sub(_BEFORE, "", _spaced(text))).translate(_SPELLINGS)
    for short, full in _TENS.items():
        clean = clean.replace(short, full)
    return re.sub(_ROUGH, "", re.sub(_ROUGH, "", clean))


def _spaced(text: str) -> str:
    """NFKC, without thousands' commas and without spaces, which stay only between two digits."""
    clean = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"[^\d]*\d{1,3}(?:,\d{3})+(?:\.\d+)?[^\d]*", clean):
        clean = clean.replace(",", "")
    return re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", clean)


def _signed(sign: int, value: Decimal | None) -> Decimal | None:
    return None if value is None else sign * value


def _value(text: str, counted: bool) -> Decimal | None:
    if text in ("半", "一半"):
        return Decimal("0.5")
    if text == "个":
        return Decimal(1)
    if text.endswith("半"):
        whole = _value(text[:-1].removesuffix("个"), counted) if len(text) > 1 else None
        return None if whole is None or not text[:-1].endswith("个") else whole + Decimal("0.5")
    if "点" in text or re.fullmatch(r"\d+\.\d+", text):
        whole_text, _, fraction = text.replace("点", ".").partition(".")
        whole, tail = _value(whole_text, False), digits(fraction)
        return None if whole is None or tail is None else whole + Decimal(f"0.{tail}")
    if re.fullmatch(r"\d+", text):
        return Decimal(text)
    if text and all(character in DIGITS for character in text):
        return _row(text, counted)
    return _grouped(text)


def _row(text: str, counted: bool) -> Decimal | None:
    """Characters without a unit among them: one digit, an estimate of two, or digits read out."""
    if text in _PAIRS and (counted or text[0] == "两"):
        return Decimal(DIGITS[text[0]])
    if len(text) > 1 and "两" in text:
        return None
    return Decimal("".join(str(DIGITS[character]) for character in text))


def _grouped(text: str) -> Decimal | None:
    """Split at the largest unit; a last digit without unit takes the next lower one (一百三, 两万五, 1万2)."""
    unit, factor = next(((unit, factor) for unit, factor in _GROUPS if unit in text), ("", 0))
    if not unit:
        return None
    head, _, tail = text.rpartition(unit)
    if not head and tail and (unit not in "十百" or (unit == "百" and tail != "十")):
        return None  # 千八百, 万八千: nobody means 1800 or 18000
    if unit in head:
        return None  # 一万五万
    high = _value(head, True) if head else Decimal(1)
    low = _tail(tail, factor)
    limit = 10 if factor < 10_000 else 100_000_000
    if high is None or low is None or not 0 < high < limit or (high * factor) % 1:
        return None
    return high * factor + low


def _tail(text: str, factor: int) -> Decimal | None:
    """What stands after a unit, smaller than it."""
    if not text:
        return Decimal(0)
    zero = text[0] in "零〇"
    value = _value(text.lstrip("零〇"), True) if text.lstrip("零〇") else None
    if value is None or value >= factor or value % 1:
        return None
    short = (
        not zero and factor >= 100 and value < 10 and re.fullmatch(r"\d|[一二两三四五六七八九]{1,2}", text)
    )
    return value * (factor // 10) if short else value


def _birthday(text: str) -> bool:
    return "1900" <= text[:4] <= "2100" and "01" <= text[4:6] <= "12" and "01" <= text[6:] <= "31"
