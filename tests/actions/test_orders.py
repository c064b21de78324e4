from __future__ import annotations

from tests.actions.conftest import ACCOUNT
from tests.actions.conversation import Conversation, names
from tests.ports.fake import FakeCompany

WISH = ("交清了咋还没电", "request_reconnection")


async def test_power_back_after_paying_is_one_order_with_its_clock(
    company: FakeCompany, holder: Conversation
) -> None:
    company.households[ACCOUNT].cut_off = True
    replies = await holder.say(*WISH)
    assert names(replies)[0] == "utter_request_reconnection"
    again = await holder.say(*WISH)
    assert names(again)[0] == "utter_order_progress"
    assert [each.business for each in company.applications] == ["request_reconnection"]


async def test_what_is_still_owed_is_told_before_power_comes_back(
    company: FakeCompany, holder: Conversation
) -> None:
    home = company.households[ACCOUNT]
    home.cut_off, home.arrears_months = True, ("2026-10",)
    replies = await holder.say(*WISH)
    assert names(replies) == ["utter_request_reconnection_owing"]
    assert "118.12" in replies[0].text
    assert not company.applications


async def test_power_that_is_not_cut_for_arrears_is_a_fault(
    company: FakeCompany, holder: Conversation
) -> None:
    assert names(await holder.say(*WISH)) == ["utter_request_reconnection_not_cut"]
    assert not company.applications
