"""One spelling for every text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text import MAX_LENGTH, disarm, fold, normalise


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("ＡＢＣ１２３", "ABC123"),
        ("電費太貴了", "电费太贵了"),
        ("停\u200b电\u202e了", "停电了"),
        ("没电，快来！", "没电,快来!"),
        ("a\tb\r\nc", "a b \nc"),
        ("㎡", "m2"),
        ("我 家 停  电 了", "我家停电了"),
        ("停 电 了 , 3 队", "停电了,3队"),
        ("户号 0101 2345 6789", "户号 0101 2345 6789"),
        ("我家 停电 了 没", "我家 停电 了 没"),
        ("1 2 3", "1 2 3"),
        ("\ud800好", "好"),
    ],
)
def test_spellings_become_one(said: str, plain: str) -> None:
    assert normalise(said) == plain


@pytest.mark.parametrize("said", ["/intent{}", "／greet", "  //x", "⁄a", "∕a"])
def test_a_leading_slash_is_disarmed(said: str) -> None:
    assert not normalise(disarm(said)).lstrip().startswith("/")


def test_only_the_slash_and_the_blanks_around_it_go() -> None:
    assert disarm(" / greet ") == "greet "
    assert [disarm(text) for text in ("1/2", "  你好 ", "X/", "")] == ["1/2", "  你好 ", "X/", ""]


def test_a_span_points_at_the_customers_own_characters() -> None:
    folded = fold("共㎡电")
    assert folded.text == "共m2电"
    assert [folded.original_span(at, at + 1) for at in range(4)] == [(0, 1), (1, 2), (1, 2), (2, 3)]
    assert folded.original_span(1, 3) == (1, 2)
    assert folded.original_span(3, 3) == (2, 2)


@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_text_is_taken_and_offsets_point_into_it(said: str) -> None:
    folded = fold(said)
    assert len(folded.offsets) == len(folded.text) + 1
    assert list(folded.offsets) == sorted(folded.offsets)
    for at in range(len(folded.text)):
        start, end = folded.original_span(at, at + 1)
        assert folded.text[at] in normalise(said[start:end])


def test_offsets_count_the_blanks_that_were_left_out() -> None:
    folded = fold("我 家 停 电")
    assert [folded.original_span(at, at + 1) for at in range(4)] == [(0, 1), (2, 3), (4, 5), (6, 7)]
    assert folded.original_span(2, 4) == (4, 7)


@given(st.text(max_size=300))
def test_normalising_twice_changes_nothing(said: str) -> None:
    once = normalise(said)
    assert normalise(once) == once


def test_long_texts_are_cut() -> None:
    assert len(normalise("啊" * 5000)) == MAX_LENGTH
    assert len(normalise("㎡" * 5000)) <= MAX_LENGTH
