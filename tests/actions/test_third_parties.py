"""Whoever asks about somebody else's account: the rule and the lawful road, never a yes or no."""

from __future__ import annotations

import pytest

from tests.actions.conftest import ACCOUNT
from tests.actions.conversation import Conversation, names

RELATED = [
    ("我是户主的爱人，看下这户还剩多少", "query_balance"),
    ("我是她前夫，户号给你，查查欠不欠", "query_arrears"),
    ("替我大舅看看上月账单", "query_bill"),
    ("帮我婆婆问问用了多少度", "query_usage"),
    ("我丈母娘家的电费账单给念一下", "query_bill"),
    ("我是她房东，给我看看用了几度", "query_usage"),
    ("我是租户，看看这户余额", "query_balance"),
    ("我是隔壁邻居，他家交没交", "query_arrears"),
    ("户主是我姐，查下到第几档了", "query_tier"),
    ("我是她同事，替她瞅瞅交费记录", "query_payment_record"),
    ("给我老丈人查查电费咋涨了", "explain_bill"),
    ("我是买房的，想看这户短不短钱", "query_arrears"),
]


@pytest.mark.parametrize(("words", "intent"), RELATED)
async def test_number_and_name_prove_nothing_for_somebody_else(
    stranger: Conversation, words: str, intent: str
) -> None:
    told = names(await stranger.say(words, intent, account_no=ACCOUNT, person_name="王秀英"))
    assert told[0] in ("utter_on_behalf", "utter_third_party", "utter_third_party_person")
    told += names(await stranger.say("王秀英", person_name="王秀英"))
    told += names(await stranger.say("就说一句欠没欠", "nlu_fallback"))
    assert not [name for name in told if name and name.startswith(("utter_query_", "utter_explain_"))]


@pytest.mark.parametrize(("words", "intent"), RELATED[2:5])
async def test_the_code_on_the_holders_phone_opens_the_account(
    stranger: Conversation, words: str, intent: str
) -> None:
    assert names(await stranger.say(words, intent, account_no=ACCOUNT)) == [
        "utter_on_behalf", "utter_code_sent", "utter_ask_code",
    ]  # fmt: skip
    assert (names(await stranger.say("123456"))[0] or "").startswith(f"utter_{intent}")


async def test_a_relation_told_beside_the_name_sends_to_the_code(stranger: Conversation) -> None:
    await stranger.say("还剩多少钱", "query_balance", account_no=ACCOUNT)
    told = names(await stranger.say("王秀英，我是她儿子", person_name="王秀英"))
    assert told == ["utter_on_behalf", "utter_code_sent", "utter_ask_code"]


async def test_paying_for_somebody_else_needs_no_proof(stranger: Conversation) -> None:
    await stranger.say("我是她老公，看看欠不欠", "query_arrears", account_no=ACCOUNT)
    told = names(await stranger.say("那我替她把电费交上行不行", "query_payment_channels"))
    assert told[0] in ("utter_knowledge", "utter_query_payment_channels")


@pytest.mark.parametrize(
    "words",
    ["我家这个月电费多少", "我是户主，查下电费", "我妈说电费涨了，查查我家的", "给娃交暖气的电费，看看余额"],
)
async def test_the_own_account_is_proved_as_before(stranger: Conversation, words: str) -> None:
    told = names(await stranger.say(words, "query_bill", account_no=ACCOUNT))
    assert told == ["utter_ask_holder_name"]


async def test_how_somebody_lives_is_not_told_in_the_middle_of_the_proof(stranger: Conversation) -> None:
    await stranger.say("还剩多少钱", "query_balance", account_no=ACCOUNT)
    told = names(await stranger.say("就看看那房子有没有人住", "nlu_fallback"))
    assert told[0] == "utter_third_party_person"
    again = names(await stranger.say("王秀英", person_name="王秀英"))
    assert not [name for name in again if name and name.startswith("utter_query_")]
