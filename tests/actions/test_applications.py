from __future__ import annotations

import pytest

from actions.applications import BUSINESSES, OFFERED, SUPPLIES, VISIT, business_of
from bot.core.answers import at_hand
from bot.region import region
from tests.actions.conftest import ACCOUNT
from tests.actions.conversation import Conversation, names
from tests.ports.fake import FakeCompany

EV = region.load("bayannur").documents["apply_ev_charger"]


async def apply_ev(talk: Conversation, papers: str, intent: str) -> list[str]:
    await talk.say("想装个7千瓦的桩", "apply_ev_charger", power="7千瓦")
    await talk.say("现在登记", "affirm")
    await talk.say("金川小区5号楼", address="临河区金川小区5号楼")
    await talk.say("自家的车位", "inform")
    await talk.say(papers, intent)
    await talk.say("13800000001", phone="13800000001")
    return names(await talk.say("王大姐", person_name="王大姐"))


async def test_documents_are_told_at_once_and_completely(stranger: Conversation) -> None:
    replies = await stranger.say("装充电桩要甚手续", "apply_ev_charger")
    assert names(replies) == [
        "utter_application_documents", "utter_application_clock_usual", "utter_ask_wanted",
    ]  # fmt: skip
    assert all(paper in replies[0].text for paper in EV.documents)
    assert [i["name"] for i in replies[1].custom["data"]["items"]] == list(EV.documents)


async def test_an_application_gets_a_number_and_ends_with_a_visit(
    stranger: Conversation, company: FakeCompany
) -> None:
    assert await apply_ev(stranger, "都有", "affirm") == ["utter_ask_confirm"]
    replies = await stranger.say("对", "affirm")
    assert names(replies) == ["utter_applied", "utter_clock_finish", "utter_application_finish_visit"]
    (draft,) = company.applications
    assert draft.details == {"power": "7千瓦", "parking": "自家固定车位"}
    assert draft.documents == EV.documents


@pytest.mark.parametrize(("channel", "texted"), [("voice", ["application"]), ("web", [])])
async def test_a_caller_gets_the_documents_as_a_text_message(
    company: FakeCompany, channel: str, texted: list[str]
) -> None:
    talk = Conversation(company, channel=channel)
    await apply_ev(talk, "都有", "affirm")
    effects = [each.custom for each in await talk.say("对", "affirm") if each.custom]
    messages = [each for each in effects if each["type"] == "text_message"]
    assert [each["about"] for each in messages] == texted
    assert all(paper in each["values"]["documents"] for paper in EV.documents for each in messages)


async def test_missing_documents_are_named(stranger: Conversation, company: FakeCompany) -> None:
    company.documents["apply_ev_charger"] = EV.documents
    await apply_ev(stranger, "只有身份证", "inform")
    replies = await stranger.say("对", "affirm")
    assert names(replies)[1] == "utter_application_missing"
    assert "固定车位证明" in replies[1].text and "身份证" not in replies[1].text


async def test_who_only_wanted_to_know_is_not_kept(stranger: Conversation, company: FakeCompany) -> None:
    await stranger.say("过户要甚手续", "apply_account_transfer")
    assert names(await stranger.say("先不办", "deny")) == ["utter_application_not_now"]
    assert stranger.form is None
    assert company.applications == []


async def test_another_business_takes_over(stranger: Conversation) -> None:
    await stranger.say("过户要甚手续", "apply_account_transfer")
    replies = await stranger.say("说错了，我要办光伏", "apply_pv")
    assert names(replies)[0] == "utter_application_documents"
    assert "光伏" in replies[0].text
    assert stranger.slots["application_kind"] == "apply_pv"


async def test_an_application_is_kept_when_the_company_does_not_answer(
    stranger: Conversation, company: FakeCompany
) -> None:
    await apply_ev(stranger, "都没有", "deny")
    company.down = True
    replies = await stranger.say("对", "affirm")
    assert replies[-1].custom["operation"] == "apply"


@pytest.mark.parametrize(
    ("words", "kind", "asked", "paper"),
    [("家里新房子想通电", "居民", ["address", "power"], "用电人身份证"),
     ("想开个饭馆，给店里装电", "低压非居民", ["address", "devices", "power"], "营业执照或身份证"),
     ("厂里要双电源，上高压", "高压", ["address", "power", "voltage", "sources"], "项目批复或备案文件")],
)  # fmt: skip
async def test_a_new_supply_is_asked_for_by_whom_it_is_for(
    words: str, kind: str, asked: list[str], paper: str, company: FakeCompany
) -> None:
    talk = Conversation(company)
    replies = await talk.say(words, "apply_new_connection")
    assert paper in replies[0].text
    await talk.say("现在登记", "affirm")
    said = {"address": {"address": "金川小区5号楼"}, "power": {"power": "100千瓦"}}
    for slot in asked:
        assert talk.slots["requested_slot"] == slot
        await talk.say("两路10千伏，冷柜烤箱", "inform", **said.get(slot, {}))
    assert talk.slots["requested_slot"] == "documents"
    await talk.say("都有", "affirm")
    await talk.say("13800000001", phone="13800000001")
    await talk.say("王大姐", person_name="王大姐")
    await talk.say("对", "affirm")
    (draft,) = company.applications
    assert draft.business == business_of({"supply_kind": kind})
    assert set(asked) - {"address"} == draft.details.keys()


async def test_who_corrects_whom_it_is_for_hears_the_other_papers(stranger: Conversation) -> None:
    await stranger.say("想新装一块电表", "apply_new_connection")
    await stranger.say("现在登记", "affirm")
    replies = await stranger.say("不是家里用，是开店用的", "correct")
    assert (
        "营业执照或身份证" in replies[0].text and names(replies)[-1] == "utter_ask_application_form_address"
    )


@pytest.mark.parametrize("business", sorted(BUSINESSES))
async def test_every_business_can_be_applied_for(
    business: str, holder: Conversation, company: FakeCompany
) -> None:
    said = {
        "power": {"power": "7千瓦"}, "address": {"address": "金川小区5号楼"}, "period": {"duration": "三个月"},
        "new_holder": {"person_name": "李铁柱"}, "people_count": {"people_count": "5"}, "pv_mode": {"choice": "全部上网"},
        "new_place": {"address": "院墙外"}, "money": {"money": "50"}, "phone": {"phone": "13800000001"},
        "contact_name": {"person_name": "王大姐"}, "account_no": {"account_no": ACCOUNT},
        "other_account": {"account_no": "0100000000999"}, "outage_time": {"date": "昨天"},
    }  # fmt: skip
    words = {"tax_no": "91150000MA0000001X", "payment_ref": "流水号20261101", "outage_time": "昨天"}
    await holder.say("想办这个业务", business)
    if business in OFFERED:
        await holder.say("上门" if business == VISIT else "登记", VISIT if business == VISIT else "affirm")
    for _ in range(12):
        asked = holder.slots.get("requested_slot")
        if asked in ("wanted", "documents", "confirm"):
            await holder.say("好", "affirm")
        elif asked:
            await holder.say(words.get(asked, "就是做点小生意"), "inform", **said.get(asked, {}))
    (draft,) = company.applications
    assert draft.business == business
    assert set(draft.details) == set(region.load("bayannur").documents[business].ask) - {
        "account_no",
        "address",
    }


def test_the_registry_and_the_region_name_the_same_businesses() -> None:
    # These are ordered by actions of their own, without the form.
    assert set(region.load("bayannur").documents) == {
        *BUSINESSES, *SUPPLIES.values(), "request_reconnection", "query_prepaid", "ask_privacy",
    }  # fmt: skip


def test_documents_at_hand_are_those_named() -> None:
    assert at_hand("身份证和物业同意的都有了", EV.documents) == ("车主身份证", "物业同意安装证明")
    assert at_hand("就差物业证明", EV.documents) == ("车主身份证", "固定车位证明", "购车证明")
