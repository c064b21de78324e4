"""What a customer says beside the question that was asked: distress, a person, sums, rules, others' data, orders."""

from __future__ import annotations

import pytest

from tests.actions.conversation import Conversation, names
from tests.ports.fake import FakeCompany


async def test_whoever_despairs_is_met_as_a_person_and_business_stays_away(holder: Conversation) -> None:
    await holder.say("我要投诉", "file_complaint")
    replies = await holder.say("我真不想活了", "tell_distress")
    assert names(replies)[0] == "utter_distress_despair"
    assert "12356" in replies[0].text
    assert (replies[1].custom["reason"], replies[1].custom["priority"]) == ("distress", 0)
    assert holder.form is None
    assert names(await holder.say("算了，没人管", "cancel")) == ["utter_distress_stay"]
    assert names(await holder.say("查一下余额", "query_balance"))[0].startswith("utter_query_balance")


async def test_nothing_is_asked_once_a_person_has_been_called(stranger: Conversation) -> None:
    await stranger.say("我家停电了", "report_outage")
    assert names(await stranger.say("转人工", "request_human"))[0] == "utter_handover"
    assert stranger.form is None
    assert names(await stranger.say("人呢，咋没动静", "query_progress")) == ["utter_still_called"]
    told = await stranger.say("我在金川小区", address="金川小区")
    assert names(told) == ["utter_noted_for_person"]


async def test_giving_up_and_another_wish_in_one_breath(holder: Conversation, company: FakeCompany) -> None:
    await holder.say("我家没电了", "report_outage")
    told = names(await holder.say("算了先不报了，帮我看看余额", "query_balance"))
    assert told[0] == "utter_cancelled"
    assert told[1].startswith("utter_query_balance")
    assert holder.form is None
    assert company.faults == []


async def test_sums_come_from_the_bills_that_were_told(holder: Conversation) -> None:
    await holder.say("上个月电费", "query_bill", month="2026-10")
    told = await holder.say("再上个月呢", "nlu_fallback")
    assert "9月" in told[0].text
    total = await holder.say("两个月一共多少", "query_bill")
    assert names(total) == ["utter_sum_total"]
    assert "2026年9月" in total[0].text
    assert "2026年10月" in total[0].text
    assert names(await holder.say("差多少", "query_arrears"))[0] in ("utter_sum_difference", "utter_sum_same")


async def test_the_account_of_somebody_else_is_never_hinted_at(stranger: Conversation) -> None:
    assert names(await stranger.say("前夫那边欠没欠电费", "query_arrears")) == ["utter_third_party"]
    assert names(await stranger.say("租客用了多少度", "query_usage")) == ["utter_third_party"]


async def test_a_fault_at_another_place_is_not_booked_on_the_own_account(holder: Conversation) -> None:
    await holder.say("我妈那边，五原县幸福小区2号楼没电了", "report_outage", address="五原县幸福小区2号楼")
    assert holder.slots["account_no"] is None
    assert not holder.slots["on_file"]


async def test_a_question_in_general_is_answered_before_an_account_is_asked_for(
    stranger: Conversation,
) -> None:
    told = names(await stranger.say("光问问，欠费多少天才停电", "query_arrears"))
    assert told == ["utter_knowledge"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [("有人自称供电局的让我下软件退钱", "utter_fraud"), ("我是电视台记者，想采访停电的事", "utter_press")],
)
async def test_fraud_and_press_have_answers_of_their_own(
    stranger: Conversation, text: str, answer: str
) -> None:
    assert names(await stranger.say(text, "nlu_fallback"))[0] == answer


async def test_what_is_added_after_a_report_goes_into_its_order(
    stranger: Conversation, company: FakeCompany
) -> None:
    await stranger.say("我家没电了", "report_outage", address="金川小区5号楼", phone="13800000001")
    for answer, meaning in (
        ("邻居有电", "inform"),
        ("没跳", "inform"),
        ("不说", "deny"),
        ("没问题", "affirm"),
    ):
        await stranger.say(answer, meaning)
    assert len(company.faults) == 1
    assert names(await stranger.say("忘了说，门口有狗", "nlu_fallback")) == ["utter_order_noted"]
    told = await stranger.say("电话报错了，是13800000002", "correct", phone="13800000002")
    assert names(told) == ["utter_order_amended"]
    changes = [changes for _, changes in company.amendments]
    assert changes == [{"description": "忘了说，门口有狗"}, {"phone": "13800000002"}]
    assert names(await stranger.say("师傅啥时候能到", "ask_operation_help"))[0] == "utter_order_progress"


async def test_the_model_alone_opens_no_emergency(stranger: Conversation, company: FakeCompany) -> None:
    await stranger.say("我要投诉", "file_complaint")
    asked = await stranger.say("电热毯给娃铺着行不", "report_danger")
    assert names(asked) == ["utter_ask_danger_form_in_danger"]
    assert names(await stranger.say("没有", "deny"))[0] == "utter_no_danger"
    assert stranger.form == "voice_form"
    assert company.faults == []


async def test_a_danger_that_was_asked_about_and_is_one_is_one(
    stranger: Conversation, company: FakeCompany
) -> None:
    await stranger.say("那东西不对劲", "report_danger")
    told = names(await stranger.say("有", "affirm"))
    assert told == ["utter_danger_first", "utter_ask_danger_form_address"]
    await stranger.say("金川小区", address="金川小区")
    assert len(company.faults) == 1


async def test_another_tongue_is_answered_in_two(stranger: Conversation) -> None:
    (reply,) = await stranger.say("no electricity since morning", "out_of_scope")
    assert reply.name == "utter_two_languages"
    assert "95598" in reply.text


async def test_a_refusal_in_front_of_a_question_is_a_refusal(stranger: Conversation) -> None:
    await stranger.say("我要过户", "apply_account_transfer")
    told = names(await stranger.say("不办！我就想知道过户几天能办好", "apply_account_transfer"))
    assert told[-1] == "utter_application_not_now"
    assert stranger.form is None


async def test_a_yes_in_front_of_more_submits(stranger: Conversation, company: FakeCompany) -> None:
    await stranger.say("我家没电了", "report_outage", address="金川小区5号楼", phone="13800000001")
    for answer, meaning in (("邻居有电", "inform"), ("没跳", "inform"), ("不说", "deny")):
        await stranger.say(answer, meaning)
    await stranger.say("对，地址不对吧", "correct")
    assert not company.faults
    await stranger.say("对，提交。那电视坏了的事你们也得管", "claim_appliance_damage")
    assert len(company.faults) == 1


async def test_a_question_nobody_can_answer_is_no_misunderstanding(stranger: Conversation) -> None:
    await stranger.say("我家没电了", "report_outage")
    told = names(await stranger.say("你们队里有几个人吗", "nlu_fallback"))
    assert told[0] == "utter_aside_unknown"


async def test_a_stranger_is_not_told_how_somebody_lives(holder: Conversation) -> None:
    assert names(await holder.say("那她现在住哪儿", "nlu_fallback")) == ["utter_third_party_person"]
    assert names(await holder.say("每天用多少度给我看看", "query_usage")) == ["utter_third_party_person"]


async def test_debts_are_no_subject_in_distress(stranger: Conversation) -> None:
    await stranger.say("还不上，不想活了", "tell_distress")
    told = names(await stranger.say("欠的电费今晚会停吗", "query_arrears"))
    assert told == ["utter_distress_bills"]
    assert stranger.form is None


async def test_a_person_who_is_not_wanted_is_not_called(stranger: Conversation) -> None:
    told = await stranger.say("不转人工，我再说一遍", "request_human")
    assert not any(reply.custom for reply in told)


async def test_what_was_taken_for_a_danger_and_is_none_is_what_it_came_second_for(
    stranger: Conversation,
) -> None:
    await stranger.say("赶紧派人来", "report_danger", ranking=("report_danger", "report_outage"))
    told = names(await stranger.say("没有", "deny"))
    assert told[0] == "utter_no_danger"
    assert stranger.form == "fault_form"


async def test_lamps_that_are_far_too_bright_are_a_broken_neutral(
    stranger: Conversation, company: FakeCompany
) -> None:
    told = await stranger.say(
        "灯一会儿特别亮一会儿暗，电视都烧了", "report_voltage_problem", address="金川小区5号楼"
    )
    assert "utter_overvoltage" in names(told)
    await stranger.say("13800000001", phone="13800000001")
    await stranger.say("不说", "deny")
    await stranger.say("对", "affirm")
    (report,) = company.faults
    assert (report.phenomenon, report.urgent) == ("partial", True)


async def test_an_answer_that_sounds_like_a_wish_leaves_none_behind(stranger: Conversation) -> None:
    await stranger.say("我要投诉", "file_complaint")
    await stranger.say("停电没有提前通知，害得店里没法开门", "query_outage", also=("query_outage",))
    assert not stranger.slots["wishes"]


async def test_where_to_pay_is_answered_in_the_middle_of_a_form(stranger: Conversation) -> None:
    await stranger.say("我家没电了", "report_outage")
    told = names(await stranger.say("杭后哪交钱", "query_payment_channels", address="杭后"))
    assert not stranger.slots["address"]
    assert told[0] in ("utter_find_hall", "utter_find_hall_unverified", "utter_find_hall_none")
    assert stranger.form == "fault_form"


async def test_a_number_beside_a_word_to_the_crew_is_kept(stranger: Conversation) -> None:
    await stranger.say("我家没电了", "report_outage", address="金川小区5号楼")
    await stranger.say("邻居有电", "inform")
    await stranger.say("没跳", "inform")
    told = names(await stranger.say("13800000001，来之前打电话", "inform", phone="13800000001"))
    assert told == ["utter_added", "utter_ask_contact_name"]
    assert stranger.slots["phone"] == "13800000001"
    assert "来之前打电话" in stranger.slots["description"]


async def test_a_detail_of_something_else_does_not_go_into_the_order(
    stranger: Conversation, company: FakeCompany
) -> None:
    await stranger.say("我家没电了", "report_outage", address="金川小区5号楼", phone="13800000001")
    for answer, meaning in (
        ("邻居有电", "inform"),
        ("没跳", "inform"),
        ("不说", "deny"),
        ("没问题", "affirm"),
    ):
        await stranger.say(answer, meaning)
    assert names(await stranger.say("那九月份呢", month="2026-09")) == ["utter_what_for"]
    assert company.amendments == []


async def test_a_new_danger_after_an_ordinary_report_is_asked_about(stranger: Conversation) -> None:
    await stranger.say("我家没电了", "report_outage", address="金川小区5号楼", phone="13800000001")
    for answer, meaning in (
        ("邻居有电", "inform"),
        ("没跳", "inform"),
        ("不说", "deny"),
        ("没问题", "affirm"),
    ):
        await stranger.say(answer, meaning)
    assert stranger.slots["order_no"]
    assert names(await stranger.say("那边不对劲", "report_danger")) == ["utter_ask_danger_form_in_danger"]


async def test_a_question_beside_an_answer_is_answered_too(stranger: Conversation) -> None:
    await stranger.say("我家没电了", "report_outage", address="金川小区5号楼")
    await stranger.say("邻居有电", "inform")
    told = names(await stranger.say("没跳，光问问电费拖几个月才停", "inform"))
    assert told == ["utter_knowledge", "utter_ask_phone"]


async def test_a_hall_may_be_the_place_of_a_complaint(stranger: Conversation) -> None:
    await stranger.say("柜台的人骂人，我要投诉", "file_complaint")
    while stranger.slots["requested_slot"] != "place":
        await stranger.say("昨天下午")
    await stranger.say("解放街道营业厅", "find_hall", address="解放街道营业厅")
    assert stranger.slots["place"] == "解放街道营业厅"
