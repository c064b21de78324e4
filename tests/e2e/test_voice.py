"""Calls into the whole system without a telephone network: keys and words in, spoken texts out, orders in the books."""

import asyncio

import httpx
import pytest

from bot.voice.brain import Brain
from tests.e2e.running import RunningSystem
from tests.voice.callers import Caller

pytestmark = pytest.mark.e2e


def gateway(system: RunningSystem) -> httpx.AsyncClient:
    token = {"Authorization": f"Bearer {system.secret('GRIDCARE_VOICE_TOKEN')}"}
    return httpx.AsyncClient(base_url=system.url("gateway"), headers=token, trust_env=False, timeout=40)


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
            await caller.hears("用现在这个号码，请按一")
            caller.press("1")
            await caller.hears("不留姓名，请按一")
            caller.press("1")
            await caller.hears("对，提交，请按一")
            caller.press("1")
            told = await caller.hears("工单号")
            await caller.hears("还要办别的吗")
            assert caller.sound > 8000
            return told

    told = asyncio.run(report())
    orders = system.rows("backend", "select * from work_orders where phone = ?", number)
    assert len(orders) == 1 and orders[0]["order_no"] in told


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
