"""The company stops answering in the middle of a conversation: nothing is lost, and the truth is told."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from tests.dialogue.talking import Customer
from tests.dialogue.test_conversations import told_as
from tests.e2e.running import RunningSystem

pytestmark = pytest.mark.model


@pytest.fixture
def frozen(system: RunningSystem) -> Iterator[RunningSystem]:
    """The system with a company that accepts connections and never answers."""
    pid = system.system["backend"].pid
    assert pid
    os.kill(pid, signal.SIGSTOP)
    yield system
    os.kill(pid, signal.SIGCONT)


def test_a_question_is_answered_with_the_truth_and_a_person(frozen: RunningSystem) -> None:
    with Customer(frozen, "L2", ("0100000000017",)) as customer:
        answer = customer.say("我家电费还剩多少")
    assert [told_as(r) for r in answer["replies"]] == ["utter_unavailable"]
    assert answer["replies"][0]["buttons"][0]["payload"].startswith("/request_human")


def test_a_report_is_kept_to_be_submitted_later(frozen: RunningSystem) -> None:
    with Customer(frozen) as customer:
        customer.say("阳光小区整栋楼没电了")
        customer.say("13800000020")
        customer.say("王大姐")
        answer = customer.press("对，提交")
    assert [told_as(r) for r in answer["replies"]] == ["utter_deferred", "deferred"]
    assert answer["replies"][-1]["custom"]["body"]["phone"] == "13800000020"
