from __future__ import annotations

from tests.actions.conversation import Conversation, names
from tests.ports.fake import FakeCompany

SCOLDED = "抄表员态度很差还骂人"


async def complain(talk: Conversation, content: str = SCOLDED) -> list[str]:
    await talk.say("我要投诉", "file_complaint")
    await talk.say(content, "file_complaint")
    await talk.say("昨天下午", date="2026-11-22")
    await talk.say("金川小区", address="金川小区")
    await talk.say("让他道歉", "inform")
    await talk.say("13800000001", phone="13800000001")
    return names(await talk.say("李大爷", person_name="李大爷"))


async def test_a_complaint_is_classed_booked_with_a_clock_and_12398_named(
    stranger: Conversation, company: FakeCompany
) -> None:
    assert await complain(stranger) == ["utter_ask_confirm"]
    replies = await stranger.say("对", "affirm")
    assert names(replies) == ["utter_voice_complaint", "utter_clock_contact", "utter_supervision"]
    assert "12398" in replies[-2].text
    called = replies[-1].custom
    assert (called["type"], called["reason"], called["skill"]) == ("handover", "complaint", "complaint")
    (draft,) = company.voices
    assert (draft.kind, draft.category, draft.content) == ("complaint", "service", SCOLDED)
    assert draft.wish == "让他道歉"


async def test_a_first_sentence_that_tells_the_matter_is_the_content(stranger: Conversation) -> None:
    replies = await stranger.say("你们抢修的人说一小时到等了三个钟头我要投诉", "file_complaint")
    assert names(replies) == ["utter_empathy", "utter_ask_happened_at"]


async def test_dislike_of_the_price_is_booked_as_an_opinion(
    stranger: Conversation, company: FakeCompany
) -> None:
    await complain(stranger, "电价太贵了不合理")
    replies = await stranger.say("对", "affirm")
    assert names(replies)[0] == "utter_voice_as_opinion"
    assert company.voices[0].kind == "suggestion"


async def test_words_about_other_things_stay_part_of_the_complaint(stranger: Conversation) -> None:
    await stranger.say("我要投诉", "file_complaint")
    replies = await stranger.say("家里停电三天没人来修", "report_outage")
    assert names(replies) == ["utter_ask_happened_at"]
    assert stranger.slots["content"] == "家里停电三天没人来修"


async def test_taking_it_back_before_it_is_booked_cancels(
    stranger: Conversation, company: FakeCompany
) -> None:
    await stranger.say("我要投诉", "file_complaint")
    assert names(await stranger.say("算了不投诉了", "withdraw_complaint")) == ["utter_cancelled"]
    assert company.voices == []


async def test_a_correction_in_plain_words_is_added(stranger: Conversation) -> None:
    await complain(stranger)
    await stranger.say("不对", "deny")
    await stranger.say("不是抄表员，是收费员", "correct")
    assert stranger.slots["content"] == f"{SCOLDED}；不是抄表员，是收费员"


async def test_a_report_may_stay_anonymous(stranger: Conversation, company: FakeCompany) -> None:
    await stranger.say("我要举报有人偷电", "report_violation")
    await stranger.say("不知道", "deny")
    await stranger.say("匿名", "deny")
    replies = await stranger.say("对", "affirm")
    assert names(replies)[0] == "utter_voice_report"
    assert company.voices[0].confidential
    assert company.voices[0].category == "theft"


async def test_praise_needs_little(stranger: Conversation, company: FakeCompany) -> None:
    await stranger.say("表扬一下昨天来修电的张师傅，服务真好", "give_praise")
    await stranger.say("不用了", "deny")
    assert names(await stranger.say("对", "affirm"))[0] == "utter_voice_praise"
    assert company.voices[0].kind == "praise"


async def test_a_voice_is_kept_when_the_company_does_not_answer(
    stranger: Conversation, company: FakeCompany
) -> None:
    await complain(stranger)
    company.down = True
    replies = await stranger.say("对", "affirm")
    assert replies[-1].custom["operation"] == "voice"
    assert replies[-1].custom["body"]["content"] == SCOLDED


async def test_a_person_is_reached_in_the_middle_of_a_complaint(stranger: Conversation) -> None:
    await stranger.say("我要投诉", "file_complaint")
    replies = await stranger.say("转人工", "request_human")
    assert replies[1].custom["reason"] == "user_asked"
    assert replies[1].custom["skill"] == "complaint"


async def test_a_story_that_goes_on_is_added_and_no_misunderstanding(stranger: Conversation) -> None:
    await stranger.say("村里有人偷电", "report_violation")
    replies = await stranger.say("晚上绕表用电，开的电暖气", "report_violation")
    assert names(replies) == ["utter_ask_place"]
    assert stranger.slots["content"] == "村里有人偷电；晚上绕表用电，开的电暖气"


async def test_who_is_complained_about_is_asked_unless_it_was_said(
    stranger: Conversation, company: FakeCompany
) -> None:
    replies = await stranger.say("你们的人上门骂人，我要投诉", "file_complaint")
    assert names(replies)[-1] == "utter_ask_party"
    await stranger.say("个子高的那个", "inform")
    await stranger.say("昨天下午", date="2026-11-22")
    await stranger.say("金川小区", address="金川小区")
    await stranger.say("让他道歉", "inform")
    await stranger.say("13800000001", phone="13800000001")
    await stranger.say("李大爷", person_name="李大爷")
    await stranger.say("对", "affirm")
    (draft,) = company.voices
    assert draft.content == "你们的人上门骂人，我要投诉（涉及：个子高的那个）"
