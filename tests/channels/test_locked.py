"""Somebody else holds the database: customers hear so in time, and nothing that was taken is lost."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path

import httpx

from bot.core.danger import _lexicon
from bot.gateway.store import tables as t
from bot.gateway.store.storage import Connection, Record
from tests.channels.conftest import Page, Site
from tests.channels.test_app import post


async def test_a_locked_database_is_told_within_five_seconds_and_all_goes_on_after(
    site: Site, page: Page, tmp_path: Path
) -> None:
    assert (await post(site)).status_code == 200
    thief = sqlite3.connect(tmp_path / "gateway.db", isolation_level=None)
    thief.execute("BEGIN IMMEDIATE")
    began = time.monotonic()

    async def told(number: int) -> tuple[httpx.Response, float]:
        answer = await post(site, message_id=f"locked-{number}", conversation=f"u-{number}", text="电线断了")
        return answer, time.monotonic() - began

    answers = await asyncio.gather(*(told(number) for number in range(3)))
    spoken = await page.socket.call("user_uttered", {"msg_id": "w1", "text": "你好"})
    thief.execute("ROLLBACK")
    thief.close()
    assert site.gateway
    for answer, seconds in answers:
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
        assert answer.json()["detail"] == site.gateway.wording.say("error_busy") and seconds < 5
    assert spoken["ok"] is False and spoken["error"]["code"] == "busy"
    again = await asyncio.gather(*(told(number) for number in range(3)))
    assert [answer.status_code for answer, _ in again] == [200] * 3

    def taken(c: Connection) -> list[Record]:
        return list(c.execute(t.inbox.select()).all())

    assert len(await site.gateway.store.read(taken)) == 4


async def test_the_words_of_danger_are_compiled_before_the_first_message(site: Site) -> None:
    assert _lexicon.cache_info().currsize == 1
