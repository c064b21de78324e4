"""A call between a line and a gateway that comes and goes."""

import asyncio

from bot.voice.brain import Brain, Gone
from bot.voice.events import Known, Replied, Send, Told
from tests.voice.callers import Caller


class Gateway(Brain):
    """A gateway that can be reached or not, and answers everything with one question."""

    def __init__(self, there: bool) -> None:
        self.there = there
        self.said: list[Send] = []
        self.news: asyncio.Queue[Replied] = asyncio.Queue()

    async def open(self, call: str, caller: str | None, asserted: bool = False) -> Known:
        self._check()
        return Known()

    async def say(self, send: Send) -> Replied:
        self._check()
        self.said.append(send)
        return Replied((Told("户号是多少？", (), "account_no"),))

    async def listen(self, wait: float = 20.0) -> Replied:
        self._check()
        return await self.news.get()

    def _check(self) -> None:
        if not self.there:
            raise Gone("not there")


async def test_a_gateway_that_is_gone_is_no_matter_until_the_caller_wants_something() -> None:
    async with Caller(Gateway(there=False)) as caller:
        await caller.hears("查电费，请按二")
        await asyncio.sleep(0.3)
        assert not caller.referred and not any("连不上" in text for text in caller.heard)
        caller.press("2")
        await caller.hears("连不上", 20)
        await asyncio.wait_for(caller.call_referred.wait(), 20)
        assert caller.heard.count("系统暂时连不上，这就给您转人工。") == 0


async def test_a_gateway_that_goes_while_the_caller_listens_and_comes_back_is_not_noticed() -> None:
    gateway = Gateway(there=True)
    async with Caller(gateway) as caller:
        await caller.hears("查电费，请按二")
        gateway.there = False
        await gateway.news.put(Replied())
        await asyncio.sleep(0.2)
        gateway.there = True
        caller.press("2")
        await caller.hears("请输入户号", 20)
        assert gateway.said == [Send("我想查一下电费余额")] and not caller.referred


async def test_an_agent_who_takes_the_conversation_gets_the_call() -> None:
    gateway = Gateway(there=True)
    async with Caller(gateway) as caller:
        await caller.hears("查电费，请按二")
        await gateway.news.put(Replied((Told("您好，我是坐席。"),), owner="agent"))
        await caller.hears("您好，我是坐席。", 20)
        await asyncio.wait_for(caller.call_referred.wait(), 20)


async def test_when_nobody_takes_the_call_a_call_back_is_offered() -> None:
    gateway = Gateway(there=True)
    async with Caller(gateway, "13800000012") as caller:
        caller.agents_answer = False
        await gateway.news.put(Replied((), owner="agent"))
        await caller.hears("请我们给您回电话，请按一", 20)
        caller.press("1")
        await caller.hears("请输入户号", 20)
    assert gateway.said == [Send("请给我回电话，我的号码是13800000012")]
