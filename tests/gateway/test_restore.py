"""A database put back from a copy gives out row numbers again: what they named outside must not be taken for done."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.gateway.store import tables as t
from tests.gateway.conftest import running
from tests.gateway.fakes import FakeEngine, company, until


async def test_after_a_restore_new_danger_is_a_new_order_and_the_same_message_none(tmp_path: Path) -> None:
    engine, fake = FakeEngine(), company()
    copy = tmp_path / "copy.db"
    async with engine.serving():
        async with running(tmp_path, engine, fake) as desk:
            await desk.say("你好", "c-old", message_id="hello")
            await desk.idle()
        shutil.copy(tmp_path / "gateway.db", copy)
        async with running(tmp_path, engine, fake) as desk:
            await desk.say("电线断了掉在路上", "c-old", message_id="first")
            await until(lambda: len(fake.filed) == 1)
            await desk.idle()
            lost = (await desk.rows(t.inbox))[-1].id
        shutil.copy(copy, tmp_path / "gateway.db")
        async with running(tmp_path, engine, fake) as desk:
            await desk.say("变压器冒烟了", "c-new", message_id="second")
            await until(lambda: len(fake.filed) == 2)
            await desk.idle()
            assert (await desk.rows(t.inbox))[-1].id == lost, "the same number, another message"
            await desk.say("电线断了掉在路上", "c-old", message_id="first")
            await desk.idle()

            async def told() -> bool:
                return {row.state for row in await desk.rows(t.submission)} == {"done"}

            await until(told)
    assert len(fake.filed) == 2, "sent again after the loss, it is the order that exists"
    assert len(engine.executed) == 3, "its turn as well"
