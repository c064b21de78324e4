"""Spans that belong together made one value: 下午 and 5:00, 3万 and 4000块, 三号 到 五号; an address to its end.

The tagger cuts where the examples cut. A span grows to the longest rule hit of its kind that holds it, takes in the
other values inside it, and never touches a name, a code or another kind of word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.core.address import GROUP, NUMERAL, PART
from bot.engine.span_rules import hits

Span = tuple[int, int, str]
Value = Callable[[str, str], "str | None"]
"""The normal form of words as a label, None when they have none."""

VALUES = frozenset(("date", "time", "month", "duration", "money", "energy", "power", "people_count"))
_POINTS = ("date", "time", "month")
"""What a length of time becomes with 前 or 最近: 半小时前 is a time, 最近7天 days."""

_TO = re.compile("[到至~—-]{1,2}")
_RANGE = re.compile(r"[到至~—]|\d-|最近|近|过去|[上下本这]个?(?:周|礼拜|星期)")
_NO_CHARACTER = "有的停没是在我们和跟都又就那这断坏到去来了着盖要"
_NO_NAME = re.compile(f"[{_NO_CHARACTER}]|供电所|线路|营业")
_BESIDE = re.compile("(?:旁边|附近|边上|里头|里|边)+$")
_MORE = re.compile(
    rf"街道|镇|乡(?!下)|苏木|街[上里]|的?(?:{PART})|(?<=[镇乡木村场县区旗])[^\W\d{_NO_CHARACTER}]{{2,4}}?(?:村|嘎查)?(?:{GROUP})"
    rf"|(?<=[楼栋幢座元])(?:[东西中]户|\d{{2,4}}(?!\d|[块元度个天千瓦])(?:号?室|号|户)?|{NUMERAL}{{3,4}}(?:号?室|户)?)"
    r"|(?:[东西南北正前后大]{1,2}门口?|门口|[东西南北]侧|[东西南北]头|[前后]头|[前后]面|对[面过门]|后身|拐角)(?![一二三四五六七八九十\d]点|的?人)"
)
"""What goes on with an address just ended: its rank, group, building, unit, door, pole, gate, or the side of a
landmark. 附近 and 旁边 say no place."""

_PLACES = frozenset("路街巷桥渠村镇乡苑府")
"""Each makes a town's short name the name of a place: 团结路."""

_MOST = 6


def whole(text: str, spans: Sequence[Span], value: Value) -> list[Span]:
    """The spans of a normalised text, grown and joined; a value with both its ends is added where nothing stands."""
    found = sorted(spans)
    for span in tuple(found):
        if span in found and span[2] in VALUES:
            found = _grown(text, span, found, value)
    found = _with_ranges(text, _joined(text, found, value), value)
    return _addresses(text, found)


def _grown(text: str, span: Span, found: list[Span], value: Value) -> list[Span]:
    """An amount may lack its unit (1万2), a date keeps its time beside it; what means the same with more words stays as it is."""
    start, end, label = span
    labels = {label, *_POINTS} if label == "duration" else {label, "number"} if label == "money" else {label}
    around = (
        (hit.start, hit.end, label if hit.label == "number" else hit.label)
        for hit in hits(text)
        if hit.label in labels and hit.start <= start and end <= hit.end and hit.end - hit.start > end - start
    )
    for first, last, kind in sorted(around, key=lambda hit: hit[0] - hit[1]):
        touched = [other for other in found if other[0] < last and first < other[1]]
        inside = all(_goes_into(other, (first, last, kind)) for other in touched)
        more = value(kind, text[first:last])
        if inside and more and (kind != label or len(touched) > 1 or more != value(label, text[start:end])):
            return sorted([other for other in found if other not in touched] + [(first, last, kind)])
    return found


def _goes_into(span: Span, larger: Span) -> bool:
    apart = {span[2], larger[2]} == {"date", "time"}
    return span[2] in VALUES and not apart and larger[0] <= span[0] and span[1] <= larger[1]


def _joined(text: str, found: list[Span], value: Value) -> list[Span]:
    """Two values of a kind with 到 between them, or a weekday beside its date, are one."""
    joined: list[Span] = []
    for start, end, label in found:
        before = joined[-1] if joined and joined[-1][2] == label and label in VALUES else None
        between = text[before[1] : start] if before else ""
        one = _TO.fullmatch(between) or (label == "date" and between in ("", ",", "("))
        if before and one and value(label, text[before[0] : end]):
            joined[-1] = (before[0], end, label)
        else:
            joined.append((start, end, label))
    return joined


def _with_ranges(text: str, found: list[Span], value: Value) -> list[Span]:
    ends = [
        (hit.start, hit.end, hit.label)
        for hit in sorted(hits(text), key=lambda hit: hit.start - hit.end)
        if hit.label in VALUES and _RANGE.search(text[hit.start : hit.end])
    ]
    for start, end, label in ends:
        free = not any(first < end and start < last for first, last, _ in found)
        if free and "/" in (value(label, text[start:end]) or ""):
            found = sorted([*found, (start, end, label)])
    return found


def _addresses(text: str, found: list[Span]) -> list[Span]:
    """Each address to its end, over the values and the places inside it (八一街道一百货大楼对面)."""
    places = [(hit.start, hit.end) for hit in hits(text) if hit.label == "place"]
    grown: list[Span] = []
    for start, end, label in found:
        if grown and grown[-1][2] == "address" and end <= grown[-1][1]:
            continue
        if label == "address":
            fixed = [
                other[0]
                for other in found
                if other[0] >= end and other[2] not in {"scope", "address", *VALUES}
            ]
            end = _end_of_address(text, end, min(fixed, default=len(text)), places)
            if grown and grown[-1][2] == "address" and grown[-1][1] == start:
                start = grown.pop()[0]
        elif grown and grown[-1][2] == "address" and start < grown[-1][1]:
            continue
        grown.append((start, end, label))
    return grown


def _end_of_address(text: str, end: int, limit: int, places: Sequence[tuple[int, int]]) -> int:
    for _ in range(_MOST):
        more = _MORE.match(text, end)
        last = more.end() if more else 0
        for first, beyond in places:
            added = _BESIDE.sub("", text[end:beyond])
            if first <= end < beyond and (len(added) > 1 or added in _PLACES) and not _NO_NAME.search(added):
                last = max(last, end + len(added))
        if not end < last <= limit:
            break
        end = last
    return end
