"""Inside a danger: what is asked is answered from the safety data, what is told goes into the one order."""

from __future__ import annotations

import pytest

from tests.actions.conversation import Conversation, names


@pytest.mark.parametrize(
    ("begun", "asked", "part"),
    [
        ("我爸触电了", "他没气了", "按到医生来"),
        ("表箱着火了", "家里有灭火器能用吗", "干粉"),
        ("电线断了掉路上", "羊在那边，我去赶回来", "别过去"),
        ("水管漏电麻手", "还能洗澡吗", "不洗澡"),
    ],
)
async def test_a_question_is_answered_and_never_taken_for_the_place(
    stranger: Conversation, begun: str, asked: str, part: str
) -> None:
    await stranger.say(begun, "report_danger")
    told = await stranger.say(asked, "nlu_fallback")
    assert part in told[0].text
    assert stranger.slots["address"] is None
    assert names(told)[-1] == "utter_ask_danger_form_address"
    told = await stranger.say(asked, "report_danger")
    assert part in told[0].text
    assert names(told)[-1] == "utter_ask_danger_form_address"


async def test_what_has_no_answer_is_no_place_either(stranger: Conversation) -> None:
    await stranger.say("电线断了掉路上", "report_danger")
    told = await stranger.say("这种活一天能挣多少钱", "out_of_scope")
    assert names(told) == ["utter_danger_stay", "utter_ask_danger_form_address"]
    assert stranger.slots["address"] is None


async def test_a_question_after_the_order_is_still_one_of_safety(stranger: Conversation) -> None:
    await stranger.say("电线断了掉路上", "report_danger")
    await stranger.say("五原县新公中村路口", address="五原县新公中村路口")
    await stranger.say("13800000188", phone="13800000188")
    assert stranger.form is None
    told = await stranger.say("我爸走过去牵牛了要紧不", "nlu_fallback")
    assert "别过去" in told[0].text


async def test_a_danger_that_was_none_is_told_to_the_order_and_nothing_more_is_asked(
    stranger: Conversation,
) -> None:
    await stranger.say("电线断了掉路上", "report_danger")
    stranger.slots["danger_order"] = "20261123000001"
    told = await stranger.say("看错了，是根晾衣绳", "nlu_fallback")
    assert names(told) == ["utter_danger_taken_back"]
    assert stranger.form is None


async def test_a_place_and_a_question_in_one_sentence_are_both_heard(stranger: Conversation) -> None:
    await stranger.say("电线断了掉路上", "report_danger")
    told = await stranger.say("新公中村，我要把牛拉出来", "inform", address="新公中村")
    assert "别过去" in told[0].text
    assert stranger.slots["address"]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("我开灯看看", "灯别开"),
        ("总闸拉不拉", "总闸也别拉|闸别拉"),
        ("给谁打电话", "119"),
        ("我下楼了", "别回去"),
    ],
)
async def test_in_gas_no_switch_is_touched(stranger: Conversation, asked: str, part: str) -> None:
    await stranger.say("厨房有煤气味，插座还打火", "report_danger")
    told = await stranger.say(asked, "nlu_fallback")
    assert any(each in told[0].text for each in part.split("|"))


async def test_in_a_lift_the_caretaker_may_open_and_nobody_else(stranger: Conversation) -> None:
    await stranger.say("我们被关在电梯里了", "tell_distress")
    assert "往里站" in (await stranger.say("物业在撬门呢", "nlu_fallback"))[0].text
    await stranger.say("老人喘不上气", "tell_distress")
    assert "别扒门" in (await stranger.say("我自己扒开门行不行", "nlu_fallback"))[0].text


async def test_gas_and_a_lift_have_words_of_their_own(stranger: Conversation) -> None:
    assert names(await stranger.say("厨房有煤气味", "tell_distress")) == ["utter_distress_gas"]
    told = await stranger.say("我们被关在电梯里了", "tell_distress")
    assert names(told)[0] == "utter_distress_trapped"
    assert told[1].custom["priority"] == 0
    assert names(await stranger.say("查一下余额", "query_balance"))[0].startswith("utter_ask")


@pytest.mark.parametrize("said", ["没有没有，是呼吸机停电了", "呼吸机！电池剩40分钟", "没冒烟，我妈靠制氧机"])
async def test_who_lives_by_a_machine_is_heard_behind_a_no(stranger: Conversation, said: str) -> None:
    await stranger.say("快点，机器要不行了", "report_danger")
    assert stranger.slots["requested_slot"] == "in_danger"
    told = await stranger.say(said, "deny")
    assert "氧气袋" in told[0].text
    assert names(told)[-1] == "utter_ask_danger_form_address"
    assert stranger.slots["hazard"] == "life_support"


async def test_who_is_ill_is_told_of_the_ambulance_and_not_that_all_is_well(stranger: Conversation) -> None:
    await stranger.say("手抖得厉害", "report_danger")
    told = await stranger.say("没烟没火，老人捂着胸口喘不上气", "tell_distress")
    assert names(told)[0] == "utter_distress_ill"
    assert "120" in told[0].text
