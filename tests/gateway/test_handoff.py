"""Exactly one owner speaks."""

import asyncio

import pytest

from bot.gateway import handoff, messages
from bot.gateway import tables as t
from tests.gateway.conftest import TALK, Desk
from tests.gateway.fakes import until


async def queued(desk: Desk) -> int:
    async with desk.gateway.store.write() as c:
        await handoff.request(c, TALK, "user_asked")
    return (await desk.rows(t.handoff))[0].id


async def test_a_reply_that_comes_after_an_agent_took_over_is_kept_but_never_shown(desk: Desk) -> None:
    desk.engine.delay = 0.5
    await desk.say("你好")
    await until(lambda: desk.engine.running)
    await handoff.assign(desk.gateway.store, await queued(desk), "xiao-wang")
    await desk.idle()
    assert await desk.texts() == ["你好"]
    assert [(m.author, m.state) for m in await desk.rows(t.message)] == [
        ("customer", "published"),
        ("bot", "suppressed"),
    ]


async def test_a_reply_stored_before_but_not_yet_delivered_is_stopped_as_well(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    number = await queued(desk)
    async with desk.gateway.store.write() as c:
        await messages.add(c, TALK, "late", {"text": "迟到"})
        changes = {"owner": "agent", "agent": "xiao-wang"}
        await c.execute(t.conversation.update().where(t.conversation.c.id == TALK).values(**changes))
    await until(lambda: _states(desk))
    assert "迟到" not in await desk.texts() and number


async def _states(desk: Desk) -> bool:
    return [row.state for row in await desk.rows(t.message)][-1] == "suppressed"


async def test_while_an_agent_has_the_word_the_engine_is_not_asked_and_the_agent_is_heard(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    number = await queued(desk)
    await handoff.assign(desk.gateway.store, number, "xiao-wang")
    await desk.say("有人吗")
    await handoff.speak(desk.gateway.store, TALK, "xiao-wang", "a1", "您好，我是小王")
    desk.gateway.wake_publisher()
    await desk.idle()
    assert (await desk.texts())[-2:] == ["有人吗", "您好，我是小王"]
    assert len(desk.engine.turns) == 1
    await handoff.release(desk.gateway.store, number, "xiao-wang")
    await desk.say("谢谢")
    await desk.idle()
    assert (await desk.texts())[-1] == "echo:谢谢"


async def test_of_two_agents_one_gets_the_conversation_and_the_other_may_not_speak(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    number = await queued(desk)
    agents = ("xiao-wang", "xiao-li")
    won = await asyncio.gather(
        *(handoff.assign(desk.gateway.store, number, each) for each in agents), return_exceptions=True
    )
    winner, loser = agents if won[0] == TALK else agents[::-1]
    assert sorted(map(type, won), key=str) == sorted((str, handoff.NotYours), key=str)
    await handoff.speak(desk.gateway.store, TALK, winner, "a1", "您好")
    for act in (
        handoff.speak(desk.gateway.store, TALK, loser, "a1", "您好"),
        handoff.release(desk.gateway.store, number, loser),
    ):
        with pytest.raises(handoff.NotYours):
            await act


async def test_every_change_leaves_an_event(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    number = await queued(desk)
    await handoff.assign(desk.gateway.store, number, "xiao-wang")
    await handoff.release(desk.gateway.store, number, "xiao-wang")
    events = [
        (row.from_state, row.to_state, row.reason, row.actor) for row in await desk.rows(t.handoff_event)
    ]
    assert events == [
        ("BOT", "QUEUED", "user_asked", "bot"),
        ("QUEUED", "ASSIGNED", "assigned", "xiao-wang"),
        ("ASSIGNED", "CLOSED", "agent_closed", "xiao-wang"),
    ]


async def test_with_an_agent_at_the_desk_the_promise_does_not_say_that_nobody_is_there(desk: Desk) -> None:
    desk.engine.answer = lambda turn: [{"custom": {"type": "handover", "reason": "user_asked"}}]
    await handoff.present(desk.gateway.store, "xiao-wang")
    await desk.say("转人工")
    await desk.idle()
    (row,) = await desk.rows(t.handoff)
    assert (await desk.texts())[-1] == desk.text("handover_promise", ticket=row.ticket)
