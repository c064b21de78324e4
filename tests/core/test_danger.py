"""Danger is seen, and what only looks like it is not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.danger import PRECEDENCE, assess, weigh

FOLDER = Path(__file__).parent / "danger"


@pytest.mark.parametrize(
    ("said", "hazard"),
    [
        ("电线让风刮断了搭在地上", "line_down"),
        ("門口的電線掉下來了", "line_down"),
        ("电线杆倒了压着房", "pole_down"),
        ("有人触电了快来", "shock"),
        ("我爸让电打了躺着不动", "shock"),
        ("一摸水管就麻手", "leakage"),
        ("洗衣机漏电", "leakage"),
        ("变压器着火了", "fire"),
        ("电表箱正冒烟呢", "smoke"),
        ("配电箱噼里啪啦打火花", "spark"),
        ("配电房进水了", "flood"),
        ("没电了我妈的呼吸机停了", "life_support"),
        ("风筝挂高压线上了孩子在拽", "object_on_line"),
        ("去年修过一回,现在又冒烟了", "smoke"),
        ("这个月电费多少先不说,我家电表后头正冒烟呢", "smoke"),
        ("火", "fire"),
    ],
)
def test_danger_is_seen(said: str, hazard: str) -> None:
    found = assess(said)
    assert found is not None
    assert hazard in found.hazards
    assert all(found.evidence)


@pytest.mark.parametrize(
    "said",
    [
        "电费高得吓死人", "打火锅用电多不多", "急得冒烟", "气炸了", "嗓子冒烟", "没冒烟就是没电", "表箱没有打火",
        "以前漏过电,已经修好了", "漏电保护器跳了推不上", "触电了应该怎么救,学习一下", "打雷会不会触电",
        "明天停电我爸用呼吸机提前说一声", "电话断线了", "麻烦查下电费", "火车站营业厅在哪", "鱼塘停电死了两千斤鱼",
        "", "你好", "电费多少",
    ],
)  # fmt: skip
def test_look_alikes_are_not(said: str) -> None:
    assert assess(said) is None


def test_the_first_hazard_is_the_one_whose_script_comes_first() -> None:
    found = assess("有人触电了,电线掉地上还冒烟")
    assert found is not None
    assert found.primary == "shock"
    assert list(found.hazards) == [name for name in PRECEDENCE if name in found.hazards]


@given(st.text(max_size=200))
def test_any_text_is_taken(said: str) -> None:
    assess(said)


def test_two_thousand_characters_take_no_time() -> None:
    began = time.process_time()
    assess("电线杆子旁边的变压器" * 200)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("text", ["家里有人触电了怎么救", "我爸触电了怎么救他", "娃娃触电了咋救"])
def test_somebody_shocked_now_is_no_question_in_general(text: str) -> None:
    danger = assess(text)
    assert danger and danger.primary == "shock"


def test_a_line_on_the_ground_comes_before_what_it_set_on_fire() -> None:
    danger = assess("我家门口电线断了掉地上了，还冒火花")
    assert danger and danger.primary == "line_down"


def sentences(name: str) -> list[str]:
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line.partition("\t")[2] for line in lines if not line.startswith("#")]


def test_few_of_many_different_dangers_are_missed() -> None:
    said = sentences("danger")
    missed = [text for text in said if assess(text) is None]
    assert len(said) >= 300
    assert len(missed) <= 0.03 * len(said), "\n".join(missed)


def test_few_of_many_look_alikes_raise_an_alarm() -> None:
    said = sentences("lookalikes")
    alarms = [text for text in said if assess(text)]
    assert len(said) >= 200
    assert len(alarms) <= 0.03 * len(said), "\n".join(alarms)


@pytest.mark.parametrize(
    ("heard", "hazard"),
    [("初店了快来", "shock"), ("电闸桌火了", "fire"), ("店表箱毛烟了", "smoke"), ("便牙器打货", "spark")],
)
def test_words_are_heard_by_their_sound(heard: str, hazard: str) -> None:
    danger = assess(heard)
    assert danger and hazard in danger.hazards


@pytest.mark.parametrize(
    "said", ["不是冒烟,是没电", "急得嗓子冒烟", "漏电那个去年修好了", "触电了怎么急救,想了解一下"]
)
def test_words_of_danger_that_are_not_meant_speak_against_it(said: str) -> None:
    assert weigh(said) == (None, True)


def test_one_denied_word_does_not_hide_another() -> None:
    danger = assess("不是跳闸,是冒烟")
    assert danger and danger.primary == "smoke"


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("没见冒烟,表箱在冒烟", True),
        ("没见冒烟", False),
        ("表箱里没有烟", False),
        ("上回表箱冒烟", False),
        ("上回表箱冒烟,现在又冒烟", True),
        ("表箱冒烟,已经修好了", False),
        ("表箱冒烟,修好了又冒烟", True),
        ("表箱冒烟危险吗", False),
        ("我家表箱冒烟危险吗", True),
    ],
)
def test_a_hit_counts_when_it_is_meant(said: str, seen: bool) -> None:
    found, unreal = weigh(said)
    assert bool(found) is seen
    assert unreal or seen


def test_a_sentence_without_words_of_danger_does_not_speak_against_it() -> None:
    assert weigh("电费多少") == (None, False)
    assert weigh("急得嗓子冒烟") == (None, True)


@pytest.mark.parametrize("said", ["着火!!", "，着火。", "~火~"])
def test_a_cry_of_one_word_is_heard_through_its_marks(said: str) -> None:
    danger = assess(said)
    assert danger and danger.primary == "fire"
    assert danger.evidence == (said.strip("!，。~"),)


@pytest.mark.parametrize("said", ["没电了我爸的呼吸机没有电", "呼吸机没有电了快来"])
def test_a_machine_without_power_is_not_a_denial(said: str) -> None:
    danger = assess(said)
    assert danger and "life_support" in danger.hazards


def test_words_that_only_sound_alike_are_left_alone() -> None:
    assert assess("感冒了,买个打火机") is None
