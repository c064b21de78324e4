"""The danger lane: safety words at once, one emergency order, a person called; whatever else is down."""

import asyncio
from pathlib import Path

import pytest

from bot.gateway.store import tables as t
from tests.gateway.conftest import TALK, Desk, running
from tests.gateway.fakes import FakeEngine, company, until


async def test_the_safety_script_is_out_before_the_engine_has_said_anything(desk: Desk) -> None:
    desk.engine.delay = 1.0
    await desk.say("电线断了掉在路上")
    script = desk.gateway.wording.script("line_down")
    await until(lambda: _said(desk, script), 0.8)
    assert desk.engine.executed == []


async def test_the_engine_is_told_the_hazard_and_the_order_that_exists(desk: Desk) -> None:
    await desk.say("电线断了掉在路上")
    await desk.idle()
    (order_no,) = desk.company.filed
    assert desk.engine.turns[0]["metadata"]["danger"] == {"hazards": ["line_down"], "order_no": order_no}
    assert desk.text("deferred_report_danger", order_no=order_no) in await desk.texts()
    assert desk.company.faults[0].hazard == "line_down"
    assert desk.company.faults[0].conversation == TALK


async def test_a_person_is_called_with_the_highest_priority(desk: Desk) -> None:
    await desk.say("电线断了掉在路上")
    (row,) = await desk.rows(t.handoff)
    assert (row.reason, row.priority, row.state) == ("hazard", 0, "OFFLINE_MESSAGE")


async def test_more_danger_amends_the_order_and_says_only_the_script_that_was_not_said(desk: Desk) -> None:
    await desk.say("电线断了掉在路上")
    await desk.say("断了的电线还在地上")
    await desk.say("有人触电了")
    await until(lambda: len(desk.company.amendments) == 2)
    await desk.idle()
    assert len(desk.company.faults) == 1 and len(await desk.rows(t.handoff)) == 1
    texts = await desk.texts()
    assert texts.count(desk.gateway.wording.script("line_down")) == 1
    assert texts.count(desk.gateway.wording.script("shock")) == 1
    assert desk.company.amendments[1][1]["hazard"] == "shock"


async def test_two_conversations_never_share_an_emergency_order(desk: Desk) -> None:
    await desk.say("电线断了掉在路上")
    await desk.say("电线断了掉在路上", talk="c-other")
    await until(lambda: len(desk.company.filed) == 2)
    await desk.idle()


@pytest.mark.slow
async def test_with_engine_and_company_down_the_script_goes_out_and_the_order_follows_once(
    tmp_path: Path,
) -> None:
    engine, fake = FakeEngine(), company()
    fake.down = True
    async with running(tmp_path, engine, fake) as desk:
        await desk.say("变压器冒烟了")
        await until(lambda: _said(desk, desk.gateway.wording.script("smoke")), 1)
    async with running(tmp_path, engine, fake) as desk:
        await asyncio.sleep(0.5)
        fake.down = False
        await until(lambda: len(fake.filed), 8)
        async with engine.serving():
            await desk.idle(10)
        (order_no,) = fake.filed
        assert (await desk.texts()).count(desk.text("deferred_report_danger", order_no=order_no)) == 1
        assert engine.turns[0]["metadata"]["danger"]["order_no"] == order_no


async def test_danger_behind_a_stuck_message_is_acted_on_at_once(tmp_path: Path) -> None:
    async with running(tmp_path, FakeEngine(), company()) as desk:
        await desk.say("电费多少")
        await desk.say("配电箱着火了")
        await until(lambda: _said(desk, desk.gateway.wording.script("fire")), 1)
        await until(lambda: len(desk.company.filed), 2)


async def _said(desk: Desk, text: str) -> bool:
    return text in await desk.texts()
