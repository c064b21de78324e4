"""The company does not answer: nothing is lost, and the truth is told. Last of this folder, for the breakers of the
action server stay open for a while afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scripts.supervisor import Process
from tests.dialogue.talking import Customer, hold, told_as
from tests.dialogue.test_conversations import conversations
from tests.e2e.running import RunningSystem

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def alone(system: RunningSystem) -> Iterator[RunningSystem]:
    """The system without its company."""
    system.run(system.system["backend"].stop())
    yield system
    again = system.system.processes["backend"] = Process("backend", system.layout, tell=False)
    system.run(again.start())
    system.run(again.ready())


@pytest.mark.parametrize("conversation", conversations(down=True))
def test_conversation(conversation: dict[str, Any], alone: RunningSystem) -> None:
    hold(conversation, alone)


def test_a_question_offers_a_person(alone: RunningSystem) -> None:
    with Customer(alone, "L2", ("0100000000017",)) as customer:
        answer = customer.say("我家电费还剩多少")
    assert [told_as(r) for r in answer["replies"]] == ["utter_unavailable"]
    assert answer["replies"][0]["buttons"][0]["payload"].startswith("/request_human")


def test_a_report_keeps_what_was_told(alone: RunningSystem) -> None:
    with Customer(alone) as customer:
        customer.say("阳光小区整栋楼没电了")
        customer.say("13800000020")
        customer.say("王大姐")
        answer = customer.press("对，提交")
    assert [told_as(r) for r in answer["replies"]] == ["utter_deferred", "deferred"]
    assert answer["replies"][-1]["custom"]["body"]["phone"] == "13800000020"
