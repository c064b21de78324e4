"""How content a customer is, from what he says: 1 (not at all) to 5. Pure."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(\d+|[零一两二三四五六七八九十]|一百)(?=分|星|颗)|^(\d+)$")
_SPOKEN = {"零": 0, "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
           "一百": 100}  # fmt: skip
_WORDS: tuple[tuple[str, int], ...] = (
    (r"[很太非常极]+不满|差评|差劲|[很太]差|失望|垃圾|没解决|没用", 1),
    (r"不满意|不咋|不好|不行", 2),
    (r"[很挺非常十分太]+满意|好评|特别好|点赞|[👍🌹💯]|真好|不错", 5),
    (r"一般|还行|凑合|马马虎虎|还可以", 3),
    (r"比较满意|基本满意", 4),
    (r"满意|[：:]好|^好|可以", 5),
)


def score(text: str) -> int | None:
    """The score of 五星, 打10分, 一般般; None when the words give none. Marks of ten or a hundred are scaled."""
    if found := _NUMBER.search(text):
        said = found[1] or found[2]
        number = _SPOKEN[said] if said in _SPOKEN else int(said)
        best = 5 if number <= 5 else 10 if number <= 10 else 100
        return min(5, max(1, -(-number * 5 // best)))
    return next((value for words, value in _WORDS if re.search(words, text)), None)
