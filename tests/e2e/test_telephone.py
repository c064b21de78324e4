"""The voice process rung by a softphone: SIP, sound, keys and speech in, orders in the books."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.voice import Opened, conversation_of
from bot.voice.speech.voices import Manner, Speaker
from scripts.softphone import Softphone
from scripts.supervisor import Layout, free_ports
from tests.e2e.running import RunningSystem
from tests.gateway.fakes import until

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    folder: Path = tmp_path_factory.mktemp("telephone")
    running = RunningSystem(folder, layout=Layout(folder, free_ports("voice")))
    yield running
    running.stop()


async def rows(
    system: RunningSystem, process: str, query: str, *values: str, seconds: float = 40
) -> list[Any]:
    """What a process has in its books, as soon as there is something."""
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        if found := system.rows(process, query, *values):
            return found
        await asyncio.sleep(0.2)
    return []


def conversation(system: RunningSystem, number: str) -> str:
    return conversation_of(system.secret("GRIDCARE_SESSION_KEY"), Opened(call="x", caller=number))


async def ring(system: RunningSystem, number: str) -> Softphone:
    phone = Softphone(("127.0.0.1", system.layout.sip_port), number=number)
    assert await phone.call() == 200
    return phone


async def hears(phone: Softphone, seconds: float) -> None:
    await until(lambda: phone.seconds_heard >= seconds, 30)


def test_two_keys_in_danger_bring_an_emergency_order_and_the_safety_words(system: RunningSystem) -> None:
    async def call() -> None:
        phone = await ring(system, "13800000881")
        await hears(phone, 0.5)
        await phone.press("11")
        orders = await rows(
            system,
            "backend",
            "select * from work_orders where conversation = ?",
            conversation(system, phone.number),
        )
        assert [order["kind"] for order in orders] == ["danger"]
        before = phone.seconds_heard
        await hears(phone, before + 2)
        assert await phone.hang_up() == 200

    asyncio.run(call())


def test_spoken_words_reach_the_bot_as_text(system: RunningSystem) -> None:
    async def call() -> None:
        phone = await ring(system, "13800000882")
        await hears(phone, 0.5)
        await phone.speak(await Speaker().say("我家停电了", Manner()))
        query = "select * from inbox where conversation = ?"
        (row,) = await rows(system, "gateway", query, conversation(system, phone.number))
        assert "停电" in json.loads(row["body"])["text"]
        assert await phone.hang_up() == 200

    asyncio.run(call())


def test_a_call_that_is_hung_up_in_the_middle_leaves_the_line_free(system: RunningSystem) -> None:
    async def call() -> None:
        for number in range(5):
            phone = await ring(system, f"1380000088{number}")
            await phone.press("2")
            assert await phone.hang_up() == 200
        phone = await ring(system, "13800000889")
        await hears(phone, 0.5)
        assert await phone.hang_up() == 200

    asyncio.run(call())
