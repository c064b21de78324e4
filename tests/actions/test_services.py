from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.ports.errors import Unavailable
from bot.ports.services import Purchase
from tests.actions.conftest import ACCOUNT
from tests.actions.conversation import Conversation, FakeIdentity, names
from tests.ports.fake import CHINA, FakeCompany, household

PHONE = "13800000777"


@pytest.fixture
def vouched(company: FakeCompany) -> Conversation:
    """The holder, proved by a code before (L3)."""
    return Conversation(company, FakeIdentity(), level="L3", accounts=[ACCOUNT])


async def ask_for_invoice(talk: Conversation, month: str = "2026-10") -> list[str]:
    await talk.say("开发票", "request_invoice", month=month)
    await talk.say("个人的", "inform")
    await talk.say("发到wang@example.com", "inform")
    return names(await talk.say("对", "affirm"))


async def test_an_invoice_of_a_paid_month_is_issued_and_its_number_told(
    vouched: Conversation, company: FakeCompany
) -> None:
    assert await ask_for_invoice(vouched) == ["utter_invoice_done"]
    (invoice,) = company.invoices.values()
    assert (invoice.sent_to_masked, invoice.title) == ("w***@example.com", "王秀英")
    assert await ask_for_invoice(vouched) == ["utter_invoice_again"]


async def test_a_stranger_gives_a_code_and_no_name(stranger: Conversation, company: FakeCompany) -> None:
    await stranger.say("开发票", "request_invoice", month="2026-10")
    await stranger.say(ACCOUNT, account_no=ACCOUNT)
    await stranger.say("个人", "inform")
    await stranger.say(PHONE, phone=PHONE)
    told = names(await stranger.say("对", "affirm"))
    assert told == ["utter_code_sent", "utter_ask_code"] and not company.invoices
    assert names(await stranger.say("123456")) == ["utter_invoice_done"]
    assert stranger.form is None and not any("123456" in str(v) for v in stranger.slots.values())


async def test_a_firm_tells_title_and_tax_number(vouched: Conversation, company: FakeCompany) -> None:
    await vouched.say("开发票", "request_invoice", month="2026-10")
    await vouched.say("开公司的", "inform")
    await vouched.say("示例商贸公司", "inform")
    assert names(await vouched.say("12345")) == ["utter_invalid_tax_no", "utter_ask_tax_no"]
    await vouched.say("9115 0000 MA00 0000 1x", "inform")
    await vouched.say(PHONE, phone=PHONE)
    (reply,) = await vouched.say("对", "affirm")
    assert reply.name == "utter_invoice_done"
    assert [each.title for each in company.invoices.values()] == ["示例商贸公司"]


@pytest.mark.parametrize(("month", "told"), [("2031-01", "month"), ("2026-10", "unpaid")])
async def test_what_cannot_be_invoiced_is_said_so(
    month: str, told: str, vouched: Conversation, company: FakeCompany
) -> None:
    bills = company.households[ACCOUNT].bills
    bills[-1] = replace(bills[-1], paid=False)
    assert await ask_for_invoice(vouched, month) == [f"utter_invoice_{told}"]


async def test_an_invoice_to_another_title_goes_to_a_person(vouched: Conversation) -> None:
    await ask_for_invoice(vouched)
    await vouched.say("开发票，开公司的", "request_invoice", month="2026-10")
    await vouched.say("企业", "inform")
    await vouched.say("示例商贸公司", "inform")
    await vouched.say("91150000MA0000001X", "inform")
    await vouched.say(PHONE, phone=PHONE)
    (reply,) = await vouched.say("对", "affirm")
    assert reply.name == "utter_invoice_issued" and reply.buttons[0]["payload"].startswith("/request_human")


async def manage(talk: Conversation, text: str, intent: str, phone: str = PHONE) -> list[str]:
    await talk.say(text, intent)
    await talk.say(phone, phone=phone)
    return names(await talk.say("对", "affirm"))


async def test_notices_are_subscribed_and_the_phone_is_known(
    vouched: Conversation, company: FakeCompany
) -> None:
    assert await manage(vouched, "停电给我发短信", "subscribe_outage_notice") == [
        "utter_done_subscribe_outage_notice"
    ]
    assert company.phones == {ACCOUNT: {PHONE: True}}


async def test_who_binds_his_phone_to_an_account_needs_its_holders_consent(company: FakeCompany) -> None:
    talk = Conversation(company)
    await talk.say("绑定户号", "bind_account")
    await talk.say(ACCOUNT, account_no=ACCOUNT)
    await talk.say(PHONE, phone=PHONE)
    assert names(await talk.say("对", "affirm"))[-1] == "utter_ask_code"
    assert (talk.identity.sent, talk.identity.helpers) == ([ACCOUNT], [PHONE])
    assert names(await talk.say(talk.identity.code, code=talk.identity.code)) == ["utter_done_bind_account"]


async def test_a_phone_is_bound_and_released(vouched: Conversation, company: FakeCompany) -> None:
    assert await manage(vouched, "绑定户号", "bind_account") == ["utter_done_bind_account"]
    assert await manage(vouched, "不租了解绑吧", "unbind_account") == ["utter_phone_released"]
    assert company.phones == {ACCOUNT: {}}


async def test_the_number_on_file_is_changed_but_not_released(
    vouched: Conversation, company: FakeCompany
) -> None:
    own = company.households[ACCOUNT].phone
    assert await manage(vouched, "解绑", "unbind_account", own) == ["utter_phone_on_file"]
    assert await manage(vouched, "换手机号了", "unbind_account") == ["utter_phone_changed"]
    assert company.households[ACCOUNT].phone == PHONE


async def test_what_the_company_cannot_do_now_is_kept(vouched: Conversation, company: FakeCompany) -> None:
    company.failing |= {"issue_invoice": Unavailable("down"), "change_phone": Unavailable("down")}
    await vouched.say("开发票", "request_invoice", month="2026-10")
    await vouched.say("个人的", "inform")
    await vouched.say("发到wang@example.com", "inform")
    told, effect = await vouched.say("对", "affirm")
    assert told.name == "utter_deferred" and effect.custom["operation"] == "invoice"
    assert effect.custom["body"]["account_no"] == ACCOUNT and effect.custom["body"]["month"] == "2026-10"
    await vouched.say("换手机号了", "unbind_account")
    await vouched.say(PHONE, phone=PHONE)
    told, effect = await vouched.say("对", "affirm")
    assert told.name == "utter_deferred" and effect.custom["operation"] == "phone"
    assert effect.custom["body"] == {"account_no": ACCOUNT, "phone": PHONE, "change": "change"}


async def test_a_landline_gets_no_text_messages(vouched: Conversation) -> None:
    await vouched.say("停电给我发短信", "subscribe_outage_notice")
    assert names(await vouched.say("04788222333", phone="04788222333")) == [
        "utter_invalid_bound_phone", "utter_ask_bound_phone",
    ]  # fmt: skip


async def test_in_wechat_binding_is_in_the_menu(company: FakeCompany) -> None:
    talk = Conversation(company, channel="wechat")
    assert names(await talk.say("绑定户号", "bind_account")) == ["utter_bind_in_wechat"]
    assert talk.form is None


async def test_peak_and_valley_are_told_and_compared_with_the_flat_price(holder: Conversation) -> None:
    replies = await holder.say("峰谷各用多少", "query_time_of_use", month="2026-10")
    assert names(replies) == [
        "utter_query_time_of_use", "utter_compare_time_of_use_cheaper", "utter_tariff_unverified",
    ]  # fmt: skip
    # 268 kWh: 107 peak, 80 flat, 81 valley; 107×0.4648+80×0.415+81×0.249 = 103.10; flat by tiers 118.12
    assert "107度" in replies[0].text and "103.10" in replies[1].text and "118.12" in replies[1].text
    assert "made up for tests" in replies[2].text


def elder(*purchases: Purchase, balance: str = "18.60") -> Conversation:
    home = household(ACCOUNT, prepaid=True, purchases=list(purchases), balance=Decimal(balance))
    return Conversation(FakeCompany(home), level="L2", accounts=[ACCOUNT])


def bought(state: str) -> Purchase:
    return Purchase(datetime.now(CHINA) - timedelta(days=4), Decimal(50), "微信", state)


async def test_what_was_bought_and_did_not_arrive_is_booked_when_wanted() -> None:
    talk = elder(bought("failed"))
    told = names(await talk.say("买的电没进表", "query_prepaid"))
    assert told == ["utter_query_prepaid", "utter_query_prepaid_low", "utter_query_prepaid_failed"]
    replies = await talk.say("登记", "affirm")
    assert names(replies)[0] == "utter_query_prepaid_booked"
    (draft,) = talk.company.applications
    assert (draft.business, draft.account_no) == ("query_prepaid", ACCOUNT)


@pytest.mark.parametrize("state", ["delivered", "pending"])
async def test_what_is_in_the_meter_or_on_its_way_is_said_so(state: str) -> None:
    told = names(await elder(bought(state), balance="80").say("买的电进表没", "query_prepaid"))
    assert told == ["utter_query_prepaid", f"utter_query_prepaid_{state}"]


async def test_an_account_that_pays_by_the_month_has_no_purchases(holder: Conversation) -> None:
    assert names(await holder.say("买的电没进表", "query_prepaid")) == ["utter_query_prepaid_none"]


@pytest.mark.parametrize(
    ("words", "score", "told"),
    [("非常满意", 5, "utter_rated"), ("打两分", 2, "utter_rated_low"), ("打8分", 4, "utter_rated")],
)
async def test_a_rating_is_kept_with_its_words(
    words: str, score: int, told: str, stranger: Conversation, company: FakeCompany
) -> None:
    assert names(await stranger.say(words, "rate_service"))[0] == told
    assert [(each.score, each.words) for each in company.ratings] == [(score, words)]


async def test_who_rates_without_a_score_is_asked_and_presses(
    stranger: Conversation, company: FakeCompany
) -> None:
    assert names(await stranger.say("我要评价", "rate_service")) == ["utter_ask_rating"]
    await stranger.press('/rate_service{"choice": "1"}')
    assert [each.score for each in company.ratings] == [1]


async def test_who_is_not_content_hears_of_12398_though_the_company_is_down(
    stranger: Conversation, company: FakeCompany
) -> None:
    company.down = True
    assert names(await stranger.say("很不满意", "rate_service")) == ["utter_rated_low", "utter_supervision"]


async def test_a_service_in_the_middle_of_another_forgets_nothing(vouched: Conversation) -> None:
    await vouched.say("开发票，抬头开公司的", "request_invoice", month="2026-10")
    assert vouched.slots["title_kind"] == "企业"
    await vouched.say("示例商贸公司", "inform")
    told = names(await vouched.say("停电给我发短信", "subscribe_outage_notice"))
    assert told == ["utter_begin_subscribe_outage_notice", "utter_ask_bound_phone"]
    await vouched.say(PHONE, phone=PHONE)
    told = names(await vouched.say("对", "affirm"))
    assert told == ["utter_done_subscribe_outage_notice", "utter_resume", "utter_ask_tax_no"]
    assert vouched.slots["firm_title"] == "示例商贸公司"
