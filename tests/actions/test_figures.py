"""What is asked about the figures told: what a delay adds, how long money lasts, what makes a total, a year's sum."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.ports.billing import Adjustment
from tests.actions.conftest import ACCOUNT
from tests.actions.conversation import Conversation, names
from tests.ports.fake import FakeCompany


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("这违约金一天加多少", "query_arrears"),
        ("每天要罚几块", "query_arrears"),
        ("再晚15天得多掏多少", "nlu_fallback"),
        ("要是再拖一个月呢", "out_of_scope"),
        ("过十天能涨几块", "query_bill"),
    ],
)
async def test_a_delay_is_counted_on_what_is_owed(
    holder: Conversation, company: FakeCompany, words: str, intent: str
) -> None:
    assert names(await holder.say(words, intent)) == ["utter_query_arrears_none"]
    company.households[ACCOUNT].arrears_months = ("2026-09", "2026-10")
    (told,) = await holder.say(words, intent)
    owed = sum(b.amount for b in company.households[ACCOUNT].bills if b.month in ("2026-09", "2026-10"))
    assert told.name == "utter_arrears_growth"
    assert f"{owed:.2f}" in told.text


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("剩下的够用几天", "query_balance"),
        ("照这么用能撑到礼拜几", "nlu_fallback"),
        ("还能用多久", "query_balance"),
        ("够不够用到月底", "query_balance"),
        ("一百块能用几天", "query_usage"),
    ],
)
async def test_how_long_money_lasts_is_an_estimate(holder: Conversation, words: str, intent: str) -> None:
    told = names(await holder.say(words, intent))
    assert len(told) == 1 and (told[0] or "").startswith("utter_lasting")


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("几档加起来跟总数对不上", "nlu_fallback"),
        ("分档加一块不等于总的", "query_bill"),
        ("多出来那一块咋来的", "explain_bill"),
        ("你这个合起来对不上数", "out_of_scope"),
    ],
)
async def test_what_makes_the_total_is_told(holder: Conversation, words: str, intent: str) -> None:
    await holder.say("上个月电费", "query_bill", month="2026-10")
    told = names(await holder.say(words, intent))
    assert told == ["utter_bill_parts_alone"]


async def test_a_penalty_in_a_bill_is_shown_beside_its_tiers(
    holder: Conversation, company: FakeCompany
) -> None:
    bills, penalty = company.households[ACCOUNT].bills, Adjustment("penalty", Decimal("1.00"))
    bills[:] = [replace(bill, adjustments=(penalty,), amount=bill.amount + 1) for bill in bills]
    told = await holder.say("上个月电费", "query_bill", month="2026-10")
    (parts,) = [reply for reply in told if reply.name == "utter_bill_parts"]
    assert "违约金+1.00" in parts.text


async def test_a_sum_of_this_year_holds_no_month_of_the_last(holder: Conversation) -> None:
    (told,) = await holder.say("今年一共交了多少电费", "query_bill")
    assert told.name == "utter_sum_total"
    assert "2026年" in told.text and "2025年" not in told.text


async def test_what_panels_made_is_not_taken_for_use(holder: Conversation) -> None:
    for words in ("光伏上个月发了多少电", "房顶板子卖电的钱到账没", "上网电量是多少"):
        assert "utter_generation" in names(await holder.say(words, "query_usage"))


@pytest.mark.parametrize("words", ["我家欠不欠电费", "俺短没短钱", "我欠你们多少钱", "看看欠了多少"])
async def test_whether_one_owes_is_no_question_of_rule(stranger: Conversation, words: str) -> None:
    assert names(await stranger.say(words, "query_arrears")) == ["utter_ask_account_no"]
