"""Which month a sentence means in the light of the month told last: 再上个月, 去年同期, 下一个月."""

from __future__ import annotations

import re

from bot.core.dates import shifted

_STEPS: tuple[tuple[str, int], ...] = (
    (r"去年(同期|同月|这个?月|这时候?|那会儿?|的?这会儿?)|(上|前)一年(同期|的)?|同比", -12),
    (r"前年(同期|同月|这个?月)", -24),
    (r"再(往)?(上|前)(面|边)?(一)?个?月|再(往)?前(推|数|走|翻)?(一)?个?月?(?!天)|往前(推|数|翻)?一个?月|(那|它的?)(上|前)(一)?个?月|^前(一)?个月|再早(一)?(个月|点)?", -1),
    (r"(再)?(往)?后(推|数|翻)?一个?月|(那|它的?)下一?个月|^下一?个月呢", 1),
)  # fmt: skip


def meant(text: str, told: str | None) -> str | None:
    """The month (YYYY-MM) a sentence means as seen from the one told last; None when it does not lean on it."""
    if told is None:
        return None
    steps = next((steps for words, steps in _STEPS if re.search(words, text)), None)
    return None if steps is None else shifted(told, steps)
