"""Lunar dates and solar terms as dates of the common calendar, 1900 to 2100 (terms: 2000 to 2099).

The rule is GB/T 33661-2017: a lunar month begins on the day of the new moon in Beijing, a leap month repeats the
number of the one before it. The table was computed with lunar-python and agrees with LunarCalendar (both
MIT) but for one month each in 2089 and 2097, where a new moon falls close to midnight.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

FIRST_YEAR = 1900
_NEW_YEAR = date(1900, 1, 31)
_LONG = 0x1FFF
"""Of a year's five hexadecimal digits: one bit for each month in order, set when it has 30 days; above them the leap month or 0."""

_YEARS = (
    "116d20075200ea50b64a0064b00a9b095560056a00b5905752007520db2500b2500a4b0b4ab002ad0056b04b6900da90fd92"
    "00e9200d250ba4d00a56002b6095b5006d400ea905e9200e920cd260052b00a570b2b600b5a006d406ec9007490f69300a93"
    "0052b0ca5b00aad0056a09b5500ba400b4905a9300a950f52d0053600aad0b5aa005b200da507d4a00d4a10a9500a9700556"
    "0cab500ad5006d208ea500ea50064a06c9700a9b0f55a0056a00b690b75200b5200b250964b00a4b114ab002ad0056d0cb69"
    "00da900d9209d2500d2515a4d00a56002b60c5b5006d500ea90be9200e9200d2606a5600a57114d60035a006d50b6c900749"
    "006930952b0052b00a5b0555a0056a0fb5500ba400b490ba9300a950052d08aad00ab5135aa005d200da50dd4a00d4a00c95"
    "0952e0055600ab5055b2006d20cea5007250064b0ac9700cab0055a06ad600b691775200b5200b250da4b00a4b004ab0a55b"
    "005ad00b6a05b5200d920fd2500d2500a550b4ad004b6005b506daa00ec911e9200e9200d260ca5600a57004d6086d500755"
    "0074906e93006930f52b0052b00a5b0b55a0056a00b650974a00b4a11a9500a950052d0caad00ab5005aa08ba500da500d4a"
    "07c9500c960f94e0055600ab50b5b2006d200ea508e4a0068b10c97004ab0055b0cad600b6a007520972500b4500a8b0549b"
    "004ab"
)


_TERMS = {
    "小寒": (1, 5.4055), "大寒": (1, 20.12), "立春": (2, 3.87), "雨水": (2, 18.73), "惊蛰": (3, 5.63), "春分": (3, 20.646),
    "清明": (4, 4.81), "谷雨": (4, 20.1), "立夏": (5, 5.52), "小满": (5, 21.04), "芒种": (6, 5.678), "夏至": (6, 21.37),
    "小暑": (7, 7.108), "大暑": (7, 22.83), "立秋": (8, 7.5), "处暑": (8, 23.13), "白露": (9, 7.646), "秋分": (9, 23.042),
    "寒露": (10, 8.318), "霜降": (10, 23.438), "立冬": (11, 7.438), "冬至": (12, 21.94),
}  # fmt: skip
"""Month and day of the year 2000; each year adds 0.2422 days and each leap year takes one away (the almanac's rule).
小雪 and 大雪 are left out: whoever says them means the weather."""

_TERM_EXCEPTIONS = {(2002, "立秋"): 1, (2008, "小满"): 1, (2016, "小暑"): 1, (2019, "小寒"): -1, (2021, "冬至"): -1,
                    (2026, "雨水"): -1, (2082, "大寒"): 1, (2089, "霜降"): 1, (2089, "立冬"): 1}  # fmt: skip
"""Where the rule is a day off."""

TERMS = tuple(_TERMS)


def solar_of(year: int, month: int, day: int, leap: bool = False) -> date:
    """The date of a lunar day; the 30th of a month with 29 days is its last. ValueError when there is no such day."""
    if not FIRST_YEAR <= year < FIRST_YEAR + len(_YEARS) // 5 or not 1 <= month <= 12 or not 1 <= day <= 30:
        raise ValueError("no such lunar day")
    lengths, leap_month = _months(year)
    if leap and month != leap_month:
        raise ValueError("no such leap month")
    at = month - 1 + (leap or 0 < leap_month < month)
    return _new_year(year) + timedelta(sum(lengths[:at]) + min(day, lengths[at]) - 1)


def term(year: int, name: str) -> date:
    """The day of a solar term (清明, 冬至). ValueError outside 2000 to 2099."""
    if not 2000 <= year <= 2099:
        raise ValueError("year out of range")
    month, base = _TERMS[name]
    since = year - 2000
    leap_years = (since - 1 if month < 3 else since) // 4
    return date(year, month, int(base + since * 0.2422) - leap_years + _TERM_EXCEPTIONS.get((year, name), 0))


@lru_cache(maxsize=256)
def _new_year(year: int) -> date:
    return _NEW_YEAR + timedelta(sum(sum(_months(each)[0]) for each in range(FIRST_YEAR, year)))


def _months(year: int) -> tuple[list[int], int]:
    """The lengths of the months in order, and which month is followed by its leap month (0: none)."""
    coded = int(_YEARS[5 * (year - FIRST_YEAR) :][:5], 16)
    leap_month, long = coded >> 13, coded & _LONG
    return [29 + (long >> at & 1) for at in range(13 if leap_month else 12)], leap_month
