"""A question beside the business under way is answered from what is known, and the business goes on."""

from __future__ import annotations

import pytest

from tests.actions.conversation import Conversation, names

ASIDES = [
    ("想装个充电桩", "apply_ev_charger", "得花多少钱", "ev"),
    ("想装个充电桩", "apply_ev_charger", "物业要是不给盖章呢", "ev"),
    ("想装个充电桩", "apply_ev_charger", "车位是租来的能办不", "ev"),
    ("我要过户", "apply_account_transfer", "收手续费不", "transfer"),
    ("我要过户", "apply_account_transfer", "前头欠的电费归谁还", "transfer"),
    ("我要过户", "apply_account_transfer", "我去不了让弟弟替我办行吗", "transfer"),
    ("房顶想装光伏", "apply_pv", "要花钱吗", "pv"),
    ("房顶想装光伏", "apply_pv", "从报名到并网得多久", "pv"),
    ("厂里想减容", "apply_capacity_reduction", "最少要停多少天", "reduce"),
    ("厂里想减容", "apply_capacity_reduction", "中间随时能恢复不", "reduce"),
    ("我要校表", "request_meter_test", "查出来没毛病收钱不收", "test"),
    ("办个一户多人口", "apply_multi_person_household", "每个月能多给几度", "people"),
    ("开通峰谷电价", "apply_time_of_use", "办完后悔了能改回来不", "tou"),
    ("我要销户", "apply_account_closure", "表里剩下的钱退不退", "close"),
]  # fmt: skip


@pytest.mark.parametrize(("wish", "intent", "aside", "_about"), ASIDES)
@pytest.mark.parametrize("taken_for", ["nlu_fallback", "out_of_scope", "query_arrears"])
async def test_a_question_in_an_application_is_answered_and_the_form_goes_on(
    stranger: Conversation, wish: str, intent: str, aside: str, _about: str, taken_for: str
) -> None:
    await stranger.say(wish, intent)
    told = names(await stranger.say(aside, taken_for))
    assert (told[0], told[-1]) == ("utter_knowledge", "utter_ask_wanted")


@pytest.mark.parametrize(("wish", "intent", "aside", "_about"), ASIDES)
async def test_the_same_question_after_the_form_was_left(
    stranger: Conversation, wish: str, intent: str, aside: str, _about: str
) -> None:
    await stranger.say(wish, intent)
    assert names(await stranger.say("先不办", "deny")) == ["utter_application_not_now"]
    assert names(await stranger.say(aside, "nlu_fallback")) == ["utter_knowledge"]


@pytest.mark.parametrize("words", ["得几个工作日", "多久能弄好", "要等多长时间", "啥时候能办下来"])
async def test_how_long_a_business_takes(stranger: Conversation, words: str) -> None:
    await stranger.say("我要更名", "apply_rename")
    told = names(await stranger.say(words, "nlu_fallback"))
    assert told[0] in ("utter_application_clock_usual", "utter_knowledge")
    assert told[-1] == "utter_ask_wanted"
