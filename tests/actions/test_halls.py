from __future__ import annotations

from datetime import datetime, timedelta

from bot.ports.directory import Hall, Notice
from tests.actions.conversation import Conversation, names
from tests.ports.fake import CHINA, FakeCompany

NOW = datetime.now(CHINA)


async def test_only_the_halls_of_the_county_named_are_told_with_their_notices() -> None:
    halls = tuple(
        Hall(f"{c}营业厅", c, f"{c}示例路", "8:30", "95598", (), False) for c in ("五原县", "磴口县")
    )
    notice = Notice("N1", "hall", "磴口县", "将搬迁", NOW - timedelta(days=999), NOW + timedelta(days=999))
    talk = Conversation(FakeCompany(halls=halls, notices=(notice,)))
    assert names(await talk.say("五原县营业厅在哪", "find_hall")) == ["utter_find_hall_unverified"]
    replies = await talk.say("磴口县营业厅在哪", "find_hall")
    assert names(replies) == ["utter_find_hall_unverified", "utter_find_hall_notice"]
    assert "将搬迁" in replies[1].text
