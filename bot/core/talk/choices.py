"""Which of the offered choices a sentence means: by its place in the list, or by words that only some of them have."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBERS = {"一": 1, "头": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_ORDINAL = re.compile(r"第([一二三四五六1-6])(个|家|处|条|户|张)?|(头)一?(个|家|处)|^([1-6])$")
_LAST = re.compile(r"最后(一|那)?(个|家|处)?|末了|底下那个")
_NONE = re.compile(r"都不(是|对)|没有我|不在(这|里)|哪个都不")
SHORTEST = 2  # characters that tell one choice from another


_FILLERS = re.compile(
    r"[那你您就先给我帮替吧哇嘛呗呀啊嗯行好对唉哎选点要按]|可以|现在|一下|麻烦|还是|的?话|咋(闹|弄)?都行|[,，.。!！~～]"
)
_BORDER = re.compile(r"[,，.。!！;；\s]+")
_TAKEN_BACK = re.compile(r"不|别|没|甭|算了|[?？]|吗|咋(?!(闹|弄)?都)|怎么|啥|什么|多少|哪|谁|几|再")


def said(titles: Sequence[str], text: str) -> str | None:
    """The one title that a sentence says in its own words (那你登记吧 says 登记), where nothing in it asks, denies or
    takes back; None when there is none, or more than one."""
    first, *rest = [part for part in _BORDER.split(text) if _FILLERS.sub("", part)] or [""]
    if any(_TAKEN_BACK.search(part) for part in rest):
        return None
    bare = _FILLERS.sub("", first)
    meant = {title for title in titles if bare and bare == _FILLERS.sub("", title)}
    return meant.pop() if len(meant) == 1 else None


def none_of_them(text: str) -> bool:
    """Whether all choices are refused (都不是)."""
    return bool(_NONE.search(text))


def fitting(choices: Sequence[str], text: str) -> tuple[str, ...]:
    """The choices that a sentence fits best; all of them when it tells none apart."""
    if numbered := _ORDINAL.search(text):
        said = next(filter(None, (numbered[1], numbered[3], numbered[5])))
        at = _NUMBERS.get(said) or int(said)
        return tuple(choices[at - 1 : at]) or tuple(choices)
    if _LAST.search(text):
        return tuple(choices[-1:])
    scores = [_told_apart(choice, choices, text) for choice in choices]
    best = max(scores, default=0)
    return tuple(choice for choice, score in zip(choices, scores, strict=True) if score == best)


def _told_apart(choice: str, choices: Sequence[str], text: str) -> int:
    """The length of the longest part of a choice that the text has and not every choice has."""
    for length in range(len(choice), SHORTEST - 1, -1):
        for start in range(len(choice) - length + 1):
            part = choice[start : start + length]
            if part in text and not all(part in other for other in choices):
                return length
    return 0
