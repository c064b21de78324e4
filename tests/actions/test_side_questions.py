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


async def test_one_business_is_dropped_and_another_asked_about(stranger: Conversation) -> None:
    await stranger.say("想装个充电桩", "apply_ev_charger")
    told = names(await stranger.say("桩不装了，过户要多久能办好", "cancel"))
    assert told == ["utter_cancelled", "utter_knowledge"]


async def test_one_business_is_dropped_for_another_of_the_same_form(stranger: Conversation) -> None:
    await stranger.say("房顶想装光伏", "apply_pv")
    await stranger.say("光伏不弄了，我要增容", "apply_capacity_increase")
    assert stranger.slots["application_kind"] == "apply_capacity_increase"
    assert stranger.form == "application_form"


@pytest.mark.parametrize(
    "words", ["过户原户主过世了要啥手续", "离婚判给我的，过户要带什么", "二手房没有房产证，过户要啥资料"]
)
async def test_papers_of_a_special_case_are_told_for_the_case(stranger: Conversation, words: str) -> None:
    assert names(await stranger.say(words, "apply_account_transfer"))[0] == "utter_knowledge"


async def test_what_was_said_of_a_wish_that_waits_fills_its_form(holder: Conversation) -> None:
    said = "开上个月的发票，抬头个人，发到abc@example.com，再看下余额"
    told = await holder.say(said, "query_balance", also=("request_invoice",), month="2026-10")
    assert names(told)[-1] == "utter_offer_wish"
    assert names(await holder.say("对", "affirm"))[-1] == "utter_ask_confirm"


async def test_a_value_instead_of_yes_opens_what_was_offered(holder: Conversation) -> None:
    await holder.say("开张发票，再看下余额", "query_balance", also=("request_invoice",))
    assert names(await holder.say("个人", "nlu_fallback"))[-1] == "utter_ask_invoice_month"


@pytest.mark.parametrize("words", ["那先登记吧", "行，登记", "好，那就办吧", "现在给我登记上", "可以，办"])
async def test_a_yes_to_begin_in_other_words(stranger: Conversation, words: str) -> None:
    await stranger.say("我要过户", "apply_account_transfer")
    assert names(await stranger.say(words, "nlu_fallback")) == ["utter_ask_account_no"]


async def test_a_guess_below_is_offered_by_name(stranger: Conversation) -> None:
    told = await stranger.say(
        "过户，房子是二手的", "out_of_scope", ranking=("out_of_scope", "apply_account_transfer")
    )
    assert names(told) == ["utter_clarify_one"]
    assert names(await stranger.say("对", "affirm"))[0] == "utter_application_documents"


async def test_a_wish_in_the_form_of_a_question_hears_the_papers(stranger: Conversation) -> None:
    told = names(await stranger.say("院墙要拆，表箱能往东头挪挪吗", "apply_meter_relocation"))
    assert told[0] == "utter_application_documents"


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("过户要花钱吗", "apply_account_transfer"),
        ("装光伏收费不收", "apply_pv"),
        ("充电桩得多少钱", "apply_ev_charger"),
    ],
)
async def test_what_a_business_costs_is_answered_at_once(
    stranger: Conversation, words: str, intent: str
) -> None:
    assert names(await stranger.say(words, intent)) == ["utter_knowledge", "utter_ask_wanted"]
