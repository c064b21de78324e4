"""Calls into the whole system without a telephone network: keys and words in, spoken texts out, orders in the books."""

import asyncio
import re
import time

import httpx
import pytest
from pydantic import SecretStr

from bot.channels.voice import Opened, conversation_of
from bot.voice.brain import Brain
from bot.voice.doors.__main__ import DoorSettings, create
from tests.e2e.running import RunningSystem
from tests.voice.callers import Caller

pytestmark = pytest.mark.e2e


def gateway(system: RunningSystem) -> httpx.AsyncClient:
    token = {"Authorization": f"Bearer {system.secret('GRIDCARE_VOICE_TOKEN')}"}
    return httpx.AsyncClient(base_url=system.url("gateway"), headers=token, trust_env=False, timeout=40)


async def leave_number_and_submit(caller: Caller) -> None:
    """The end of every form: this number, no name, submit."""
    for option in ("用现在这个号码", "不留姓名", "对，提交"):
        await caller.hears(f"{option}，请按一")
        caller.press("1")


def test_an_outage_is_reported_with_keys_alone(system: RunningSystem) -> None:
    number = "13800000771"

    async def report() -> str:
        async with gateway(system) as http, Caller(Brain(http), number, aloud=True) as caller:
            await caller.hears("随时按零转人工")
            caller.press("12")
            await caller.hears("按旗县和乡镇选，请按二")
            caller.press("2")
            await caller.hears("临河区，请按一")
            caller.press("1")
            await caller.hears("其他，请按五")
            caller.press("1")
            await caller.hears("邻居有电，请按一")
            caller.press("1")
            await caller.hears("没跳，请按二")
            caller.press("2")
            await leave_number_and_submit(caller)
            told = await caller.hears("工单号")
            await caller.hears("还要办别的吗")
            assert caller.sound > 8000
            return told

    told = asyncio.run(report())
    name = conversation_of(system.secret("GRIDCARE_SESSION_KEY"), Opened(call="x", caller=number))
    orders = system.rows("backend", "select * from work_orders where conversation = ?", name)
    assert [order["kind"] for order in orders] == ["fault"] and orders[0]["order_no"] in digits(told)


def digits(told: str) -> str:
    """Numbers are dictated in groups."""
    return re.sub(r"\D", "", told)


def test_the_balance_is_told_with_keys_alone(system: RunningSystem) -> None:
    async def ask() -> str:
        async with gateway(system) as http, Caller(Brain(http), "13800000774") as caller:
            caller.press("2")
            await caller.hears("请输入户号")
            caller.press("0100000000017")
            await caller.hears("您输入的是0100000000017")
            caller.press("1")
            words = await caller.hears("短信验证码，请按")
            caller.press(str("一二三".index(words.split("短信验证码，请按")[1][0]) + 1))
            await caller.hears("请输入六位验证码")
            caller.press(newest_code(system))
            await caller.hears("您输入的是")
            caller.press("1")
            return await caller.hears("元")

    assert "元" in asyncio.run(ask())


def newest_code(system: RunningSystem) -> str:
    (row,) = system.rows("gateway", "select * from sms order by id desc limit 1")
    return re.search(r"\d{6}", row["text"])[0]  # type: ignore[index]


def test_a_complaint_is_registered_with_keys_alone(system: RunningSystem) -> None:
    number = "13800000775"

    async def complain() -> str:
        async with gateway(system) as http, Caller(Brain(http), number) as caller:
            caller.press("5")
            await caller.hears("停电太频繁，请按一")
            caller.press("2")
            await caller.hears("记不清是谁，请按一")
            caller.press("1")
            await caller.hears("昨天，请按二")
            caller.press("2")
            await caller.hears("说不上来，请按一")
            caller.press("1")
            await caller.hears("请核实处理，请按一")
            caller.press("1")
            await leave_number_and_submit(caller)
            return await caller.hears("编号")

    told = asyncio.run(complain())
    name = conversation_of(system.secret("GRIDCARE_SESSION_KEY"), Opened(call="x", caller=number))
    (order,) = system.rows("backend", "select * from work_orders where conversation = ?", name)
    assert order["order_no"] in digits(told)


def test_danger_said_in_the_middle_of_a_bill_question_comes_first(system: RunningSystem) -> None:
    async def call() -> int:
        async with gateway(system) as http, Caller(Brain(http), "13800000772") as caller:
            caller.press("2")
            await caller.hears("请输入户号")
            caller.speak("电线断了掉在地上", 0.4)
            await caller.hears("至少八米")
            await caller.hears("正在为您转接人工")
            await caller.call_referred.wait()
            return caller.referred

    assert asyncio.run(call()) == 1


def test_zero_without_anybody_at_the_desk_tells_the_ticket_and_offers_a_call_back(
    system: RunningSystem,
) -> None:
    async def call() -> None:
        async with gateway(system) as http, Caller(Brain(http), "13800000773") as caller:
            caller.press("0")
            await caller.hears("受理号")
            await caller.hears("请我们给您回电话，请按一")
            assert not caller.referred

    asyncio.run(call())


async def _through_the_door(system: RunningSystem) -> list[str]:
    values = DoorSettings(
        gateway_url=system.url("gateway"), voice_token=SecretStr(system.secret("GRIDCARE_VOICE_TOKEN")),
        vxml_password=SecretStr("door-of-a-test-0001"), agents_number="8001",
    )  # fmt: skip
    app = create(values, time.time)
    transport = httpx.ASGITransport(app=app)
    auth = ("ivr", "door-of-a-test-0001")
    async with httpx.AsyncClient(transport=transport, base_url="http://door", auth=auth, timeout=60) as http:
        pages = [(await http.post("/vxml", data={"call": "c", "caller": "13800000776"})).text]
        for keys in ("1", "2", "2"):
            where = re.search(r'next="([^"]+)"', pages[-1])
            pages.append((await http.post(where[1], data={"heard": keys})).text)  # type: ignore[index]
    return pages


def test_a_platform_s_call_reaches_the_bot_through_the_door(system: RunningSystem) -> None:
    pages = asyncio.run(_through_the_door(system))
    assert "按旗县和乡镇选，请按二" in pages[2] and "临河区，请按一" in pages[3]
