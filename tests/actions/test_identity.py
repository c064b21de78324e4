from __future__ import annotations

import pytest

from tests.actions.conftest import ACCOUNT
from tests.actions.conversation import Conversation, FakeIdentity, names
from tests.ports.fake import FakeCompany, household


class FreshSubject:
    """The company sees the subject that this very turn proved: level L2 and the account."""


async def ask_balance(talk: Conversation) -> None:
    await talk.say("还剩多少钱", "query_balance")
    await talk.say(ACCOUNT, account_no=ACCOUNT)


async def test_the_question_is_answered_in_the_turn_that_proves_who_asks(stranger: Conversation) -> None:
    assert names(await stranger.say("还剩多少钱", "query_balance")) == ["utter_ask_account_no"]
    replies = await stranger.say("幺零零", "inform", account_no=ACCOUNT)
    assert names(replies) == ["utter_ask_holder_name"]
    replies = await stranger.say("王秀英", person_name="王秀英")
    assert names(replies) == ["utter_query_balance", "utter_query_balance_note"]


async def test_nothing_said_as_proof_is_kept(stranger: Conversation) -> None:
    await ask_balance(stranger)
    await stranger.say("户主叫王秀英")
    assert "王秀英" not in str(stranger.slots)
    assert stranger.slots["proven"] is None


async def test_a_wrong_name_gets_another_try_and_other_ways(stranger: Conversation) -> None:
    await ask_balance(stranger)
    replies = await stranger.say("李四光", person_name="李四光")
    assert names(replies) == ["utter_identity_failed", "utter_ask_holder_name"]
    assert "2" in replies[0].text


async def test_after_three_wrong_names_a_person_is_offered(stranger: Conversation) -> None:
    await ask_balance(stranger)
    for wrong in ("李四光", "张三丰"):
        await stranger.say(wrong, person_name=wrong)
    replies = await stranger.say("赵子龙", person_name="赵子龙")
    assert names(replies) == ["utter_not_allowed"]
    assert stranger.form is None


async def test_an_sms_code_is_another_way(stranger: Conversation) -> None:
    await ask_balance(stranger)
    replies = await stranger.press('/inform{"choice": "code"}')
    assert names(replies) == ["utter_code_sent", "utter_ask_code"]
    replies = await stranger.say("12345")
    assert names(replies) == ["utter_invalid_code", "utter_ask_code"]
    assert names(await stranger.say("123456"))[0] == "utter_query_balance"
    assert "123456" not in str(stranger.slots)


async def test_an_account_number_of_wrong_length_is_asked_again(stranger: Conversation) -> None:
    await stranger.say("还剩多少钱", "query_balance")
    assert names(await stranger.say("12345")) == ["utter_invalid_account_no", "utter_ask_account_no"]


async def test_who_will_not_say_the_number_may_have_a_person(stranger: Conversation) -> None:
    await stranger.say("还剩多少钱", "query_balance")
    replies = await stranger.say("不想说户号", "deny")
    assert names(replies) == ["utter_refused", "utter_ask_account_no"]
    assert "utter_offer_person" in names(await stranger.say("就是不说", "deny"))


async def test_a_customer_may_leave_the_identity_step(stranger: Conversation) -> None:
    await ask_balance(stranger)
    assert names(await stranger.say("算了", "cancel")) == ["utter_left"]
    assert stranger.form is None


async def test_a_gateway_that_is_down_is_admitted(stranger: Conversation, company: FakeCompany) -> None:
    from bot.ports.errors import Unavailable

    class Down:
        async def match(self, *_: object) -> None:
            raise Unavailable("down")

    from actions._wiring import Parts, parts, plug

    plug(Parts(company.company, Down(), parts().region, parts().knowledge))  # type: ignore[arg-type]
    await ask_balance(stranger)
    assert names(await stranger.say("王秀英", person_name="王秀英")) == ["utter_unavailable"]


async def test_an_aside_in_the_identity_step_does_not_forget_what_it_is_for(stranger: Conversation) -> None:
    await stranger.say("这个月咋这么贵", "query_balance")
    assert names(await stranger.say("营业厅在哪", "find_hall"))[-1] == "utter_ask_account_no"
    await stranger.say(ACCOUNT, account_no=ACCOUNT)
    assert names(await stranger.say("王秀英", person_name="王秀英"))[0].startswith("utter_query_balance")


async def test_without_the_number_the_holder_is_known_by_address_and_name(stranger: Conversation) -> None:
    told = names(await stranger.say("查电费，户号我不知道", "query_balance"))
    assert told == ["utter_ask_address"]
    place = stranger.identity.home
    assert names(await stranger.say(place, address=place)) == ["utter_ask_holder_name"]
    told = names(await stranger.say("户主叫王秀英", person_name="王秀英"))
    assert told[0] == "utter_query_balance" and stranger.form is None
    assert not stranger.slots["holder_name"] if "holder_name" in stranger.slots else True


async def test_a_name_beside_the_number_is_not_asked_for_again(stranger: Conversation) -> None:
    told = await stranger.say("户主王秀英，查余额", "query_balance", account_no=ACCOUNT, person_name="王秀英")
    assert names(told)[0] == "utter_query_balance"


async def test_a_name_in_front_of_the_number_is_not_asked_for_again(stranger: Conversation) -> None:
    await stranger.say("我叫王秀英，查余额", "query_balance", person_name="王秀英")
    assert names(await stranger.say(ACCOUNT, account_no=ACCOUNT))[0] == "utter_query_balance"


@pytest.mark.parametrize(
    "words",
    [
        "前面不是报过了么",
        "你问这个做甚",
        "非得说名字才给看",
        "随便看看就行",
        "能不能用别的办法",
        "先等我会儿",
    ],
)
async def test_no_try_is_spent_on_what_is_no_name(stranger: Conversation, words: str) -> None:
    await ask_balance(stranger)
    assert "utter_identity_failed" not in names(await stranger.say(words, "nlu_fallback"))
    assert stranger.identity.tries == 3


async def test_who_cannot_find_the_number_goes_on_by_address(stranger: Conversation) -> None:
    await stranger.say("查余额", "query_balance")
    told = names(await stranger.say("找不着了", "nlu_fallback"))
    assert told == ["utter_identity_by_place", "utter_ask_address"]


async def test_a_wrong_pair_of_address_and_holder_tells_nothing(stranger: Conversation) -> None:
    await stranger.say("查余额，户号忘了", "query_balance")
    await stranger.say("阳光小区1号楼", address="阳光小区1号楼")
    told = names(await stranger.say("王秀英", person_name="王秀英"))
    assert told == ["utter_identity_failed", "utter_ask_address"]


async def test_what_an_earlier_message_proved_is_not_proof_for_this_one(stranger: Conversation) -> None:
    old = {"message_id": "m-0", "subject": "old", "level": "L3", "accounts": [ACCOUNT]}
    stranger.slots["proven"] = old
    replies = await stranger.say("还剩多少钱", "query_balance", account_no=ACCOUNT)
    assert names(replies) == ["utter_ask_holder_name"]


async def test_a_name_is_not_enough_where_a_code_is_wanted(
    stranger: Conversation, company: FakeCompany
) -> None:
    await stranger.say("开发票", "request_invoice", month="2026-10")
    await stranger.say(ACCOUNT, account_no=ACCOUNT)
    await stranger.say("个人", "inform")
    await stranger.say("13800000777", phone="13800000777")
    assert names(await stranger.say("对", "affirm")) == ["utter_code_sent", "utter_ask_code"]
    stranger.slots["way"] = "holder_name"  # as after the address and the holder's name
    told = names(await stranger.say("王秀英", person_name="王秀英"))
    assert told == ["utter_code_sent", "utter_ask_code"] and not company.invoices
    assert stranger.slots["proven"] is None, "the weaker proof opens nothing"
    assert names(await stranger.say("123456")) == ["utter_invoice_done"]


async def test_choosing_among_ones_accounts_is_not_enough_where_a_code_is_wanted() -> None:
    other = "0100000000456"
    company = FakeCompany(household(ACCOUNT), household(other))
    talk = Conversation(company, FakeIdentity(), level="L2", accounts=[ACCOUNT, other])
    await talk.say("开发票", "request_invoice", month="2026-10")
    await talk.say("个人", "inform")
    await talk.say("13800000777", phone="13800000777")
    assert names(await talk.say("对", "affirm")) == ["utter_choose_account"]
    told = names(await talk.say(other, account_no=other))
    assert told == ["utter_code_sent", "utter_ask_code"] and not company.invoices
    assert talk.identity.sent == [other]
    assert names(await talk.say("123456")) == ["utter_invoice_done"]
