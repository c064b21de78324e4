from __future__ import annotations

import pytest

from bot.core.values import place_words


@pytest.mark.parametrize(
    "text", ["阳光小区", "我们村", "就河边上", "红旗三社", "快乐幼儿园对面", "老粮站后头"]
)
def test_a_place_in_plain_words_is_taken(text: str) -> None:
    assert place_words(f" {text} ") == text


@pytest.mark.parametrize(
    "text",
    ["呃那个", "你问这干啥", "家里漏保老跳咋回事", "从早上就没电了", "我也说不清", "你们快来", "等一下", ""],
)
def test_what_is_no_place_is_not_taken_for_one(text: str) -> None:
    assert place_words(text) is None
