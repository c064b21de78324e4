"""Two gateways of one account on PostgreSQL: WeChat may push to either, and repeat itself at both."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.gateway.store import messages
from bot.gateway.store import tables as t
from bot.gateway.store.wechat import tables as w
from tests.channels.wechat.conftest import OPENID, Line, connected
from tests.gateway.fakes import until
from tests.gateway.test_postgres import BINARIES, postgres

__all__ = ["postgres"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BINARIES, reason="no PostgreSQL server binary (Debian: postgresql)"),
]


@pytest.fixture
async def lines(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Line, Line]]:
    """Two gateways with one database, one engine and one WeChat."""
    url = request.getfixturevalue("postgres")
    async with connected(tmp_path, gateway_db=url) as left:
        await left.change(*(table.delete() for table in reversed(t.metadata.sorted_tables)))
        shared = {"wechat_url": left.settings.wechat_url, "engine_url": left.engine.url}
        async with connected(tmp_path, gateway_db=url, **shared) as right:
            yield left, right


async def test_one_message_at_both_gateways_is_one_turn_with_one_answer(lines: tuple[Line, Line]) -> None:
    left, right = lines
    left.engine.delay = 0.5
    message = left.platform.message(OPENID, Content="你好")
    done = await asyncio.gather(*(line.platform.push(message) for line in (left, right, left, right)))
    assert [each.text for each in done] == ["echo:你好"] * 4
    assert [each.attempts for each in done] == [1] * 4
    assert len(left.engine.executed) == 1 and len(await left.rows(w.received)) == 1


async def test_what_is_said_outside_a_turn_is_sent_once_by_either(lines: tuple[Line, Line]) -> None:
    left, right = lines
    left.platform.token_seconds = 0.2
    await asyncio.gather(*(lines[n % 2].say("你好", f"o-{n}") for n in range(10)))
    for n in range(10):
        left.platform.allow(left.platform.message(f"o-{n}"))
        talk = await left.conversation(f"o-{n}")
        said = await right.gateway.store.write(
            messages.tell, talk, f"k{n}", {"text": f"工单{n}"}, author="system"
        )
        await asyncio.gather(left.gateway.tell(said), right.gateway.tell(said))
    await until(lambda: len(left.pushed) >= 10, 10)
    await asyncio.sleep(1)
    assert sorted(left.pushed) == [f"工单{n}" for n in range(10)]
    assert left.platform.calls["stable_token"] == 1
