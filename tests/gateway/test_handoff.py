"""Exactly one owner speaks."""

import asyncio
from typing import Any

import pytest

from bot.gateway.people import handoff
from bot.gateway.people.handoff import Wish
from bot.gateway.store import messages
from bot.gateway.store import tables as t
from tests.gateway.conftest import TALK, Desk
from tests.gateway.fakes import until


async def queued(desk: Desk) -> int:
    """The version of an episode in the line."""
    await desk.gateway.store.write(handoff.request, TALK, Wish("user_asked"))
    return int((await desk.rows(t.handoff))[0].version)


async def taken(desk: Desk, name: str = "xiao-wang") -> int:
    """The version of an episode that an agent has."""
    await desk.gateway.store.write(handoff.take, TALK, name, await queued(desk))
    return int((await desk.rows(t.handoff))[0].version)


async def speak(desk: Desk, name: str, text: str, number: str = "a1") -> Any:
    return await desk.gateway.store.write(handoff.speak, TALK, name, number, {"text": text})


async def test_a_reply_that_comes_after_an_agent_took_over_is_kept_but_never_shown(desk: Desk) -> None:
    desk.engine.delay = 0.5
    await desk.say("你好")
    await until(lambda: desk.engine.running)
    await taken(desk)
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
    await taken(desk)
    told = [
        await desk.gateway.store.write(messages.tell, TALK, author, {"text": author}, author=author)
        for author in ("bot", "system")
    ]
    assert [[m.seq for m in each] for each in told] == [[], [3]]
    assert (await desk.rows(t.message))[-2].state == "suppressed"


async def test_while_an_agent_has_the_word_the_engine_is_not_asked_and_the_agent_is_heard(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    await taken(desk)
    await desk.say("有人吗")
    await speak(desk, "xiao-wang", "您好，我是小王")
    await desk.idle()
    assert (await desk.texts())[-2:] == ["有人吗", "您好，我是小王"]
    assert len(desk.engine.turns) == 1
    row = (await desk.rows(t.handoff))[0]
    assert row.state == "HUMAN"
    await desk.gateway.store.write(handoff.release, TALK, "xiao-wang", row.version)
    await desk.say("谢谢")
    await desk.idle()
    assert (await desk.texts())[-1] == "echo:谢谢"


async def test_of_two_agents_one_gets_the_conversation_and_the_other_hears_who_and_may_not_speak(
    desk: Desk,
) -> None:
    await desk.say("你好")
    await desk.idle()
    version = await queued(desk)
    agents = ("xiao-wang", "xiao-li")
    won = await asyncio.gather(
        *(desk.gateway.store.write(handoff.take, TALK, each, version) for each in agents),
        return_exceptions=True,
    )
    winner, loser = agents if won[0] is None else agents[::-1]
    (refused,) = [each for each in won if each is not None]
    assert isinstance(refused, handoff.TakenAlready) and refused.agent == winner
    await speak(desk, winner, "您好")
    version = (await desk.rows(t.handoff))[0].version
    for act in (
        speak(desk, loser, "您好"),
        desk.gateway.store.write(handoff.release, TALK, loser, version),
        desk.gateway.store.write(handoff.resolve, TALK, loser, version, "solved"),
        desk.gateway.store.write(handoff.transfer, TALK, loser, version, to_skill="fault"),
    ):
        with pytest.raises(handoff.NotYours):
            await act


async def test_what_an_agent_saw_before_the_row_changed_changes_nothing(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    version = await taken(desk)
    with pytest.raises(handoff.Stale):
        await desk.gateway.store.write(handoff.release, TALK, "xiao-wang", version - 1)


async def test_an_agents_own_first_words_do_not_make_his_page_stale(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    version = await taken(desk)
    await speak(desk, "xiao-wang", "您好")
    await desk.gateway.store.write(handoff.release, TALK, "xiao-wang", version)
    assert (await desk.rows(t.handoff))[0].state == "BOT"


async def test_the_same_message_of_an_agent_twice_is_one(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    await taken(desk)
    assert len(await speak(desk, "xiao-wang", "您好")) == 1
    assert await speak(desk, "xiao-wang", "您好") == []


async def test_every_change_leaves_an_event_with_the_version_it_made(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    version = await taken(desk)
    await desk.gateway.store.write(handoff.transfer, TALK, "xiao-wang", version, to_skill="fault")
    await desk.gateway.store.write(handoff.take, TALK, "xiao-li", version + 1)
    await speak(desk, "xiao-li", "您好")
    await desk.gateway.store.write(handoff.resolve, TALK, "xiao-li", version + 2, "solved")
    events = [
        (row.from_state, row.to_state, row.reason, row.actor, row.version)
        for row in await desk.rows(t.handoff_event)
    ]
    assert events == [
        ("BOT", "QUEUED", "user_asked", "bot", 1),
        ("QUEUED", "ASSIGNED", "assigned", "xiao-wang", 2),
        ("ASSIGNED", "QUEUED", "transfer", "xiao-wang", 3),
        ("QUEUED", "ASSIGNED", "assigned", "xiao-li", 4),
        ("ASSIGNED", "HUMAN", "first_reply", "xiao-li", 4),
        ("HUMAN", "WRAP", "agent_closed", "xiao-li", 5),
        ("WRAP", "CLOSED", "agent_closed", "xiao-li", 6),
    ]
    assert (await desk.rows(t.handoff))[0].outcome == "solved"


async def test_an_agent_may_take_a_conversation_that_nobody_asked_to_hand_over(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    version = (await desk.rows(t.conversation))[0].version
    await desk.gateway.store.write(handoff.take, TALK, "xiao-wang", version)
    assert (await desk.rows(t.conversation))[0].agent == "xiao-wang"
    with pytest.raises(handoff.TakenAlready):
        await desk.gateway.store.write(handoff.take, TALK, "xiao-li", version)


async def test_a_new_wish_keeps_the_ticket_and_takes_the_more_urgent_priority(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    first, fresh = await desk.gateway.store.write(handoff.request, TALK, Wish("user_asked"))
    again, still = await desk.gateway.store.write(handoff.request, TALK, Wish("hazard", "fault", 0))
    assert (first, fresh, still) == (again, True, False)
    (row,) = await desk.rows(t.handoff)
    assert (row.priority, row.skill, row.reason) == (0, "fault", "hazard")


async def test_a_reply_to_an_earlier_state_of_affairs_is_not_shown_though_the_bot_has_the_word_again(
    desk: Desk,
) -> None:
    desk.engine.delay = 2.0
    await desk.say("你好")
    await until(lambda: desk.engine.running)
    await desk.gateway.store.write(handoff.release, TALK, "xiao-wang", await taken(desk))
    await desk.idle()
    assert await desk.texts() == ["你好"]
    assert (await desk.rows(t.message))[-1].state == "suppressed"


async def test_a_hand_over_that_nobody_hears_calls_nobody(desk: Desk) -> None:
    wish = {"type": "handover", "reason": "user_asked", "priority": 1, "summary": "转人工"}
    desk.engine.answer = lambda turn: [{"custom": wish}]
    desk.engine.delay = 2.0
    await desk.say("转人工")
    await until(lambda: desk.engine.running)
    await taken(desk)
    events = len(await desk.rows(t.handoff_event))
    await desk.idle()
    (row,) = await desk.rows(t.handoff)
    assert (row.state, row.priority, row.summary) == ("ASSIGNED", 5, "")
    assert len(await desk.rows(t.handoff_event)) == events
    assert await desk.texts() == ["转人工"]


async def test_a_person_offered_to_nobody_is_no_offer(desk: Desk) -> None:
    desk.engine.answer = lambda turn: [
        {"text": "要人工吗", "buttons": [{"title": "人工", "payload": "/request_human"}]}
    ]
    desk.engine.delay = 2.0
    await desk.say("你好")
    await until(lambda: desk.engine.running)
    await desk.gateway.store.write(handoff.release, TALK, "xiao-wang", await taken(desk))
    await desk.idle()
    assert [row.state for row in await desk.rows(t.handoff)] == ["BOT"]
