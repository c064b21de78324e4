"""Days, months, times and lengths of time as people say them, against a clock that the caller gives.

Normal forms: month YYYY-MM, day YYYY-MM-DD, time HH:MM, day and time together YYYY-MM-DDTHH:MM, duration whole
minutes, and two of a kind joined by `/` for a range (bot/core/ranges.py). A function returns None when it is not sure
that the words name such a thing, and raises NoSuchDate when they name a day or a month that no calendar has. Months
and days without a year are the last ones that were; 明年 and 下 look ahead.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date, datetime, timedelta

from bot.core.feasts import LUNAR_MONTHS, feast, lunar_day, nth_weekday
from bot.core.hours import (
    CLOCK,
    COUNT,
    MINUTES,
    PART_OF_DAY,
    UNIT,
    amount,
    clock,
    length,
    part_of_day,
    parts_of_day,
)
from bot.core.lunar import solar_of
from bot.core.numbers import LONGEST, number
from bot.core.ranges import Range, between


class NoSuchDate(ValueError):
    """The words name a day or a month that does not exist (2月30日, 13月); `said` is how it would be written."""

    def __init__(self, said: str) -> None:
        super().__init__("no such date")
        self.said = said


_D = "(?:[0-9]{1,2}|[一二三四五六七八九十廿卅]{1,3})"
_YEAR = r"(?:\d{4}|[零〇一二三四五六七八九]{4}|\d{2}|[零〇一二三四五六七八九]{2})年|大前年|前年|去年|头年|上年|今年|本年|明年|来年|后年"
_YEARS = {
    "大前年": -3,
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
_NAMED_DAY = re.compile(r"(大*前|昨|今|明|大*后|夜)(?:[天日儿来](?:个)?)?")
_WEEK = "(?:周|礼拜|星期)"
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5, "1": 0, "2": 1, "3": 2, "4": 3,
             "5": 4, "6": 5, "7": 6}  # fmt: skip
_TO = re.compile(r"到|至|~|—|–|(?<=[号日天])-|(?<=^\d)-(?=\d{1,2}[号日])|(?<=^\d\d)-(?=\d{1,2}[号日])")
_MONTH_AND = re.compile(rf"(?:{_YEAR})?(?:{_D}|[上下这本]个?)月")
_WEEK_AND = re.compile(rf"(?:上+|下+|这|本)一?个?(?={_WEEK})")
_AGO = re.compile(
    rf"({COUNT}+|个)个?(半)?个?(?:多)?(分钟|刻钟|小时|钟头|天|日|周|礼拜|星期|月|年)(半)?(?:之|以)?(前|后)"
)
_JUST_NOW = re.compile("刚才|刚刚|方才|才刚|刚刚才|现在|这会儿?|眼下")


def month(text: str, now: datetime) -> str | None:
    """YYYY-MM of 上个月, 10月, 去年腊月, 2026年5月, 202610; both ends of 七月到九月, 上半年, 今年, 近三个月."""
    said = re.sub(r"(?:左右|前后|里|的|那个月|全年|一整年|整年)+$", "", _joined(text))
    if not said or len(said) > LONGEST:
        return None
    if found := between(said.replace("和", "到"), lambda each: _one_month(each, now), "月份?$"):
        return None if "和" in said and not _neighbours(Range.of(found)) else found
    return _one_month(said, now) or _months(said, now)


def day(text: str, now: datetime) -> str | None:
    """YYYY-MM-DD of 昨天, 昨晚, 大前天, 11月3号, 20号, 上礼拜三, 国庆, 大年三十; both ends of 三号到五号, 上周, 最近7天."""
    if len(text) > LONGEST:
        return None
    said = re.sub(r"^(\d{4})\s+(\d{1,2})\s+(\d{1,2})$", r"\1-\2-\3", text.strip())
    said = _joined(re.sub(r"\s+(?=\d{1,2}:\d)", ",", said))
    said = re.sub(
        r"^(?:从|打|在|是|到)|(?:左右|前后|上下|之间|的?时候|那会儿|那[一两]?天|当[天日晚]|期间|这天)+$",
        "",
        said,
    )
    if found := _date_range(said, now):
        return found
    return _one_day(_without_time(said), now) or _days(said, now)


def time(text: str, part: str = "", now: datetime | None = None) -> str | None:
    """HH:MM of 下午三点半, 15:30, 差一刻九点, 3pm, 半夜 (a part of the day gives its customary hour), 半小时前 (from `now`).

    `part`: words before it that decide the half of the day (昨晚 8点)."""
    said = _joined(text, ":")
    if len(said) > LONGEST:
        return None
    part_said = part_of_day(said) or part_of_day(part)
    bare = re.sub(r"^从|(?:左右|前后|上下|来钟|多钟?|以前|之前|以后|之后|前|后|的时候|吧|了|的)+$", "", said)
    if now and (when := _from_now(said, now)):
        return f"{when:%H:%M}"
    if spoken := between(
        bare, lambda each: clock(each, part_of_day(each) or part_said), r"(?:点钟?|时)$", lambda _: 0
    ):
        return spoken if _goes_on(Range.of(spoken), bare) else None
    return clock(bare, part_said)


def _goes_on(ends: Range, said: str) -> bool:
    """A time ends after it began, or in the night after, which its own part of the day tells (晚上十点到早上六点)."""
    return (
        ends.low < ends.high or ends.high < "06:00" < "18:00" <= ends.low or len(set(parts_of_day(said))) > 1
    )


def moment(text: str, now: datetime) -> str | None:
    """YYYY-MM-DDTHH:MM of a day and a time together (昨晚8点, 2026-11-03 18:30) or of 半小时前, 刚才."""
    if len(text) > LONGEST:
        return None
    if when := _from_now(_joined(text), now):
        return f"{when:%Y-%m-%dT%H:%M}"
    told = re.search(rf"[T\s]?(?:{PART_OF_DAY})?的?\s?{CLOCK}(?:左右|多|来钟|的时候)?$", text.strip())
    if told is None:
        return None
    before = text.strip()[: told.start()]
    at, on = time(told[0].lstrip("T ,的"), before), day(before.rstrip(" ,的T"), now)
    return f"{on}T{at}" if at and on and "/" not in at + on else None


def duration(text: str) -> str | None:
    """Whole minutes of 三个钟头, 一个半小时, 半天 (half a day), 三天三夜, 2小时30分, 两三天 (the lower), 3到5天 (both)."""
    if len(text) > LONGEST:
        return None
    said = _joined(text).replace("个工作日", "日")
    return between(said, length, rf"个?(?:{UNIT})$", int) or length(said)


# Months


def _one_month(said: str, now: datetime) -> str | None:
    if match := re.fullmatch(r"(\d{4})(?:[-年./](\d{1,2})|(\d{2}))月?份?", said):
        return _month(int(match[1]), int(match[2] or match[3]), sure=match[3] is None)
    if match := re.fullmatch(r"(上+|前|下+|这|本|当|头)一?个?月份?", said):
        word = match[1]
        step = {"上": -len(word), "下": len(word), "前": -2, "头": -1}.get(word[0], 0)
        return _shift(now, step)
    if match := re.fullmatch(rf"({_YEAR})(?:的?(?:这个月|本月|同期|同月|这时候|这会儿?))", said):
        return f"{_year(match[1], now)}-{now.month:02}"
    if match := re.fullmatch(rf"({_YEAR})?的?({'|'.join(LUNAR_MONTHS)})份?", said):
        of = LUNAR_MONTHS[match[2]]
        year = _year(match[1], now)
        if year is None:
            begun = (back for back in range(3) if solar_of(now.year - back, of, 1) <= now.date())
            year = now.year - next(begun)
        return f"{solar_of(year, of, 1):%Y-%m}"
    match = re.fullmatch(rf"({_YEAR})?的?({_D}|元|0)月份?", said)
    named = _whole(match[2]) if match else None
    if match is None or named is None or named > 31:
        return None  # 九十月: two months beside each other
    year = _year(match[1], now)
    return _month(year if year is not None else now.year - (named > now.month), named)


def _months(said: str, now: datetime) -> str | None:
    """Several months at once: a year, half of it, a quarter, the last ones; the running month counts when they are
    those of this year, not in 近三个月: it has no bill yet."""
    if match := re.fullmatch(rf"({_YEAR})的?", said):
        first, last = f"{_year(match[1], now)}-01", f"{_year(match[1], now)}-12"
        return str(Range(first, min(last, _shift(now, 0)))) if first <= _shift(now, 0) else f"{first}/{last}"
    if match := re.fullmatch(rf"({_YEAR})?的?(?:([上下])半年|第?([一二三四1234])季度?)", said):
        year = _year(match[1], now) or now.year
        begin = {"上": 1, "下": 7}.get(match[2]) or 3 * (_whole(match[3]) or 1) - 2
        return f"{year}-{begin:02}/{year}-{begin + (5 if match[2] else 2):02}"
    if match := re.fullmatch(rf"(?:最近|近|过去|前)的?(?:(半)年|({COUNT}+)(个月|年))", said):
        count = 6 if match[1] else (_whole(match[2]) or 0) * (12 if match[3] == "年" else 1)
        return f"{_shift(now, -count)}/{_shift(now, -1)}" if 1 < count <= 36 else None
    return None


def _neighbours(found: Range) -> bool:
    (first_year, first), (last_year, last) = (map(int, end.split("-")) for end in (found.low, found.high))
    return (last_year - first_year) * 12 + last - first == 1


# Days


def _date_range(said: str, now: datetime) -> str | None:
    """三号到五号, 11月3号至10号, 10月三到五号, 上周一到周五, 前天到今天: what one end says of month or week holds for both."""
    ends = _TO.split(said, maxsplit=2)
    if len(ends) != 2 or not all(ends):
        return None
    of = [_MONTH_AND.match(end) or _WEEK_AND.match(end) for end in ends]
    lent = next((found[0] for found in of if found), "")
    marked = any(end[-1] in "号日" for end in ends)
    read = []
    for end in ends:
        if re.fullmatch(rf"{_D}[号日]?" if lent.endswith("月") else f"{_WEEK}.", end):
            end = lent + end
        if marked and re.fullmatch(rf"(?:.*月)?{_D}", end):
            end += "号"
        read.append(_one_day(_without_time(end), now))
    first, last = read
    return str(Range(first, last)) if first and last and first <= last else None


def _one_day(said: str, now: datetime) -> str | None:
    today = now.date()
    if match := _NAMED_DAY.fullmatch(said):
        word = match[1]
        if len(said) == 1 and word in ("前", "后", "大前", "大后"):
            return None
        step = {"前": -2 - word.count("大"), "后": 2 + word.count("大"), "昨": -1, "夜": -1, "明": 1}.get(
            word[-1], 0
        )
        return (today + timedelta(step)).isoformat()
    if when := _from_now(said, now):
        return when.date().isoformat()
    if found := _weekday(said, today):
        return found
    # the weekday beside a date adds nothing to it
    rest = re.sub(rf"^{_WEEK}[一二三四五六日天],?|,?\(?{_WEEK}[一二三四五六日天]\)?$", "", said)
    return _written(rest, now) or _named(said, now)


def _weekday(said: str, today: date) -> str | None:
    match = re.fullmatch(rf"(上+|下+|这|本)?一?个?{_WEEK}(?:的?{_WEEK})?([一二三四五六日天末1-7])", said)
    if match is None:
        return None
    word = match[1] or ""
    week = (
        today - timedelta(today.weekday()) + timedelta(7 * len(word) * {"上": -1, "下": 1}.get(word[:1], 0))
    )
    on = week + timedelta(_WEEKDAYS[match[2]])
    return on.isoformat()


def _written(said: str, now: datetime) -> str | None:
    """Dates in numbers, and 20号, 上个月底, 去年本月10号."""
    if match := re.fullmatch(r"(\d{4})[-年./](\d{1,2})[-月./](\d{1,2})[日号]?", said):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(20\d\d)(\d\d)(\d\d)", said):
        return _day(int(match[1]), int(match[2]), int(match[3]), sure=False)
    if match := re.fullmatch(r"(\d{1,2})[-/](\d{1,2})", said):
        of = int(match[1])
        return _day(now.year - (of > now.month + 1), of, int(match[2]), sure=False)
    match = re.fullmatch(
        rf"({_YEAR})?的?(?:(上+个?|这个?|下+个?|本|{_D}|元|0)?月份?)?的?(?:({_D}|0)([号日])?|(?<=[月份的])(底|末|最后一天))",
        said,
    )
    if match is None or not (match[2] or match[4] or match[5]) or (match[1] and not match[2]):
        return None
    if not (match[4] or match[5]) and not (match[3].isdigit() and match[2].isdigit()):
        return None
    year, of = _month_of(match[1], match[2], now)
    if match[5]:
        return _day(year, of, monthrange(year, of)[1] if 1 <= of <= 12 else 1)
    on = _whole(match[3])
    if on is None:
        return None
    if match[2] is None and 28 < on <= 31:
        while on > monthrange(year, of)[1]:
            year, of = (year, of - 1) if of > 1 else (year - 1, 12)
    return _day(year, of, on)


def _month_of(year_said: str | None, month_said: str | None, now: datetime) -> tuple[int, int]:
    """The month that a day belongs to: of the year told, the one said, else the running one."""
    year = _year(year_said, now)
    if month_said is None:
        return now.year, now.month
    named = _whole(month_said)
    if named is not None:
        return (year if year is not None else now.year - (named > now.month + 1)), named
    word = month_said.rstrip("个")
    anchor = _shift(now, {"上": -len(word), "下": len(word)}.get(word[0], 0))
    return int(anchor[:4]) - (now.year - year if year is not None else 0), int(anchor[5:])


def _named(said: str, now: datetime) -> str | None:
    """Feasts, days by the lunar calendar, 十月第一个星期一."""
    match = re.match(rf"({_YEAR})?的?", said)
    year, rest = (_year(match[1], now), said[match.end() :]) if match else (None, said)
    if nth := re.fullmatch(
        rf"({_D})月份?的?(?:第?([一二三四五12345])个?|最后一?个?){_WEEK}([一二三四五六日天1-7])", rest
    ):
        of = _whole(nth[1]) or 0
        in_year = year if year is not None else now.year - (of > now.month + 1)
        try:
            return nth_weekday(in_year, of, _whole(nth[2] or "") or -1, _WEEKDAYS[nth[3]]).isoformat()
        except ValueError:
            return None
    try:
        found = feast(rest, year, now.date()) or lunar_day(rest, year, now.date())
    except ValueError:
        return None
    return found.isoformat() if found else None


def _days(said: str, now: datetime) -> str | None:
    """Several days at once: 上周, 上周末, 最近7天, 未来三天."""
    today = now.date()
    if match := re.fullmatch(rf"(上+|下+|这|本)一?个?{_WEEK}", said):
        word = match[1]
        week = (
            today
            - timedelta(today.weekday())
            + timedelta(7 * len(word) * {"上": -1, "下": 1}.get(word[0], 0))
        )
        return str(Range(week.isoformat(), (week + timedelta(6)).isoformat()))
    match = re.fullmatch(
        rf"(最近|近|过去|未来|接下来|今后)的?(?:这)?({COUNT}+)个?(天|日|周|礼拜|星期|月)", said
    )
    count = _whole(match[2]) if match else None
    if match is None or not count or count > 400:
        return None
    ahead = match[1] in ("未来", "接下来", "今后")
    if match[3] == "月":
        months = _shift(now, count if ahead else -count)
        other = _clamped(int(months[:4]), int(months[5:]), today.day)
    else:
        span = count * (1 if match[3] in "天日" else 7) - 1
        other = today + timedelta(span if ahead else -span)
    return str(Range(*sorted((today.isoformat(), other.isoformat()))))


def _from_now(said: str, now: datetime) -> datetime | None:
    """刚才, 半小时前, 三个月前, 两周以后; days and longer keep the hour of now."""
    if _JUST_NOW.fullmatch(said):
        return now
    match = _AGO.fullmatch(said)
    count = amount(match[1]) if match else None
    if match is None or count is None or (match[1] == "个" and not match[2]):
        return None
    count += 0.5 if match[2] or match[4] else 0
    sign, unit = (-1 if match[5] == "前" else 1), match[3]
    try:
        if unit in ("月", "年") and (count >= 1 or unit == "年"):
            months, days = divmod(count * (12 if unit == "年" else 1), 1)
            at = _shift(now, sign * int(months))
            on = _clamped(int(at[:4]), int(at[5:]), now.day) + timedelta(sign * round(days * 30))
            return datetime.combine(on, now.timetz())
        return now + timedelta(minutes=sign * count * (43_200 if unit == "月" else MINUTES[unit]))
    except (OverflowError, ValueError):
        return None


def _joined(text: str, keep: str = "") -> str:
    """NFKC without spaces and thousands' commas; a comma stays between words."""
    clean = unicodedata.normalize("NFKC", text).strip().rstrip(",。.!?").lstrip(",。")
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))|\s+", "", clean).replace("、", ",")


def _without_time(said: str) -> str:
    """A date without the time and the part of the day behind it."""
    bare = re.sub(rf"(?:[T,的])?(?:{PART_OF_DAY})?(?:的)?{CLOCK}(?:左右|多|以[前后])?$", "", said)
    bare = re.sub(rf"^(?![前后](?:晌|半夜))(大*[前后])(?!天)(?={PART_OF_DAY}|夜)", r"\1天", bare.rstrip(","))
    return re.sub(rf"(?<=.)的?(?:{PART_OF_DAY}|夜)$", "", bare) if bare else said


def _year(text: str | None, now: datetime) -> int | None:
    """Two digits are of this century up to the coming year, of the last one above."""
    if text is None:
        return None
    if text in _YEARS:
        return now.year + _YEARS[text]
    read = "".join(
        each if each.isascii() else str("零一二三四五六七八九".index(each))
        for each in text[:-1].replace("〇", "零")
    )
    year = int(read)
    if len(read) == 2:
        year += 2000 if 2000 + year <= now.year + 1 else 1900
    return year


def _whole(text: str) -> int | None:
    value = 1 if text == "元" else number(text, counted=True) if text else None
    return None if value is None or value != int(value) else int(value)


def shifted(month: str, steps: int) -> str:
    """The month (YYYY-MM) so many months later, earlier for less than nothing."""
    year, of_year = (int(part) for part in month.split("-"))
    years, rest = divmod(year * 12 + of_year - 1 + steps, 12)
    return f"{years}-{rest + 1:02}"


def _shift(now: datetime, months: int) -> str:
    return shifted(f"{now:%Y-%m}", months)


def _clamped(year: int, of_month: int, of_day: int) -> date:
    return date(year, of_month, min(of_day, monthrange(year, of_month)[1]))


def _month(year: int, of_month: int, sure: bool = True) -> str | None:
    if 1 <= of_month <= 12 and 1900 <= year <= 2100:
        return f"{year}-{of_month:02}"
    if sure and 1900 <= year <= 2100:
        raise NoSuchDate(f"{year}-{of_month:02}")
    return None


def _day(year: int, of_month: int, of_day: int, sure: bool = True) -> str | None:
    if not 1900 <= year <= 2100:
        return None
    if not 1 <= of_month <= 12 or not 1 <= of_day <= monthrange(year, of_month)[1]:
        if sure:
            raise NoSuchDate(f"{year}-{of_month:02}-{of_day:02}")
        return None
    return date(year, of_month, of_day).isoformat()
