"""Sums over months, and months that lean on the one told last."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.core.talk import months, sums
from bot.core.talk.sums import Row

ON_FILE = [f"2026-{n:02d}" for n in range(1, 11)]


@pytest.mark.parametrize(
    ("text", "kind", "count", "energy"),
    [
        ("这两个月一共多少", "total", 2, False),
        ("最近半年电费加起来多少", "total", 6, False),
        ("差多少", "difference", None, False),
        ("比上回多出几块", "difference", None, False),
        ("少了多少度", "difference", None, True),
        ("平均每个月几块", "mean", None, False),
        ("哪个月最多", "most", None, False),
        ("用电最少的是哪个月", "least", None, True),
        ("最近三个月都念一遍", "each", 3, False),
    ],
)
def test_which_sum_is_asked_for(text: str, kind: str, count: int | None, energy: bool) -> None:
    wanted = sums.asked(text)
    assert wanted is not None
    assert (wanted.kind, wanted.months, wanted.energy) == (kind, count, energy)


@pytest.mark.parametrize("text", ["上个月电费多少", "余额还有多少", "我要投诉", "几点来电", ""])
def test_a_plain_question_is_no_sum(text: str) -> None:
    assert sums.asked(text) is None


def test_two_told_months_are_the_two_months_meant() -> None:
    wanted = sums.asked("两个月一共多少")
    assert wanted and sums.chosen(wanted, ["2026-07", "2026-03"], [], ON_FILE, 2026) == ("2026-03", "2026-07")


def test_the_latest_months_are_meant_when_that_is_said() -> None:
    wanted = sums.asked("最近三个月一共多少")
    told = ["2026-01", "2026-02", "2026-03"]
    assert wanted and sums.chosen(wanted, told, [], ON_FILE, 2026) == ("2026-08", "2026-09", "2026-10")


def test_months_that_are_named_win() -> None:
    wanted = sums.asked("九月和七月差多少")
    assert wanted and sums.chosen(wanted, ["2026-10"], ["2026-09", "2026-07"], ON_FILE, 2026) == (
        "2026-07",
        "2026-09",
    )


def test_a_difference_needs_two_known_months() -> None:
    wanted = sums.asked("差多少")
    assert wanted and sums.chosen(wanted, ["2026-10"], [], ON_FILE, 2026) == ()


def test_figures_come_from_their_rows() -> None:
    rows = [
        Row("2026-08", Decimal("91.94")),
        Row("2026-09", Decimal("85.90")),
        Row("2026-10", Decimal("118.12")),
    ]
    assert sums.answer("total", rows).value == Decimal("295.96")
    assert sums.answer("mean", rows).value.quantize(Decimal("0.01")) == Decimal("98.65")
    assert sums.answer("most", rows).rows == (rows[2],)
    assert sums.answer("least", rows).rows == (rows[1],)
    assert sums.answer("difference", rows).value == Decimal("26.18")
    with pytest.raises(ValueError, match="needs rows"):
        sums.answer("total", [])


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("那再上个月呢", "2025-12"),
        ("再往前一个月", "2025-12"),
        ("前一个月的也看看", "2025-12"),
        ("去年同期呢", "2025-01"),
        ("跟去年这个月比呢", "2025-01"),
        ("那下个月呢", "2026-02"),
    ],
)
def test_a_month_leans_on_the_one_told_last(text: str, month: str) -> None:
    assert months.meant(text, "2026-01") == month
    assert months.meant(text, None) is None


@pytest.mark.parametrize("text", ["上个月电费多少", "九月份呢", "前天停电了", "下个月检修吗"])
def test_a_month_that_stands_by_itself_does_not(text: str) -> None:
    assert months.meant(text, "2026-01") is None
