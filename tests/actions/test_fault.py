from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.ports.directory import Notice
from bot.ports.outages import Place
from tests.actions.conftest import ACCOUNT
from tests.actions.conversation import Conversation, names
from tests.ports.fake import CHINA, FakeCompany, household, outage

PLACE = "临河区金川小区5号楼"

DAY = timedelta(days=1)


async def until_summary(talk: Conversation) -> list[str]:
    await talk.say("我家没电了", "report_outage", scope="household")
    await talk.say(PLACE, address=PLACE)
    await talk.say("有电", "affirm")
    await talk.say("没跳", "deny")
    await talk.say("13800000001", phone="13800000001")
    return names(await talk.say("姓王", person_name="王大姐"))


async def test_a_report_becomes_an_order_with_a_clock(stranger: Conversation, company: FakeCompany) -> None:
    assert await until_summary(stranger) == ["utter_ask_confirm"]
    assert company.faults == []
    replies = await stranger.say("对", "affirm")
    assert names(replies) == ["utter_fault_reported", "utter_clock_arrival"]
    (report,) = company.faults
    assert (report.phenomenon, report.phone, report.neighbours_lit) == ("household", "13800000001", True)
    assert next(iter(company.filed)) in replies[0].text
    assert stranger.form is None


async def test_several_values_in_the_first_sentence_are_not_asked_again(stranger: Conversation) -> None:
    replies = await stranger.say(
        "金川小区5号楼整栋楼没电，电话13800000001", "report_outage", address=PLACE, scope="building",
        phone="13800000001",
    )  # fmt: skip
    told = ["utter_first_advice_report_outage", "utter_precheck_neighbours_out", "utter_ask_contact_name"]
    assert names(replies) == told


async def test_a_part_of_the_address_is_corrected_at_any_time(
    stranger: Conversation, company: FakeCompany
) -> None:
    await until_summary(stranger)
    replies = await stranger.say("不对，是7号楼", "correct", address="7号楼")
    assert names(replies) == ["utter_ask_confirm"]
    assert "7号楼" in replies[0].text and "5号楼" not in replies[0].text
    await stranger.say("对", "affirm")
    assert "7号楼" in (company.faults[0].address or "")


async def test_a_plain_no_to_the_summary_asks_what_is_wrong(stranger: Conversation) -> None:
    await until_summary(stranger)
    assert names(await stranger.say("不对", "deny")) == ["utter_ask_correction"]
    replies = await stranger.say("电话是13800000002", phone="13800000002")
    assert names(replies) == ["utter_ask_confirm"]
    assert "13800000002" in replies[0].text


async def test_a_bill_question_in_between_is_answered_and_the_report_goes_on(holder: Conversation) -> None:
    await holder.say("我家没电了", "report_outage", scope="household")
    replies = await holder.say("对了我电费还剩多少", "query_balance")
    assert names(replies) == [
        "utter_query_balance", "utter_query_balance_note", "utter_resume", "utter_ask_neighbours_lit",
    ]  # fmt: skip


async def test_a_digression_with_questions_of_its_own_comes_back_too(stranger: Conversation) -> None:
    await stranger.say("我家没电了", "report_outage", scope="household")
    await stranger.say("电费还剩多少", "query_balance")
    await stranger.say(ACCOUNT, account_no=ACCOUNT)
    replies = await stranger.say("王秀英", person_name="王秀英")
    assert names(replies)[-2:] == ["utter_resume", "utter_ask_fault_form_address"]
    assert stranger.slots["scope"] == "household"


async def test_a_short_report_is_cancelled_at_once_and_a_long_one_after_a_question(
    stranger: Conversation, company: FakeCompany
) -> None:
    await stranger.say("我家没电了", "report_outage")
    assert names(await stranger.say("算了", "cancel")) == ["utter_cancelled"]
    await until_summary(stranger)
    assert names(await stranger.say("算了不报了", "cancel")) == ["utter_ask_quit"]
    assert names(await stranger.say("接着办", "deny")) == ["utter_ask_confirm"]
    await stranger.say("算了不报了", "cancel")
    assert names(await stranger.say("对，不办了", "affirm")) == ["utter_cancelled"]
    assert company.faults == []


async def test_a_phone_number_that_is_none_is_said_and_asked_again(stranger: Conversation) -> None:
    await stranger.say("整栋楼没电", "report_outage", scope="building", address=PLACE)
    replies = await stranger.say("138", phone="138")
    assert names(replies) == ["utter_invalid_phone", "utter_ask_phone"]
    replies = await stranger.say("1380", phone="1380")
    assert names(replies) == ["utter_offer_person", "utter_ask_phone"]


async def test_a_known_outage_is_told_before_anything_is_asked(company: FakeCompany) -> None:
    company.known_outages.append(outage())
    talk = Conversation(company, level="L1", accounts=[ACCOUNT])
    replies = await talk.say("我家没电了", "report_outage")
    assert names(replies) == [
        "utter_first_advice_report_outage", "utter_outage_active", "utter_outage_eta", "utter_ask_still_report",
    ]  # fmt: skip
    assert names(await talk.say("那不用了", "deny")) == ["utter_fault_not_reported"]
    assert company.faults == []


async def test_a_suspected_outage_is_told_as_one_and_the_report_goes_on(company: FakeCompany) -> None:
    company.known_outages.append(outage(certainty="suspected", eta=None, crew=None))
    talk = Conversation(company, level="L1", accounts=[ACCOUNT])
    replies = await talk.say("我家没电了", "report_outage")
    assert names(replies)[:2] == ["utter_first_advice_report_outage", "utter_outage_suspected"]
    assert "utter_ask_still_report" not in names(replies)
    replies = await talk.say("邻居家也没电", "inform")
    assert "utter_outage_suspected" not in names(replies), "once is enough"


async def test_a_report_under_a_known_outage_joins_it(stranger: Conversation, company: FakeCompany) -> None:
    company.known_outages.append(outage(eta=None, next_update_at=None))
    await stranger.say("整个小区没电", "report_outage", scope="community")
    replies = await stranger.say(PLACE, address=PLACE)
    assert names(replies) == ["utter_outage_active", "utter_outage_no_eta_yet", "utter_ask_still_report"]
    await stranger.say("还要登记", "affirm")
    await stranger.say("13800000001", phone="13800000001")
    await stranger.say("不想说", "deny")
    replies = await stranger.say("对", "affirm")
    assert names(replies)[0] == "utter_fault_attached"


async def test_a_cut_for_arrears_leads_to_paying_and_not_to_a_crew() -> None:
    company = FakeCompany(household(ACCOUNT, cut_off=True))
    talk = Conversation(company, level="L1", accounts=[ACCOUNT])
    replies = await talk.say("我家没电了", "report_outage")
    assert "utter_precheck_arrears" in names(replies)


async def test_dark_neighbours_make_it_an_outage_of_the_area(
    stranger: Conversation, company: FakeCompany
) -> None:
    await stranger.say("我家没电了", "report_outage", scope="household")
    await stranger.say("临河区某地一社", address="临河区某地一社")
    assert "utter_precheck_neighbours_out" in names(await stranger.say("也没有", "deny"))
    await stranger.say("13800000001", phone="13800000001")
    await stranger.say("王大姐", person_name="王大姐")
    await stranger.say("对", "affirm")
    assert company.faults[0].phenomenon == "area"


async def test_the_kind_of_fault_may_change_on_the_way(stranger: Conversation, company: FakeCompany) -> None:
    await stranger.say("我家没电了", "report_outage")
    replies = await stranger.say("不是没电，是灯忽明忽暗", "report_voltage_problem")
    assert "utter_first_advice_report_voltage_problem" in names(replies)
    assert stranger.slots["fault_kind"] == "report_voltage_problem"


async def test_a_report_is_kept_when_the_company_does_not_answer(
    stranger: Conversation, company: FakeCompany
) -> None:
    await until_summary(stranger)
    company.down = True
    replies = await stranger.say("对", "affirm")
    assert names(replies) == ["utter_deferred"]
    effect = replies[-1].custom
    assert (effect["type"], effect["operation"]) == ("deferred", "report_fault")
    assert effect["body"]["phone"] == "13800000001"
    assert effect["key"]


async def test_the_checks_never_hold_a_report_up(stranger: Conversation, company: FakeCompany) -> None:
    company.down = True
    assert await until_summary(stranger) == ["utter_ask_confirm"]


async def test_danger_told_by_the_gateway_asks_only_place_and_phone(
    stranger: Conversation, company: FakeCompany
) -> None:
    receipt = await open_danger_order(company)
    danger = {"danger": {"hazards": ["line_down"], "order_no": receipt}}
    replies = await stranger.say("电线掉下来了", "report_danger", metadata=danger)
    assert names(replies) == ["utter_ask_danger_form_address"]
    assert names(await stranger.say(PLACE, address=PLACE)) == ["utter_ask_danger_form_phone"]
    assert names(await stranger.say("13800000001", phone="13800000001")) == ["utter_danger_recorded"]
    assert company.amendments == [(receipt, {"address": PLACE}), (receipt, {"phone": "13800000001"})]


async def open_danger_order(company: FakeCompany) -> str:
    from bot.ports.orders import FaultReport
    from tests.ports.fake import subject

    report = FaultReport("danger", "电线掉下来了", address="临河区", hazard="line_down", urgent=True)
    return (await company.report_fault(subject(), report, "danger:1")).order.order_no


async def test_danger_seen_first_by_the_bot_says_the_script_and_opens_the_order(
    stranger: Conversation, company: FakeCompany
) -> None:
    replies = await stranger.say("表箱冒火了", "report_danger", hazard="fire")
    assert "119" in replies[0].text
    assert any(r.custom.get("reason") == "hazard" for r in replies)
    replies = await stranger.say(PLACE, address=PLACE)
    assert names(replies) == ["utter_danger_ordered", "utter_ask_danger_form_phone"]
    assert company.faults[0].hazard == "fire"


async def test_danger_drops_what_was_going_on(stranger: Conversation) -> None:
    await stranger.say("还剩多少钱", "query_balance")
    await stranger.say("变压器冒烟了", "report_danger", hazard="smoke")
    await stranger.say(PLACE, address=PLACE)
    replies = await stranger.say("13800000001", phone="13800000001")
    assert names(replies) == ["utter_danger_recorded"]
    assert stranger.slots["agenda"] is None


async def test_a_place_several_counties_have_is_chosen_from(company: FakeCompany) -> None:
    company.places = [Place("临河区", "先锋", ("T1",)), Place("乌拉特前旗", "先锋", ("T2",))]
    company.known_outages.append(outage(area="先锋", county="乌拉特前旗", transformers=("T2",)))
    talk = Conversation(company)
    replies = await talk.say("先锋停电了吗", "query_outage", address="先锋")
    assert names(replies) == ["utter_which_place"]
    replies = await talk.press(replies[0].buttons[1]["payload"])
    assert names(replies)[0] == "utter_outage_active"


FAMILIAR = (
    Place("临河区", "幸福小区", ("T1",), "解放街道"),
    Place("临河区", "幸福小区", ("T2",), "团结街道"),
    Place("五原县", "幸福小区", ("T3",), "隆兴昌镇"),
)


@pytest.mark.parametrize(
    ("said", "at"), [("团结街道那个", "T2"), ("第三个", "T3"), ("五原的", "T3"), ("头一个", "T1")]
)
async def test_a_place_is_chosen_in_words(company: FakeCompany, said: str, at: str) -> None:
    company.places = list(FAMILIAR)
    company.known_outages.append(outage(area="幸福小区", county="五原县", transformers=("T3",)))
    talk = Conversation(company)
    replies = await talk.say("幸福小区停电了吗", "query_outage", address="幸福小区")
    assert len({b["title"] for b in replies[0].buttons}) == len(FAMILIAR)
    replies = await talk.say(said, "nlu_fallback")
    assert talk.form is None
    assert names(replies) == (
        ["utter_outage_active", "utter_outage_eta"] if at == "T3" else ["utter_outage_none_known"]
    )
    assert talk.slots["address"] == next(p for p in FAMILIAR if p.transformers == (at,)).title


async def test_none_of_the_places_offered_is_another_place(company: FakeCompany) -> None:
    company.places = list(FAMILIAR)
    talk = Conversation(company)
    await talk.say("幸福小区停电了吗", "query_outage", address="幸福小区")
    company.places = [Place("五原县", "和胜乡", ("T9",))]
    replies = await talk.say("都不是，我们在和胜乡", "inform", address="和胜乡")
    assert names(replies) == ["utter_outage_none_known"]
    assert talk.slots["address"] == "和胜乡"


async def test_a_running_outage_is_told_before_the_plan(company: FakeCompany) -> None:
    company.known_outages.append(outage())
    talk = Conversation(company, level="L1", accounts=[ACCOUNT])
    assert "utter_outage_active" in names(await talk.say("这两天停不停电", "query_planned_outage"))


async def test_an_unknown_place_is_asked_for_and_then_a_person_offered(stranger: Conversation) -> None:
    assert names(await stranger.say("几点来电", "query_restoration_time")) == ["utter_ask_place_form_address"]
    replies = await stranger.say("哪儿哪儿", address="哪儿哪儿")
    assert names(replies) == ["utter_place_unknown", "utter_ask_place_form_address"]
    await stranger.say("那儿那儿", address="那儿那儿")
    assert names(await stranger.say("还是那儿", address="还是那儿")) == ["utter_offer_person"]


async def test_a_planned_outage_is_told_for_the_day_asked(company: FakeCompany) -> None:
    talk = Conversation(company, level="L1", accounts=[ACCOUNT])
    from datetime import datetime

    start = datetime.fromisoformat("2026-11-24T08:00:00+08:00")
    company.known_outages.append(
        outage(kind="planned", status="announced", starts_at=start, eta=start + timedelta(hours=4), eta_source="schedule")
    )  # fmt: skip
    replies = await talk.say("明天停电吗", "query_planned_outage", date="2026-11-24")
    assert names(replies) == ["utter_outage_announced", "utter_outage_eta"]
    assert names(await talk.say("后天呢", date="2026-11-25")) == ["utter_planned_outage_none"]


async def test_on_the_telephone_numbers_are_read_digit_by_digit(company: FakeCompany) -> None:
    talk = Conversation(company, channel="voice")
    await talk.say("整栋楼没电", "report_outage", scope="building")
    await talk.say("金川小区5号楼", address="金川小区5号楼")
    await talk.say("13800000001", phone="13800000001")
    (asked,) = await talk.say("王大姐", person_name="王大姐")
    assert "1 3 8 0，0 0 0 0，0 0 1" in asked.text
    replies = await talk.say("对", "affirm")
    (number,) = company.filed
    assert replies[0].name == "utter_fault_reported" and " ".join(number[:4]) in replies[0].text
    (texted,) = [each.custom for each in replies if (each.custom or {}).get("type") == "text_message"]
    assert (texted["phone"], texted["about"]) == ("13800000001", "order")
    assert texted["values"] == {"order_no": number}


async def test_a_notice_about_the_supply_of_the_county_is_told_with_the_plan() -> None:
    now = datetime.now(CHINA)
    notices = (
        Notice("N1", "supply", "临河区", "示例路改造，周末分片停电。", now - DAY, now + DAY),
        Notice("N2", "supply", None, "大风天远离电线。", now - DAY, now + DAY),
        Notice("N3", "hall", "临河区", "营业厅搬迁。", now - DAY, now + DAY),
    )
    talk = Conversation(FakeCompany(household(ACCOUNT), notices=notices), level="L1", accounts=[ACCOUNT])
    replies = await talk.say("明天停电吗", "query_planned_outage")
    assert names(replies) == ["utter_planned_outage_notice", "utter_planned_outage_none"]
    assert "示例路改造" in replies[0].text


async def test_crops_that_dry_up_are_urgent(stranger: Conversation) -> None:
    await stranger.say("井上没电了，苗子快旱死了", "report_partial_outage")
    await stranger.say("金川小区", address="金川小区")
    await stranger.say("13800000001", phone="13800000001")
    await stranger.say("老赵", person_name="老赵")
    await stranger.say("对", "affirm")
    assert stranger.company.faults[0].urgent


@pytest.mark.parametrize(
    ("now", "told", "urgent"),
    [("2026-05-02T09:00:00+08:00", ["utter_season"], True), ("2026-12-20T09:00:00+08:00", [], False),
     ("2026-04-15T00:00:00+08:00", ["utter_season"], True), ("2026-09-14T23:00:00+08:00", [], False)],
)  # fmt: skip
async def test_in_the_irrigation_season_a_well_without_power_is_marked_and_comes_first(
    company: FakeCompany, now: str, told: list[str], urgent: bool
) -> None:
    talk = Conversation(company, now=now)
    replies = await talk.say("井上停电了，水泵转不动", "report_outage")
    assert [name for name in names(replies) if name == "utter_season"] == told
    await talk.say("狼山镇民主村3组2号机井", address="临河区狼山镇民主村3组2号机井")
    await talk.say("邻居也没电", "deny")
    await talk.say("13800000001", phone="13800000001")
    await talk.say("王大爷", person_name="王大爷")
    await talk.say("对", "affirm")
    (report,) = company.faults
    assert report.urgent is urgent and ("（春灌）" in report.description) is urgent


async def test_a_house_without_power_is_no_matter_of_the_season(company: FakeCompany) -> None:
    talk = Conversation(company, now="2026-05-02T09:00:00+08:00")
    assert "utter_season" not in names(await talk.say("家里停电了", "report_outage"))
