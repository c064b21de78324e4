from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.ports.billing import Payment
from tests.actions.conftest import ACCOUNT
from tests.actions.conversation import Conversation, names
from tests.ports.fake import CHINA, FakeCompany, household


async def test_a_known_holder_hears_the_balance_and_what_it_means_at_once(holder: Conversation) -> None:
    replies = await holder.say("还剩多少钱", "query_balance")
    assert names(replies) == ["utter_query_balance", "utter_query_balance_note"]
    assert "52.30" in replies[0].text


async def test_a_bill_is_told_with_its_tiers_and_the_card_of_twelve_months(holder: Conversation) -> None:
    replies = await holder.say("上个月账单", "query_bill", month="2026-10")
    assert names(replies) == ["utter_query_bill", "utter_query_bill_tiers"]
    assert "118.12" in replies[0].text
    card = replies[-1].custom
    assert card["card"] == "bill_history"
    assert len(card["data"]["months"]) == 12
    assert card["data"]["months"][-1] == {"month": "2026-10", "kwh": "268", "yuan": "118.12"}
    assert ACCOUNT not in str(card)


async def test_another_month_is_answered_without_repeating_the_wish(holder: Conversation) -> None:
    await holder.say("上个月账单", "query_bill", month="2026-10")
    replies = await holder.say("那九月呢", "inform", month="2026-09")
    assert "80.78" in replies[0].text


async def test_a_month_without_a_bill_is_said_so(holder: Conversation) -> None:
    assert names(await holder.say("明年一月", "query_bill", month="2031-01")) == [
        "utter_query_bill_no_such_month"
    ]


async def test_a_corrected_month_is_answered_again(holder: Conversation) -> None:
    await holder.say("上个月账单", "query_bill", month="2026-10")
    replies = await holder.say("不是上个月，是九月份", "correct", month=["2026-10", "2026-09"])
    assert "80.78" in replies[0].text


async def test_arrears_are_told_with_the_earliest_cut(company: FakeCompany, holder: Conversation) -> None:
    home = company.households[ACCOUNT]
    home.arrears_months, home.penalty = ("2026-10",), Decimal("1.00")
    home.cut_after = date(2026, 12, 30)
    replies = await holder.say("我欠费了吗", "query_arrears")
    assert names(replies) == ["utter_query_arrears", "utter_query_arrears_cut_after"]
    assert "119.12" in replies[0].text


def paid(day: date, amount: str, channel: str = "微信") -> Payment:
    return Payment(
        datetime(day.year, day.month, day.day, 9, tzinfo=CHINA), Decimal(amount), channel, "2026-09"
    )


async def test_payments_are_told_with_day_channel_and_amount(
    company: FakeCompany, holder: Conversation
) -> None:
    company.households[ACCOUNT].payments = [
        paid(date(2026, 11, 20) - timedelta(days=n), f"8{n}.10") for n in range(5)
    ]
    replies = await holder.say("我交的电费到账了吗", "query_payment_record")
    assert names(replies) == ["utter_query_payment_record"]
    assert "微信80.10" in replies[0].text
    assert "84.10" not in replies[0].text


async def test_an_amount_that_was_not_booked_is_said_so_and_a_check_offered(
    company: FakeCompany, holder: Conversation
) -> None:
    company.households[ACCOUNT].payments = [paid(date(2026, 11, 20), "80.00")]
    assert names(await holder.say("交的80", "query_payment_record", money="80")) == [
        "utter_query_payment_record"
    ]
    replies = await holder.say("交的100", "query_payment_record", money="100")
    assert names(replies) == ["utter_query_payment_record_none"]
    assert replies[0].buttons[0]["payload"] == "/report_wrong_payment"


async def test_no_arrears_is_told_plainly(holder: Conversation) -> None:
    assert names(await holder.say("欠费了吗", "query_arrears")) == ["utter_query_arrears_none"]


async def test_days_without_a_good_reading_are_told_and_not_counted(
    company: FakeCompany, holder: Conversation
) -> None:
    day = date(2026, 11, 20)
    company.households[ACCOUNT].usage = {day: Decimal("8.5"), day + timedelta(1): None}
    replies = await holder.say("这几天用了多少度", "query_usage")
    assert names(replies) == ["utter_query_usage", "utter_query_usage_gaps"]
    assert "8.5" in replies[0].text


async def test_the_tier_says_what_is_left_and_whose_price_it_is(holder: Conversation) -> None:
    replies = await holder.say("第几档了", "query_tier")
    assert names(replies) == ["utter_query_tier", "utter_query_tier_more", "utter_tariff_unverified"]
    assert "49.5" in replies[0].text
    assert "44.03" in replies[1].text


async def test_the_explanation_adds_up_and_offers_a_meter_test(holder: Conversation) -> None:
    replies = await holder.say("为啥贵了", "explain_bill")
    assert names(replies)[0] == "utter_explain_bill"
    assert "37.34" in replies[0].text  # 192 → 268 kWh: 118.12 − 80.78
    assert replies[-1].buttons[0]["payload"] == "/request_meter_test"


async def test_several_accounts_are_chosen_by_masked_address() -> None:
    two = FakeCompany(household(ACCOUNT), household("0100000000456", address="五原县隆兴昌镇一社"))
    talk = Conversation(two, level="L2", accounts=[ACCOUNT, "0100000000456"])
    replies = await talk.say("还剩多少钱", "query_balance")
    assert names(replies) == ["utter_choose_account"]
    assert "隆兴昌镇一社" not in str(replies)
    replies = await talk.press(replies[0].buttons[1]["payload"])
    assert names(replies)[0] == "utter_query_balance"
    assert talk.slots["account_no"] == "0100000000456"


async def test_a_company_that_is_down_is_admitted_and_a_person_offered(
    company: FakeCompany, holder: Conversation
) -> None:
    company.down = True
    replies = await holder.say("还剩多少钱", "query_balance")
    assert names(replies) == ["utter_unavailable"]
    assert replies[0].buttons[0]["payload"].startswith("/request_human")


async def test_what_is_not_visible_is_not_told_apart(company: FakeCompany) -> None:
    talk = Conversation(company, level="L2", accounts=["0199999999999"])
    assert names(await talk.say("还剩多少钱", "query_balance")) == ["utter_not_found"]


async def test_two_months_that_are_named_are_compared(holder: Conversation) -> None:
    replies = await holder.say("十月比七月多多少", "explain_bill", month=["2026-07", "2026-10"])
    assert "2026年7月" in replies[0].text or "7月" in replies[0].text
    assert "118.12" in replies[0].text


async def test_an_explained_bill_tells_version_and_source_of_its_prices(holder: Conversation) -> None:
    replies = await holder.say("怎么这么贵", "explain_bill", month="2026-10")
    (told,) = (r.text for r in replies if r.name == "utter_tariff_unverified")
    assert "test" in told and "made up for tests" in told


async def test_a_bill_tells_the_readings_it_comes_from(holder: Conversation) -> None:
    replies = await holder.say("上个月账单", "query_bill", month="2026-10")
    bill = holder.company.households[ACCOUNT].bills[-1]
    assert f"表从{bill.opening_reading:f}走到{bill.closing_reading:f}" in replies[0].text


@pytest.mark.parametrize(
    ("said", "intent", "entity", "reply", "words"),
    [
        ("2月30日走了几个字", "query_usage", {"date": "2026-02-30"}, "utter_no_such_day", "2月没有30号"),
        ("32号用电多少", "query_usage", {"date": "2026-11-32"}, "utter_no_such_day", "11月没有32号"),
        ("13月电费", "query_bill", {"month": "2025-13"}, "utter_no_such_month", "没有13月"),
        ("0月用了多少", "query_usage", {"month": "2026-00"}, "utter_no_such_month", "没有0月"),
        ("13月1号交的", "query_payment_record", {"date": "2025-13-01"}, "utter_no_such_month", "没有13月"),
        ("2月30号停不停", "query_planned_outage", {"date": "2026-02-30"}, "utter_no_such_day", "2月没有30号"),
        ("13月比12月怎么多了", "explain_bill", {"month": "2025-13"}, "utter_no_such_month", "没有13月"),
    ],
)
async def test_a_day_that_no_calendar_has_is_named_and_asked_again(
    holder: Conversation, said: str, intent: str, entity: dict[str, str], reply: str, words: str
) -> None:
    replies = await holder.say(said, intent, **entity)
    assert names(replies) == [reply]
    assert words in replies[0].text


async def test_after_a_month_that_does_not_exist_the_right_one_is_told(holder: Conversation) -> None:
    await holder.say("13月电费", "query_bill", month="2025-13")
    assert "80.78" in (await holder.say("9月", "inform", month="2026-09"))[0].text


@pytest.mark.parametrize("intent", ["query_bill", "query_usage", "query_payment_record", "explain_bill"])
async def test_words_of_a_time_that_were_not_read_break_nothing(holder: Conversation, intent: str) -> None:
    replies = await holder.say("那几天的", intent, date="那几天", month="那个月")
    assert "utter_sorry" not in names(replies)


async def test_the_bills_of_several_months_are_told_with_their_sum(holder: Conversation) -> None:
    replies = await holder.say("九月到十月的电费", "query_bill", month="2026-09/2026-10")
    assert names(replies) == ["utter_query_bill_months"]
    assert all(part in replies[0].text for part in ("80.78", "118.12", "198.90"))


async def test_the_use_of_some_days_counts_these_days_alone(holder: Conversation) -> None:
    replies = await holder.say("三号到五号用了多少", "query_usage", date="2026-11-03/2026-11-05")
    assert "11月3日到11月5日" in replies[0].text


@pytest.mark.parametrize(
    ("words", "value", "found"),
    [("八十多", "80", True), ("八十", "80", False), ("八十到九十", "80/90", True), ("九十左右", "90", True),
     ("多少来着", "多少来着", True), ("一百", "100", False)],
)  # fmt: skip
async def test_a_payment_is_found_by_a_rough_amount_or_between_two(
    company: FakeCompany, holder: Conversation, words: str, value: str, found: bool
) -> None:
    company.households[ACCOUNT].payments = [paid(date(2026, 11, 20), "86.10")]
    money = {"entity": "money", "value": value, "start": 4, "end": 4 + len(words)}
    replies = await holder.say(f"前阵子交{words}到了没", "query_payment_record", spans=[money])
    assert (names(replies) == ["utter_query_payment_record"]) is found
