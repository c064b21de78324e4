from __future__ import annotations

import pytest

from tests.actions.conftest import ACCOUNT
from tests.actions.conversation import Conversation, names
from tests.ports.fake import FakeCompany


async def test_what_is_stored_is_counted_and_the_other_rights_are_offered(stranger: Conversation) -> None:
    replies = await stranger.say("你们存了我哪些信息", "ask_privacy")
    assert names(replies) == ["utter_privacy_stored", "utter_privacy_company"]
    assert "12条" in replies[0].text and len(replies[1].buttons) == 2


async def test_deleting_is_asked_back_and_then_done(stranger: Conversation) -> None:
    (reply,) = await stranger.say("把我的资料都删了", "ask_privacy")
    assert reply.name == "utter_privacy_erase_sure"
    replies = await stranger.say("确定", "affirm")
    assert names(replies) == ["utter_privacy_erased"]
    assert [r.custom for r in replies if r.custom] == [{"type": "erase"}]


async def test_who_thinks_better_of_it_keeps_everything(stranger: Conversation) -> None:
    await stranger.say("把我的资料都删了", "ask_privacy")
    replies = await stranger.say("先不删", "deny")
    assert names(replies) == ["utter_denied"]
    assert not any(r.custom for r in await stranger.say("好", "affirm"))


async def test_a_copy_is_booked_for_who_has_proved_himself(
    stranger: Conversation, company: FakeCompany
) -> None:
    assert names(await stranger.say("给我一份我的数据", "ask_privacy")) == ["utter_ask_account_no"]
    await stranger.say(ACCOUNT, account_no=ACCOUNT)
    assert names(await stranger.say("王秀英", person_name="王秀英"))[0] == "utter_privacy_copy"
    assert [each.business for each in company.applications] == ["ask_privacy"]


@pytest.mark.parametrize(
    ("words", "told"),
    [("不想让机器自动决定", "utter_privacy_no_machine"), ("我的信息泄露了", "utter_privacy_leak")],
)
async def test_who_refuses_the_machine_or_tells_of_a_leak_gets_a_person(
    words: str, told: str, stranger: Conversation
) -> None:
    replies = await stranger.say(words, "ask_privacy")
    assert names(replies) == [told] and replies[-1].custom["type"] == "handover"


async def test_any_other_question_is_answered_with_the_rights_beside_it(stranger: Conversation) -> None:
    (reply,) = await stranger.say("通话会录音吗", "ask_privacy")
    assert reply.name == "utter_knowledge" and len(reply.buttons) >= 3
