"""What holds for every capability with a form, at every question it asks; and for every question with a company
that is down."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actions.conftest import ACCOUNT
from tests.actions.conversation import Conversation, Reply, names
from tests.ports.fake import FakeCompany

PHONE = "13800000001"
OPENINGS = {
    "report_outage": "我们家黑灯瞎火的，啥也开不了",
    "report_partial_outage": "三相缺了一相，水泵转不动",
    "file_complaint": "你们抄表的骂人，我要投诉",
    "give_suggestion": "建议你们多设几个代收点",
    "give_praise": "昨天来的小师傅真不赖，给表扬表扬",
    "apply_new_connection": "想安个电",
    "apply_account_transfer": "房子卖了，电户头改成人家的",
    "apply_ev_charger": "给车安个桩咋弄",
    "apply_pv": "屋顶想装光伏板",
}
ANSWERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "address": ("金川小区5号楼", "inform", {"address": "金川小区5号楼"}),
    "still_report": ("还是报一下哇", "affirm", {}),
    "neighbours_lit": ("人家都亮着呢", "inform", {}),
    "breaker_off": ("没跳", "deny", {}),
    "phone": (PHONE, "inform", {"phone": PHONE}),
    "contact_name": ("叫王大姐就行", "inform", {"person_name": "王大姐"}),
    "content": ("抄表的从来不来，来了还骂人", "file_complaint", {}),
    "happened_at": ("昨天下午", "inform", {"date": "昨天下午"}),
    "place": ("金川小区", "inform", {"address": "金川小区"}),
    "wish": ("让他给我道个歉", "inform", {}),
    "wanted": ("就办哇", "affirm", {}),
    "documents": ("都有", "affirm", {}),
    "account_no": (ACCOUNT, "inform", {"account_no": ACCOUNT}),
    "power": ("7千瓦", "inform", {"power": "7千瓦"}),
    "purpose": ("开个小卖部", "inform", {}),
    "new_holder": ("新户主是李建国", "inform", {"person_name": "李建国"}),
    "confirm": ("没错", "affirm", {}),
    "pv_mode": ("自己用，剩下的卖", "inform", {}),
    "roof": ("自家的房", "inform", {}),
    "pv_party": ("我个人", "inform", {}),
    "parking": ("买下的车位", "inform", {}),
    "devices": ("冷柜和烤箱", "inform", {}),
    "reading": ("12345", "inform", {}),
    "party": ("穿蓝衣服的抄表员", "inform", {}),
    "refund_to": ("退回原来的卡", "inform", {}),
    "power_now": ("现在5千瓦", "inform", {"power": "5千瓦"}),
    "device": ("停掉那台水泵", "inform", {}),
}
QUESTIONS = ["query_balance", "query_bill", "query_arrears", "query_usage", "query_tier", "explain_bill",
             "query_outage", "query_restoration_time", "query_progress", "urge_order"]  # fmt: skip


@pytest.fixture(params=OPENINGS)
def intent(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def answer(talk: Conversation) -> list[Reply]:
    """Answer whatever is asked now."""
    text, meaning, entities = ANSWERS[talk.slots["requested_slot"]]
    return await talk.say(text, meaning, **entities)


async def until(talk: Conversation, intent: str, slot: str) -> None:
    """Open the form and answer until this is asked."""
    await talk.say(OPENINGS[intent], intent)
    for _ in range(15):
        if talk.slots["requested_slot"] == slot:
            return
        await answer(talk)
    raise AssertionError(f"{slot} is never asked")


async def test_it_ends_in_one_order_with_a_number(intent: str, stranger: Conversation) -> None:
    await until(stranger, intent, "confirm")
    replies = await stranger.say("没错", "affirm")
    (number,) = stranger.company.filed
    assert number in replies[0].text and stranger.form is None


async def test_every_question_can_be_left_and_nothing_is_submitted(
    intent: str, stranger: Conversation
) -> None:
    await stranger.say(OPENINGS[intent], intent)
    while (asked := stranger.slots["requested_slot"]) is not None:
        other = Conversation(FakeCompany())
        await until(other, intent, asked)
        told = names(await other.say("算了算了不弄了", "cancel"))
        if told == ["utter_ask_quit"]:
            told = names(await other.say("嗯不办了", "affirm"))
        assert told == ["utter_cancelled"] and other.form is None and not other.company.filed, asked
        Conversation(stranger.company, stranger.identity)
        await answer(stranger)


async def test_every_question_survives_a_digression(intent: str, stranger: Conversation) -> None:
    await stranger.say(OPENINGS[intent], intent)
    while (asked := stranger.slots["requested_slot"]) is not None:
        if asked not in ("content", "wish", "purpose"):  # there the customer's own words are the answer
            before = {k: v for k, v in stranger.slots.items() if k not in ("resume", "wishes")}
            told = names(await stranger.say("对了，微信能交电费不", "query_payment_channels"))
            assert told[-1].endswith(asked) and "utter_resume" in told, asked
            assert {k: stranger.slots[k] for k in before} == before, asked
        await answer(stranger)
    assert len(stranger.company.filed) == 1


async def test_a_correction_of_the_summary_replaces_only_that(intent: str, stranger: Conversation) -> None:
    await until(stranger, intent, "confirm")
    (reply,) = await stranger.say("电话记错了，是13800000002", "correct", phone="13800000002")
    assert reply.name == "utter_ask_confirm" and "13800000002" in reply.text and PHONE not in reply.text


async def test_a_phone_number_that_is_none_is_told_and_asked_again(
    intent: str, stranger: Conversation
) -> None:
    await until(stranger, intent, "phone")
    assert names(await stranger.say("一三八零零", "inform", phone="13800")) == [
        "utter_invalid_phone",
        "utter_ask_phone",
    ]
    assert stranger.slots["phone"] is None


async def test_with_a_company_that_is_down_it_is_kept_for_later(intent: str, stranger: Conversation) -> None:
    stranger.company.down = True
    await until(stranger, intent, "confirm")
    replies = await stranger.say("没错", "affirm")
    assert names(replies) == ["utter_deferred"] and stranger.form is None
    (kept,) = (r.custom for r in replies if r.custom)
    assert kept["type"] == "deferred" and kept["body"]["phone"] == PHONE


async def test_a_danger_with_a_company_that_is_down_is_kept_for_later(stranger: Conversation) -> None:
    stranger.company.down = True
    await stranger.say("变压器崩了冒火了", "report_danger")
    replies = await answer(stranger)
    assert "utter_deferred" in names(replies) and replies[-1].name == "utter_ask_danger_form_phone"


async def test_in_danger_no_sentence_is_a_misunderstanding(stranger: Conversation) -> None:
    await stranger.say("插座冒火花了", "report_danger")
    for text, meant in (
        ("咋办呀", "nlu_fallback"),
        ("能不能拔插头", "ask_electric_safety"),
        ("快点来", "urge_order"),
    ):
        told = names(await stranger.say(text, meant))
        assert len(told) == 2 and told[-1] == "utter_ask_danger_form_address"
        assert "utter_not_understood" not in told
    await answer(stranger)
    assert names(await answer(stranger)) == ["utter_danger_recorded"]


@pytest.mark.parametrize("question", QUESTIONS)
async def test_with_a_company_that_is_down_a_question_gets_the_truth_and_a_person(
    question: str, holder: Conversation
) -> None:
    holder.company.down = True
    (reply,) = await holder.say("给查哈", question)
    assert reply.name == "utter_unavailable" and reply.buttons[0]["payload"].startswith("/request_human")


@pytest.mark.parametrize("question", QUESTIONS[:6])
async def test_a_question_survives_the_identity_step_and_can_be_left(
    question: str, stranger: Conversation
) -> None:
    assert names(await stranger.say("给查哈", question)) == ["utter_ask_account_no"]
    assert names(await stranger.say("一二三", account_no="123")) == [
        "utter_invalid_account_no",
        "utter_ask_account_no",
    ]
    assert names(await stranger.say("不查了", "cancel")) == ["utter_left"]
    assert stranger.form is None
    await stranger.say("还是查查哇", question)
    await stranger.say(ACCOUNT, account_no=ACCOUNT)
    told = names(await stranger.say("王秀英", person_name="王秀英"))
    assert told and told[0].startswith(f"utter_{question}") and stranger.form is None


async def test_who_has_just_reported_hears_of_that_order_when_asking_until_when(
    stranger: Conversation,
) -> None:
    await until(stranger, "report_outage", "confirm")
    await stranger.say("没错", "affirm")
    assert names(await stranger.say("那多会儿能来人", "query_restoration_time"))[0] == "utter_order_progress"


async def test_who_cannot_tell_about_the_neighbours_is_not_pressed(stranger: Conversation) -> None:
    await until(stranger, "report_outage", "neighbours_lit")
    assert names(await stranger.say("不知道啊，就我这一口井", "deny")) == ["utter_ask_phone"]
    await answer(stranger)
    await answer(stranger)
    await stranger.say("没错", "affirm")
    assert stranger.company.faults[0].neighbours_lit is None


async def test_a_story_told_in_own_words_names_no_further_wish(stranger: Conversation) -> None:
    await stranger.say("停电不通知，我要投诉", "file_complaint", also=("subscribe_outage_notice",))
    assert not stranger.slots["wishes"]


async def test_danger_and_a_person_are_heard_behind_a_word_of_waiting(stranger: Conversation) -> None:
    await until(stranger, "report_outage", "phone")
    assert names(await stranger.say("等一下，叫人工", "request_human"))[0] == "utter_handover"
    told = names(await stranger.say("等等，冒火了", "report_danger"))
    assert told[-1] == "utter_ask_danger_form_phone" and "utter_take_your_time" not in told


async def test_nobody_in_danger_is_told_to_take_his_time(stranger: Conversation) -> None:
    await stranger.say("插座冒火花了", "report_danger")
    assert names(await stranger.say("等一下", "nlu_fallback"))[0] == "utter_danger_stay"


async def test_a_danger_without_a_phone_is_recorded_and_the_phone_asked_the_next_time(
    stranger: Conversation,
) -> None:
    await stranger.say("插座冒火花了", "report_danger")
    await answer(stranger)
    assert names(await stranger.say("不想留电话", "deny")) == ["utter_danger_recorded"]
    assert stranger.slots["phone"] is None


async def test_who_has_an_open_order_may_press_it_or_report_another_place(stranger: Conversation) -> None:
    await until(stranger, "report_outage", "confirm")
    await stranger.say("没错", "affirm")
    told = names(await stranger.say("又没电了", "report_outage"))
    assert "utter_reported_before" in told and told[-1] == "utter_ask_still_report"
    assert names(await stranger.say("另报一处", "affirm")) == ["utter_ask_fault_form_address"]
    assert stranger.slots["address"] is None


async def test_a_picture_is_no_answer_and_goes_with_the_report(intent: str, stranger: Conversation) -> None:
    await stranger.say(OPENINGS[intent], intent)
    while (asked := stranger.slots["requested_slot"]) not in (None, "confirm"):
        shown = {"attachments": ["upload-1"]}
        told = names(await stranger.say("[图片]", "inform", metadata=shown))
        assert told[0] == "utter_picture_kept" and told[1].endswith(asked) and stranger.slots[asked] is None
        await answer(stranger)
    await stranger.say("没错", "affirm", metadata={"attachments": ["upload-1"]})
    company = stranger.company
    (filed,) = [*company.faults, *company.applications, *company.voices]
    assert filed.attachments == ("upload-1",)


async def test_a_picture_alone_is_asked_about(stranger: Conversation) -> None:
    shown = {"attachments": ["upload-1"]}
    assert names(await stranger.say("[图片]", "nlu_fallback", metadata=shown)) == ["utter_picture_what"]
