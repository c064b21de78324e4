from __future__ import annotations

import re
from dataclasses import replace

import pytest
import yaml

from actions.conversation import entry_of
from bot.ports.errors import Unavailable
from tests.actions.conversation import DIALOGUE, Conversation, dialogue, executor, names
from tests.ports.fake import FakeCompany


async def test_the_first_greeting_tells_of_privacy_and_offers_four_ways(stranger: Conversation) -> None:
    (reply,) = await stranger.say("你好", "greet")
    assert reply.name == "utter_greet"
    assert len(reply.buttons) == 4
    assert names(await stranger.say("你好", "greet")) == ["utter_greet_again"]


async def test_a_sentence_not_understood_is_asked_back_and_then_a_person_offered(
    stranger: Conversation,
) -> None:
    ranking = ("query_bill", "affirm", "query_usage")
    (reply,) = await stranger.say("电的那个", "nlu_fallback", ranking=ranking)
    assert reply.name == "utter_clarify"
    assert [b["payload"] for b in reply.buttons] == ["/query_bill", "/query_usage", "/deny"]
    (reply,) = await stranger.say("电的那个", "nlu_fallback", ranking=ranking)
    assert reply.name == "utter_clarify_person"
    assert names(await stranger.say("你好", "greet")) == ["utter_greet"]


async def test_an_understood_sentence_starts_the_count_again(stranger: Conversation) -> None:
    await stranger.say("嘎嘎", "nlu_fallback")
    await stranger.say("你好", "greet")
    assert names(await stranger.say("嘎嘎", "nlu_fallback")) == ["utter_say_again"]


async def test_other_wishes_of_a_sentence_are_offered_and_taken_up(holder: Conversation) -> None:
    replies = await holder.say("查余额，再投诉一下", "query_balance", also=("file_complaint",))
    assert names(replies)[-1] == "utter_offer_wish"
    assert names(await holder.say("好", "affirm"))[0] == "utter_empathy"


async def test_a_second_question_is_answered_in_the_same_breath(holder: Conversation) -> None:
    told = names(await holder.say("查余额，再看看几档", "query_balance", also=("query_tier",)))
    assert told.index("utter_query_balance") < told.index("utter_query_tier")
    assert "utter_offer_wish" not in told


async def test_a_wish_that_was_served_is_not_offered_again(holder: Conversation) -> None:
    replies = await holder.say("查余额", "query_balance", also=("query_balance",))
    assert "utter_offer_wish" not in names(replies)
    await holder.say("查余额，看看几档，再开发票", "query_balance", also=("query_tier", "request_invoice"))
    assert holder.slots["wishes"] is None and holder.slots["offered"] == "request_invoice"
    replies = await holder.say("开发票", "request_invoice", also=("request_invoice",))
    assert holder.slots["wishes"] is None and "utter_offer_wish" not in names(replies)


async def test_a_wish_named_again_while_it_is_taken_up_is_not_offered_afterwards(
    holder: Conversation,
) -> None:
    await holder.say("查余额，再投诉一下", "query_balance", also=("file_complaint",))
    await holder.say("好，投诉一下", "affirm", also=("file_complaint",))
    assert holder.form == "voice_form" and holder.slots["wishes"] is None


async def test_an_offered_wish_with_a_form_opens_it(holder: Conversation) -> None:
    await holder.say("查余额，再投诉一下", "query_balance", also=("file_complaint",))
    assert names(await holder.say("好", "affirm")) == ["utter_empathy", "utter_ask_content"]
    assert holder.slots["voice_kind"] == "file_complaint"


async def test_a_wish_is_offered_after_the_form_it_came_with(stranger: Conversation) -> None:
    await stranger.say("过户咋办，顺便开个发票", "apply_account_transfer", also=("request_invoice",))
    replies = await stranger.say("先不办", "deny")
    assert names(replies) == ["utter_application_not_now", "utter_offer_wish"]
    told = names(await stranger.say("好", "affirm"))
    assert told == ["utter_begin_request_invoice", "utter_ask_account_no"]


async def test_a_question_in_the_answer_to_another_is_answered_afterwards(stranger: Conversation) -> None:
    await stranger.say("整栋楼没电", "report_outage", scope="building")
    replies = await stranger.say("金川小区，几点能来电", "query_restoration_time", address="金川小区")
    assert names(replies) == ["utter_ask_phone"]
    await stranger.say("13800000001", phone="13800000001")
    await stranger.say("不说", "deny")
    told = names(await stranger.say("对", "affirm"))
    assert told.index("utter_fault_reported") < len(told) - 1
    assert "utter_offer_wish" not in told


async def test_an_offered_wish_may_be_declined(holder: Conversation) -> None:
    await holder.say("查余额，再看看几档", "query_balance", also=("query_tier",))
    assert names(await holder.say("不用", "deny")) == ["utter_denied"]
    assert names(await holder.say("好", "affirm")) == ["utter_affirmed"]


async def test_what_was_said_is_said_again(stranger: Conversation) -> None:
    first = await stranger.say("你是人吗", "ask_bot_identity")
    again = await stranger.say("再说一遍", "repeat")
    assert [r.text for r in again] == [r.text for r in first]


async def test_a_question_of_a_form_is_asked_again(stranger: Conversation) -> None:
    await stranger.say("没电了", "report_outage")
    assert names(await stranger.say("啥？", "repeat")) == ["utter_ask_fault_form_address"]


async def test_a_person_is_asked_for_with_all_that_is_known(stranger: Conversation) -> None:
    await stranger.say("整栋楼没电", "report_outage", scope="building", address="金川小区5号楼")
    replies = await stranger.say("转人工", "request_human")
    effect = replies[1].custom
    assert effect["type"] == "handover"
    assert (effect["reason"], effect["skill"]) == ("user_asked", "fault")
    assert effect["slots"]["description"] == "整栋楼没电"
    assert names(replies)[-1] != "utter_ask_phone"
    assert stranger.form is None


async def test_the_button_of_an_offer_carries_its_reason(stranger: Conversation) -> None:
    await stranger.say("嘎嘎", "nlu_fallback")
    (reply,) = await stranger.say("嘎嘎", "nlu_fallback")
    replies = await stranger.press(reply.buttons[0]["payload"])
    assert replies[1].custom["reason"] == "n_failures"


async def test_abuse_is_warned_of_once(stranger: Conversation) -> None:
    assert names(await stranger.say("骂人的话", "abuse")) == ["utter_abuse"]
    assert names(await stranger.say("骂人的话", "abuse")) == ["utter_abuse_again"]


async def test_leaving_ends_the_form(stranger: Conversation) -> None:
    await stranger.say("没电了", "report_outage")
    assert names(await stranger.say("再见", "goodbye")) == ["utter_goodbye"]
    assert stranger.form is None
    assert stranger.slots["doing"] is None


async def test_other_peoples_business_is_named_without_a_number(stranger: Conversation) -> None:
    (reply,) = await stranger.say("自来水停了", "out_of_scope")
    assert reply.name == "utter_not_ours"
    assert not any(c.isdigit() for c in reply.text)


async def test_who_is_not_satisfied_hears_of_12398(stranger: Conversation) -> None:
    replies = await stranger.say("不满意", "rate_service")
    assert names(replies) == ["utter_rated_low", "utter_supervision"]


async def test_an_order_is_found_urged_and_not_urged_twice_at_once(
    stranger: Conversation, company: FakeCompany
) -> None:
    assert names(await stranger.say("修到哪了", "query_progress")) == ["utter_order_not_found"]
    await stranger.say(
        "整栋楼没电", "report_outage", scope="building", address="金川小区5号楼", phone="13800000001"
    )
    await stranger.say("不说", "deny")
    await stranger.say("对", "affirm")
    assert names(await stranger.say("修到哪了", "query_progress"))[:1] == ["utter_order_progress"]
    assert names(await stranger.say("再催催", "urge_order")) == ["utter_urged"]
    assert names(await stranger.say("再催催", "urge_order")) == ["utter_urge_too_soon"]
    assert len(company.urges) == 1


async def test_a_late_order_is_admitted(stranger: Conversation, company: FakeCompany) -> None:
    await test_an_order_is_found_urged_and_not_urged_twice_at_once(stranger, company)
    later = {"now": "2026-12-30T08:00:00+08:00"}
    replies = await stranger.say("修到哪了", "query_progress", metadata=later)
    assert "utter_order_late" in names(replies)


@pytest.mark.parametrize("intent", sorted(dialogue()[0]))
async def test_every_intent_is_answered(intent: str, stranger: Conversation) -> None:
    replies = await stranger.say("随便说一句话", intent)
    assert names(replies)
    assert "utter_sorry" not in names(replies)


@pytest.mark.parametrize("intent", sorted(dialogue()[0]))
async def test_no_intent_breaks_a_form(intent: str, stranger: Conversation) -> None:
    await stranger.say("没电了", "report_outage")
    replies = await stranger.say("", intent)
    assert names(replies)
    assert "utter_sorry" not in names(replies)


def test_every_wish_that_is_offered_can_be_served() -> None:
    body = yaml.safe_load((DIALOGUE / "names.yml").read_text(encoding="utf-8"))
    rules, _ = dialogue()
    for wish in body["names"]["wish"]:
        assert rules[wish] == [entry_of(wish)]


def test_every_action_of_the_domain_is_registered_and_no_other() -> None:
    domain = yaml.safe_load((DIALOGUE.parents[1] / "domain.yml").read_text(encoding="utf-8"))
    assert set(domain["actions"]) == set(executor().actions)


async def test_an_unclear_answer_is_asked_in_other_words_then_with_a_person_and_the_form_stays(
    stranger: Conversation,
) -> None:
    *_, question = await stranger.say("没电了", "report_outage")
    *_, again = await stranger.say("呃那个", "nlu_fallback")
    assert again.name == question.name and again.text != question.text
    replies = await stranger.say("嗯嗯那啥", "nlu_fallback")
    assert names(replies) == ["utter_elder_offer", "utter_offer_person", "utter_ask_fault_form_address"]
    assert replies[0].custom == {"type": "profile", "elder": True}, "the page offers large letters"
    assert (
        names(await stranger.say("阳光小区3号楼", address="阳光小区3号楼"))[-1] == "utter_ask_neighbours_lit"
    )


async def test_an_order_is_found_after_the_engine_began_a_new_session(stranger: Conversation) -> None:
    stranger.metadata["conversation"] = "c-gateway"
    await stranger.say("整栋楼没电", "report_outage", scope="building", address="阳光小区3号楼")
    await stranger.say("13800000001", phone="13800000001")
    await stranger.say("叫我老王", person_name="老王")
    await stranger.say("对", "affirm")
    assert stranger.company.faults[-1].conversation == "c-gateway"
    later = Conversation(stranger.company, conversation="c-gateway")
    assert names(await later.say("修得咋样了", "query_progress"))[0] == "utter_order_progress"


async def test_plain_talk_is_told_to_the_page_and_reads_numbers_back_in_pairs(holder: Conversation) -> None:
    (reply,) = await holder.say("听不清，说慢点", "request_elder_mode")
    assert reply.custom == {"type": "profile", "elder": True}
    assert len(reply.buttons) == 3
    await holder.say("我家没电了", "report_outage")
    for _ in range(9):
        if holder.slots["requested_slot"] == "confirm":
            break
        await holder.say("不知道", "deny")
    assert holder.slots["requested_slot"] == "confirm"
    summary = holder.slots["summary"]
    assert re.search(r"\d\d \d\d \d\d", summary) and not re.search(r"\d{3}", summary), summary


def flagged(company: FakeCompany, *flags: str) -> None:
    home = company.households["0100000000123"]
    home.account = replace(home.account, flags=flags)


def handover_of(replies: list) -> dict:
    return next(r.custom for r in replies if r.custom and r.custom.get("type") == "handover")


@pytest.mark.parametrize(
    ("text", "skill", "priority"),
    [("有没有会说蒙古语的", "mongolian", 5), ("ᠰᠠᠶᠢᠨ ᠪᠠᠶᠢᠨ᠎ᠠ ᠤᠤ", "mongolian", 5), ("找个会说本地话的", "dialect", 5),
     ("转人工，娃娃一个人在家门锁了", "general", 1), ("我不想活了", "general", 1), ("我要找记者曝光你们，叫人来", "complaint", 2),
     ("转人工", "general", 5)],
)  # fmt: skip
async def test_language_and_need_decide_who_comes_and_when(
    stranger: Conversation, text: str, skill: str, priority: int
) -> None:
    effect = handover_of(await stranger.say(text, "request_human"))
    assert (effect["skill"], effect["priority"]) == (skill, priority)


async def test_mongolian_letters_that_nobody_understood_bring_a_person(stranger: Conversation) -> None:
    for intent in ("nlu_fallback", "out_of_scope"):
        assert handover_of(await stranger.say("ᠴᠠᠬᠢᠯᠭᠠᠨ", intent))["skill"] == "mongolian"


async def test_a_customer_who_must_not_wait_stands_before_others(
    holder: Conversation, company: FakeCompany
) -> None:
    flagged(company, "important")
    effect = handover_of(await holder.say("转人工", "request_human"))
    assert effect["priority"] == 2 and "重要客户" in effect["summary"]
    company.failing["account"] = Unavailable("the company is down")
    assert handover_of(await holder.say("转人工", "request_human"))["priority"] == 5


async def test_who_does_not_know_what_to_do_now_is_not_sent_away(stranger: Conversation) -> None:
    assert names(await stranger.say("现在咋办", "out_of_scope")) == ["utter_say_again"]
    assert names(await stranger.say("娃娃发烧了该怎么办才好", "out_of_scope")) == ["utter_out_of_scope"]
