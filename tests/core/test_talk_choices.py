"""Which choice is meant."""

from __future__ import annotations

import pytest

from bot.core.talk.choices import fitting, none_of_them, said

ESTATES = (
    "临河区解放街道幸福小区",
    "临河区团结街道幸福小区",
    "五原县隆兴昌镇幸福小区",
    "杭锦后旗陕坝镇幸福小区",
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("第二个", ESTATES[1:2]),
        ("头一个", ESTATES[:1]),
        ("3", ESTATES[2:3]),
        ("最后那个", ESTATES[3:]),
        ("解放街道那个", ESTATES[:1]),
        ("五原县的", ESTATES[2:3]),
        ("陕坝镇幸福小区9号楼", ESTATES[3:]),
        ("临河区的", ESTATES[:2]),
        ("幸福小区", ESTATES),
        ("就是我们小区嘛", ESTATES),
        ("第六个", ESTATES),
    ],
)
def test_the_choice_that_the_words_mean(said: str, meant: tuple[str, ...]) -> None:
    assert fitting(ESTATES, said) == meant


def test_no_choice_among_none() -> None:
    assert fitting((), "第一个") == ()


@pytest.mark.parametrize("said", ["都不是，我在和胜乡", "哪个都不对", "这里头没有我们村"])
def test_all_are_refused(said: str) -> None:
    assert none_of_them(said)
    assert not none_of_them("第一个")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("行 登记核实吧", "登记核实"),
        ("那你登记核实吧，咋闹都行", "登记核实"),
        ("先登记核实", "登记核实"),
        ("转人工吧", "转人工"),
        ("好，转人工，我年纪大了", "转人工"),
        ("嗯那就登记核实一下", "登记核实"),
    ],
)
def test_a_button_is_said_in_words(text: str, title: str) -> None:
    assert said(("登记核实", "转人工"), text) == title


@pytest.mark.parametrize(
    "text",
    [
        "不登记核实",
        "登记核实要多久",
        "登记核实，凭证咋给你",
        "登记",
        "好",
        "",
        "转人工，算了不转了",
        "给我核实一下账单",
    ],
)
def test_no_button_is_said(text: str) -> None:
    assert said(("登记核实", "转人工"), text) is None
