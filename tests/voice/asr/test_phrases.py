"""What was heard is a phrase of the list, digits, two things at once, or refused."""

from __future__ import annotations

import pytest

from bot.voice.asr.phrases import NUMBERS, Phrases

PHRASES = Phrases.load()


@pytest.mark.parametrize("phrase", PHRASES.phrases)
def test_a_phrase_is_itself(phrase: str) -> None:
    said, confidence = PHRASES.match(phrase)
    assert said == phrase
    assert confidence >= NUMBERS


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("我家停点了", "我家停电了"),
        ("转人宫", "转人工"),
        ("临河区我家停电了", "临河区我家停电了"),
        ("上个月电费多少前", "上个月电费多少"),
    ],
)
def test_near_words_are_mended_with_less_confidence(heard: str, meant: str) -> None:
    said, confidence = PHRASES.match(heard)
    assert said == meant
    assert 0 < confidence <= 1


@pytest.mark.parametrize("digits", ["幺三八零零幺三八零零零", "三号楼", "二百五十度", "五"])
def test_numbers_stay_as_they_are_and_are_read_back(digits: str) -> None:
    assert PHRASES.match(digits) == (digits, NUMBERS)


@pytest.mark.parametrize("heard", ["", "今天天气怎么样", "羊肉面", "给我讲个笑话"])
def test_what_is_not_on_the_list_is_refused(heard: str) -> None:
    assert PHRASES.match(heard) == ("", 0.0)
