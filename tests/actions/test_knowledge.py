"""Questions answered from the knowledge base, in and out of forms."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from actions._wiring import parts
from actions.information import PICTURES
from tests.actions.conversation import Conversation, names
from tests.ports.fake import FakeCompany

ROOT = Path(__file__).parents[2]


async def test_a_question_of_policy_is_answered_with_its_source(stranger: Conversation) -> None:
    (reply,) = await stranger.say("家里漏保老跳是咋回事", "ask_electric_safety")
    entry = parts().knowledge.find("家里漏保老跳是咋回事", ("ask_electric_safety",))[0]
    assert reply.text == f"{entry.text}\n依据：{entry.source.split('；')[0]}"


async def test_a_voice_caller_hears_the_spoken_form_without_a_source(stranger: Conversation) -> None:
    stranger.metadata["channel"] = "voice"
    (reply,) = await stranger.say("家里漏保老跳是咋回事", "ask_electric_safety")
    assert reply.name == "utter_knowledge_spoken" and "依据" not in reply.text


async def test_a_second_answer_nearly_as_good_is_offered_and_given(stranger: Conversation) -> None:
    (reply,) = await stranger.say("冬天屋里怎么用电最省钱呢", "ask_energy_saving")
    first, second = parts().knowledge.find("冬天屋里怎么用电最省钱呢", ("ask_energy_saving",))[:2]
    assert [b["title"] for b in reply.buttons] == [second.title]
    (other,) = await stranger.press(reply.buttons[0]["payload"])
    assert other.text.startswith(second.text) and first.text not in other.text


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("居民欠了430元，晚交20天，违约金多少钱", "8.60元"),
        ("晚交几天违约金多少钱", "欠的电费×每天的比例×逾期天数"),
    ],
)
async def test_a_question_that_tells_the_case_is_answered_for_it(
    stranger: Conversation, asked: str, part: str
) -> None:
    (reply,) = await stranger.say(asked, "ask_tariff_policy")
    assert part in reply.text


async def test_what_is_not_in_the_base_is_admitted_and_a_person_offered(stranger: Conversation) -> None:
    (reply,) = await stranger.say("你们总经理一年能挣多少钱呀", "ask_tariff_policy")
    assert reply.name == "utter_knowledge_none"
    assert reply.buttons[0]["payload"].startswith("/request_human")


async def test_the_name_of_a_topic_gets_its_overview(stranger: Conversation) -> None:
    (reply,) = await stranger.say("介绍一下电价", "ask_tariff_policy")
    assert reply.name == "utter_answer_ask_tariff_policy"


async def test_a_wish_not_carried_out_in_chat_takes_only_an_entry_that_serves_it(
    stranger: Conversation,
) -> None:
    (served,) = await stranger.say("微信交费怎么弄", "query_payment_channels")
    assert served.name == "utter_knowledge" and served.buttons[-1]["payload"] == "/request_human"
    (other,) = await stranger.say("家里漏保老跳", "query_payment_channels")
    assert other.name == "utter_query_payment_channels"


async def test_who_asks_how_a_service_is_done_hears_it_and_is_asked_whether_to_begin(
    stranger: Conversation,
) -> None:
    told, asked = await stranger.say("专票怎么开", "request_invoice")
    assert (told.name, asked.name) == ("utter_knowledge", "utter_ask_invoice_wanted")
    assert stranger.form == "invoice_form"


@pytest.mark.parametrize("intent", ["nlu_fallback", "out_of_scope"])
async def test_a_question_that_is_clearly_known_is_answered_though_not_recognised(
    intent: str, stranger: Conversation
) -> None:
    (reply,) = await stranger.say("家里漏保老跳", intent, ranking=("query_bill", "query_tier"))
    assert reply.name == "utter_knowledge"


async def test_a_question_inside_a_form_is_answered_and_the_form_asks_on(stranger: Conversation) -> None:
    await stranger.say("我家停电了", "report_outage")
    replies = await stranger.say("家里漏保老跳咋回事", "nlu_fallback")
    assert names(replies) == ["utter_knowledge", "utter_ask_fault_form_address"]
    assert stranger.slots["misses"] is None


@pytest.mark.parametrize(("channel", "shown"), [("web", 3), ("wechat", 0), ("voice", 0)])
async def test_steps_are_shown_in_pictures_where_they_can_be_seen(
    company: FakeCompany, channel: str, shown: int
) -> None:
    replies = await Conversation(company, channel=channel).say("咋报修，手机上点哪", "ask_operation_help")
    pictures = [f"utter_picture_report_{number}" for number in range(1, shown + 1)]
    assert names(replies) == ["utter_steps_report", *pictures, "utter_steps_offer"]


def test_every_picture_of_the_help_is_there() -> None:
    responses = yaml.safe_load((ROOT / "data/dialogue/ask_operation_help.yml").read_text(encoding="utf-8"))[
        "responses"
    ]
    shown = {variant["image"] for each in responses.values() for variant in each if "image" in variant}
    public = ROOT / "web" / "widget" / "public"
    assert shown == {f"/widget/help/{file.name}" for file in (public / "help").glob("*.jpg")}
    named = {
        f"utter_picture_{name}_{number}" for name, most in PICTURES.items() for number in range(1, most + 1)
    }
    assert named == {name for name in responses if name.startswith("utter_picture_")}
