"""The voice process rung by a softphone: SIP, sound, keys and speech in, orders in the books."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.voice import Opened, conversation_of
from bot.voice.speech.voices import Prosody, Speaker
from scripts.softphone import Softphone
from scripts.supervisor import Layout, free_ports
from tests.e2e.running import RunningSystem
from tests.gateway.fakes import until
from tests.voice.sip.baresip import Baresip, baresip

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
        await phone.speak(await Speaker().say("我家停电了", Prosody()))
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


ASKED = "select body from message where conversation = ? and author = 'bot' order by seq desc limit 1"
ORDER = "select * from work_orders where conversation = ?"


async def asked(system: RunningSystem, number: str, what: str) -> None:
    """The bot's newest message asks this."""
    name, seen = conversation(system, number), ""
    for _ in range(200):
        found = system.rows("gateway", ASKED, name)
        seen = str(json.loads(found[0]["body"]).get("asks")) if found else ""
        if seen == what:
            await asyncio.sleep(0.5)  # and the line has begun to say it
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"asked {seen} instead of {what}")


async def answer(system: RunningSystem, phone: Baresip, number: str, *steps: tuple[str, str]) -> None:
    for what, keys in steps:
        await asked(system, number, what)
        if what == "confirm":
            await asyncio.sleep(3)  # keys typed ahead confirm nothing
        await phone.press(keys)


REST = (
    ("neighbours_lit", "1"),
    ("breaker_off", "2"),
    ("phone", "1"),
    ("contact_name", "1"),
    ("confirm", "1"),
)


def test_a_baresip_caller_reports_an_outage_with_keys_alone(system: RunningSystem, tmp_path: Path) -> None:
    number = "13800000891"

    async def call() -> None:
        async with baresip(tmp_path, number) as phone:
            await phone.call(("127.0.0.1", system.layout.sip_port))
            await asyncio.sleep(1)
            await phone.press("12")
            await asked(system, number, "address")
            await phone.press("1")
            await asyncio.sleep(1)
            await phone.press("0100000000058#")
            await asyncio.sleep(1)
            await phone.press("1")
            await answer(system, phone, number, *REST)
            [order] = await rows(system, "backend", ORDER, conversation(system, number))
            assert order["kind"] == "fault" and order["due_at"]
            await phone.hang_up()
        assert len(phone.heard()) > 16000 * 5

    asyncio.run(call())


def test_a_baresip_caller_reports_an_outage_in_words(system: RunningSystem, tmp_path: Path) -> None:
    number = "13800000892"

    async def call() -> None:
        speech = await Speaker().say("我家停电了", Prosody())
        async with baresip(tmp_path, number, speech) as phone:
            await phone.call(("127.0.0.1", system.layout.sip_port))
            await asked(system, number, "address")
            await phone.press("1")
            await asyncio.sleep(1)
            await phone.press("0100000000066#")
            await asyncio.sleep(1)
            await phone.press("1")
            await answer(system, phone, number, *REST)
            [order] = await rows(system, "backend", ORDER, conversation(system, number))
            assert order["kind"] == "fault"
            await phone.hang_up()

    asyncio.run(call())
