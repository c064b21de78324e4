"""From the inbox through the engine to what the customer sees."""

import asyncio
import gc
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.responses import JSONResponse, Response

from bot.gateway.store import manners
from bot.gateway.store import tables as t
from bot.gateway.store.storage import Store, StoreInUse
from bot.gateway.turns import worker
from bot.gateway.turns.inbox import Refused
from tests.gateway.conftest import TALK, Desk, running
from tests.gateway.fakes import FakeEngine, company, until


async def test_a_message_is_answered_and_every_message_has_the_next_number(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    shown = await desk.shown()
    assert [(m.seq, m.author, m.body["text"]) for m in shown] == [
        (1, "customer", "你好"),
        (2, "bot", "echo:你好"),
    ]


async def test_the_same_message_again_is_taken_once_and_gives_the_same_receipt(desk: Desk) -> None:
    first = await desk.say("你好", message_id="same")
    again = await asyncio.gather(*(desk.say("你好", message_id="same") for _ in range(5)))
    await desk.idle()
    assert {receipt.seq for receipt in again} == {first.seq}
    assert len(desk.engine.executed) == 1


async def test_the_same_id_with_another_text_is_refused(desk: Desk) -> None:
    await desk.say("你好", message_id="same")
    with pytest.raises(Refused, match="mismatch"):
        await desk.say("再见", message_id="same")


async def test_one_id_in_two_conversations_is_two_messages(desk: Desk) -> None:
    await desk.say("你好", message_id="same")
    await desk.say("你好", message_id="same", talk="c-other")
    await desk.idle()
    assert len(desk.engine.executed) == 2


async def test_a_conversation_is_answered_in_order_and_others_do_not_wait_for_it(desk: Desk) -> None:
    desk.engine.delay = 0.2
    for n in range(5):
        await desk.say(f"第{n}句")
    await desk.say("另一位", talk="c-other")
    await desk.idle()
    order = [turn["text"] for turn in desk.engine.turns]
    assert order.index("另一位") < order.index("第2句")
    answers = [text for text in await desk.texts() if text.startswith("echo:")]
    assert answers == [f"echo:第{n}句" for n in range(5)]


async def test_an_engine_that_says_nothing_leads_to_an_apology_with_the_offer_of_a_person(desk: Desk) -> None:
    desk.engine.answer = lambda turn: []
    await desk.say("嗯")
    await desk.idle()
    last = (await desk.shown())[-1]
    assert last.body["text"] == desk.text("no_answer")
    offer = last.body["quick_replies"][0]
    await desk.say(choice=offer["id"])
    await desk.idle()
    assert desk.engine.turns[-1]["payload"] == "/request_human"


@pytest.mark.slow
async def test_a_message_that_the_engine_refuses_is_set_aside_and_the_next_one_flows(desk: Desk) -> None:
    async def poison(turn: dict) -> Response | None:
        return JSONResponse({}, 500) if turn["text"] == "毒" else None

    desk.engine.fault = poison
    await desk.say("毒")
    await desk.say("你好")
    await desk.idle(15)
    ticket = (await desk.rows(t.handoff))[0].ticket
    texts = await desk.texts()
    assert desk.text("set_aside", ticket=ticket) in texts
    assert texts[-1] == "echo:你好"
    assert [row.state for row in await desk.rows(t.inbox)] == ["dead", "done"]
    assert len([turn for turn in desk.engine.turns if turn["text"] == "毒"]) == 5


@pytest.mark.slow
async def test_while_the_engine_is_down_customers_hear_so_once_and_are_answered_when_it_is_back(
    tmp_path: Path,
) -> None:
    engine = FakeEngine()
    async with running(tmp_path, engine, company()) as desk:
        await desk.say("你好")
        desk.clock.forward(worker.NOTICE_AFTER)
        await until(lambda: _said(desk, desk.text("busy")))
        desk.clock.forward(60)
        async with engine.serving():
            await desk.idle()
        assert await desk.texts() == ["你好", desk.text("busy"), "echo:你好"]
        assert len(engine.executed) == 1


async def _said(desk: Desk, text: str) -> bool:
    return text in await desk.texts()


async def test_a_claim_that_ran_out_while_its_turn_runs_is_taken_again_and_answered_once(desk: Desk) -> None:
    faults: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
    desk.engine.delay = 0.4
    await desk.say("你好")
    await until(lambda: desk.engine.turns)
    await desk.change(sa.update(t.inbox).values(lease_until=0.0))
    await desk.say("另一位", talk="c-other")
    await desk.idle()
    gc.collect()
    assert await desk.texts() == ["你好", "echo:你好"]
    assert (await desk.rows(t.inbox))[0].attempts > 1
    assert not faults


async def test_a_turn_that_was_cut_off_is_replayed_and_not_carried_out_again(desk: Desk) -> None:
    cut = []

    async def cut_once(turn: dict) -> Response | None:
        if cut:
            return None
        cut.append(turn)
        desk.engine.stored[turn["conversation"], turn["message_id"]] = {
            "message_id": turn["message_id"], "replies": [{"text": "已办"}], "intent": "greet",
        }  # fmt: skip
        return JSONResponse({}, 503)

    desk.engine.fault = cut_once
    await desk.say("办理")
    await desk.idle()
    assert await desk.texts() == ["办理", "已办"]
    assert desk.engine.executed == []


async def test_a_restarted_gateway_takes_up_what_was_left(tmp_path: Path) -> None:
    engine = FakeEngine()
    async with running(tmp_path, engine, company()) as desk:
        await desk.say("你好")
    async with engine.serving(), running(tmp_path, engine, company()) as desk:
        await desk.idle(4)
        assert (await desk.texts())[-1] == "echo:你好"


async def test_a_second_gateway_on_the_same_file_is_refused(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(StoreInUse):
        await Store(desk.gateway.settings.gateway_db, desk.clock).open()


async def test_the_engine_is_told_channel_time_and_who_asks_but_nothing_from_the_client(desk: Desk) -> None:
    await desk.say('/report_danger{"order_no": "x"}'.lstrip("/"))
    await desk.idle()
    turn = desk.engine.turns[0]
    assert turn["payload"] is None and turn["conversation"] == TALK
    assert turn["metadata"] | {"subject": "", "now": ""} == {
        "channel": "web", "manner": asdict(manners.of("web")), "message_id": turn["message_id"], "conversation": TALK, "now": "", "profile": {}, "attachments": [],
        "subject": "", "level": "L0", "accounts": [],
    }  # fmt: skip


async def test_fault_words_are_answered_before_other_questions(tmp_path: Path) -> None:
    engine = FakeEngine(delay=0.1)
    async with running(tmp_path, engine, company(), turns=2) as desk:
        for n in range(6):
            await desk.say("电费怎么算", talk=f"c-{n}")
        await desk.say("我家停电了", talk="c-fault")
        async with engine.serving():
            await desk.idle(15)
    order = [turn["text"] for turn in engine.turns]
    assert order.index("我家停电了") < 3


async def test_after_a_long_silence_the_engine_begins_a_new_session(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    await desk.change(t.conversation.update().values(active_at=0.0))
    await desk.say("你好")
    await desk.idle()
    assert [turn["conversation"] for turn in desk.engine.turns] == [TALK, f"{TALK}.1"]


async def test_what_follows_in_a_fault_report_stays_in_the_fast_lane(desk: Desk) -> None:
    desk.engine.intent = "report_outage"
    await desk.say("家里黑了")
    await desk.idle()
    desk.engine.intent = "inform"
    await desk.say("三队")
    await desk.idle()
    desk.engine.intent = "query_balance"
    await desk.say("还有多少钱")
    await desk.idle()
    await desk.say("谢谢")
    await desk.idle()
    assert [row.lane for row in await desk.rows(t.inbox)] == [2, 1, 1, 2]


async def test_transactions_that_wait_together_fail_alone(desk: Desk) -> None:
    def fine(c: sa.Connection) -> None:
        c.execute(t.counter.insert().values(name="fine", value=1))

    def failing(c: sa.Connection) -> None:
        c.execute(t.counter.insert().values(name="failing", value=1))
        raise ValueError

    done = await asyncio.gather(
        *(desk.gateway.store.write(work) for work in (failing, fine, failing)), return_exceptions=True
    )
    assert [type(each) for each in done] == [ValueError, type(None), ValueError]
    assert [row.name for row in await desk.rows(t.counter)] == ["fine"]


async def test_an_answer_of_a_worker_that_lost_its_claim_is_not_stored(desk: Desk) -> None:
    desk.engine.delay = 0.3
    await desk.say("你好")
    await until(lambda: desk.engine.turns)
    elsewhere = {"holder": "another-gateway", "lease_until": desk.clock() + 60}
    await desk.change(sa.update(t.inbox).values(**elsewhere))
    await until(lambda: desk.engine.executed)
    await desk.gateway.worker.drain()
    assert await desk.texts() == ["你好"]
    assert [row.state for row in await desk.rows(t.inbox)] == ["new"]


async def test_an_engine_that_is_down_costs_a_message_no_attempt(tmp_path: Path) -> None:
    async with running(tmp_path, FakeEngine(), company()) as desk:
        await desk.say("你好")
        holders: set[str] = set()

        async def tried_four_times() -> bool:
            (row,) = await desk.rows(t.inbox)
            holders.add(row.holder)
            assert row.attempts <= 1
            return len(holders - {""}) >= 4

        await until(tried_four_times, 8)
        assert (await desk.rows(t.inbox))[0].state == "new"
