"""Exactly one owner speaks."""

import asyncio

import pytest

from bot.gateway import handoff, messages
from bot.gateway import tables as t
from tests.gateway.conftest import TALK, Desk
from tests.gateway.fakes import until


async def queued(desk: Desk) -> int:
    await desk.gateway.store.write(handoff.request, TALK, "user_asked")
    return (await desk.rows(t.handoff))[0].id


async def test_a_reply_that_comes_after_an_agent_took_over_is_kept_but_never_shown(desk: Desk) -> None:
    desk.engine.delay = 0.5
    await desk.say("你好")
    await until(lambda: desk.engine.running)
    await desk.gateway.store.write(handoff.assign, await queued(desk), "xiao-wang")
    await desk.idle()
    assert await desk.texts() == ["你好"]
    assert [(m.author, m.state) for m in await desk.rows(t.message)] == [
        ("customer", "published"),
        ("bot", "suppressed"),
    ]


async def test_a_bots_word_is_suppressed_while_an_agent_has_the_conversation_and_takes_no_number(
    desk: Desk,
) -> None:
    await desk.say("你好")
    await desk.idle()
    await desk.gateway.store.write(handoff.assign, await queued(desk), "xiao-wang")
    told = [
        await desk.gateway.store.write(messages.tell, TALK, author, {"text": author}, author=author)
        for author in ("bot", "system")
    ]
    assert [[m.seq for m in each] for each in told] == [[], [3]]
    assert (await desk.rows(t.message))[-2].state == "suppressed"


async def test_while_an_agent_has_the_word_the_engine_is_not_asked_and_the_agent_is_heard(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    number = await queued(desk)
    await desk.gateway.store.write(handoff.assign, number, "xiao-wang")
    await desk.say("有人吗")
    await desk.gateway.store.write(handoff.speak, TALK, "xiao-wang", "a1", "您好，我是小王")
    await desk.idle()
    assert (await desk.texts())[-2:] == ["有人吗", "您好，我是小王"]
    assert len(desk.engine.turns) == 1
    await desk.gateway.store.write(handoff.release, number, "xiao-wang")
    await desk.say("谢谢")
    await desk.idle()
    assert (await desk.texts())[-1] == "echo:谢谢"


async def test_of_two_agents_one_gets_the_conversation_and_the_other_may_not_speak(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    number = await queued(desk)
    agents = ("xiao-wang", "xiao-li")
    won = await asyncio.gather(
        *(desk.gateway.store.write(handoff.assign, number, each) for each in agents), return_exceptions=True
    )
    winner, loser = agents if won[0] == TALK else agents[::-1]
    assert sorted(map(type, won), key=str) == sorted((str, handoff.NotYours), key=str)
    await desk.gateway.store.write(handoff.speak, TALK, winner, "a1", "您好")
    for act in (
        desk.gateway.store.write(handoff.speak, TALK, loser, "a1", "您好"),
        desk.gateway.store.write(handoff.release, number, loser),
    ):
        with pytest.raises(handoff.NotYours):
            await act


async def test_every_change_leaves_an_event(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    number = await queued(desk)
    await desk.gateway.store.write(handoff.assign, number, "xiao-wang")
    await desk.gateway.store.write(handoff.release, number, "xiao-wang")
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
    await desk.gateway.store.write(handoff.present, "xiao-wang")
    await desk.say("转人工")
    await desk.idle()
    (row,) = await desk.rows(t.handoff)
    assert (await desk.texts())[-1] == desk.text("handover_promise", ticket=row.ticket)
