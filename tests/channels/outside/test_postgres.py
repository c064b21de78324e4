"""Two gateways on PostgreSQL and one Chatwoot: each case is opened once, each word told once, whoever does it."""

from pathlib import Path

import pytest

from bot.gateway.store import tables as t
from tests.channels.conftest import running
from tests.channels.outside.test_contract import customer, wants_person, with_chatwoot
from tests.gateway.fakes import until
from tests.gateway.test_postgres import BINARIES, postgres

__all__ = ["postgres"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BINARIES, reason="no PostgreSQL server binary (Debian: postgresql)"),
]


async def test_two_gateways_open_each_case_once(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    url = request.getfixturevalue("postgres")
    async with with_chatwoot(tmp_path, gateway_db=url) as (left, people):
        await left.gateway.store.write(
            lambda c: [c.execute(table.delete()) for table in reversed(t.metadata.sorted_tables)]
        )
        there = left.gateway.settings.chatwoot
        async with running(tmp_path, gateway_db=url, chatwoot=there) as right:
            async with customer(left) as one, customer(right) as other:
                for site, page in ((left, one), (right, other)):
                    await wants_person(site, page, people)
                await until(lambda: len(people._open) == 2, 15)
                await people.say("您好", number=1)
                await people.say("您好", number=0)
                for page in (one, other):
                    await page.hears("您好", 15)
                    await page.say("谢谢您")
                await until(lambda: sum("谢谢您" in str(talk.messages) for talk in people._open) == 2, 15)
            assert len(people.chatwoot.talks) == 2
            for talk in people.chatwoot.talks:
                said = [m["content"] for m in talk.messages if m["message_type"] == "incoming"]
                assert said == ["谢谢您"]
