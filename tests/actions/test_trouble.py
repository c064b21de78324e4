from __future__ import annotations

import logging

import pytest

from bot.ports.errors import BadData, Conflict
from tests.actions.conversation import Conversation, names
from tests.ports.fake import FakeCompany


@pytest.mark.parametrize(
    "error", [BadData("13800000001 broken"), Conflict("key"), ValueError("王秀英"), TimeoutError()]
)
async def test_any_error_is_admitted_and_nothing_personal_is_logged(
    error: Exception, holder: Conversation, company: FakeCompany, caplog: pytest.LogCaptureFixture
) -> None:
    company.failing["balance"] = error
    with caplog.at_level(logging.DEBUG):
        (reply,) = await holder.say("还剩多少钱", "query_balance")
    assert reply.name in ("utter_sorry", "utter_unavailable")
    assert reply.buttons[0]["payload"].startswith("/request_human")
    assert type(error).__name__ in caplog.text
    assert "王秀英" not in caplog.text and "13800000001" not in caplog.text


async def test_a_failed_digression_still_comes_back(stranger: Conversation, company: FakeCompany) -> None:
    await stranger.say("没电了", "report_outage")
    company.failing["halls"] = ValueError("broken")
    replies = await stranger.say("营业厅在哪", "find_hall")
    assert names(replies) == ["utter_sorry", "utter_resume", "utter_ask_fault_form_address"]
