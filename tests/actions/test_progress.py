"""Where an order stands is told with its clock and what comes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.ports.orders import Step
from tests.actions.conversation import NOW, Conversation, names
from tests.ports.fake import FakeCompany, Filed

BEGUN = datetime.fromisoformat(NOW)


async def filed(company: FakeCompany, stranger: Conversation) -> Filed:
    """The order of a fault reported in this conversation."""
    place = "临河区金川小区5号楼"
    for text, entities in (("没电了", {"scope": "household"}), (place, {"address": place})):
        await stranger.say(text, "report_outage" if "scope" in entities else "inform", **entities)
    await stranger.say("有电", "affirm")
    await stranger.say("没跳", "deny")
    await stranger.say("13800000001", phone="13800000001")
    await stranger.say("姓王", person_name="王大姐")
    await stranger.say("对", "affirm")
    (order,) = company.filed.values()
    return order


@pytest.mark.parametrize(
    ("minutes_ago", "clock", "words"),
    [
        (5, "fault_arrival_urban", "utter_order_next"),
        (35, "fault_arrival_urban", "utter_clock_warning"),
    ],
)
async def test_the_running_clock_and_what_comes_next(
    company: FakeCompany, stranger: Conversation, minutes_ago: int, clock: str, words: str
) -> None:
    order = await filed(company, stranger)
    begun = BEGUN - timedelta(minutes=minutes_ago)
    order.order = replace(
        order.order, commitment=clock, steps=(Step("accepted", begun),), next_step="dispatched",
        due_at=begun + timedelta(minutes=45),
    )  # fmt: skip
    replies = await stranger.say("修到哪了", "query_progress")
    assert names(replies) == ["utter_order_progress", "utter_clock_arrival", words]


async def test_a_clock_that_waits_for_papers_is_told_as_such(
    company: FakeCompany, stranger: Conversation
) -> None:
    order = await filed(company, stranger)
    order.order = replace(
        order.order, commitment="ev_charger", due_at=None, steps=(Step("waiting_documents", BEGUN),),
        state="waiting_documents", next_step="accepted",
    )  # fmt: skip
    replies = await stranger.say("办到哪了", "query_progress")
    assert names(replies) == ["utter_order_progress", "utter_clock_paused"]
