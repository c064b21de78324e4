"""The line before the desk: who comes next, what those who wait hear, and that every wait ends."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from bot.gateway.people import handoff
from bot.gateway.people.handoff import Wish
from bot.gateway.store import tables as t
from tests.gateway.conftest import TALK, Desk
from tests.gateway.fakes import agent, until


@pytest.fixture
async def manned(desk: Desk) -> Desk:
    """One agent with one place."""
    await desk.change(sa.insert(t.agent).values(**agent("wang", desk.clock(), display="小王", capacity=1)))
    return desk


async def asked(desk: Desk, talk: str = TALK, **more: Any) -> None:
    """A customer who has spoken and wants a person."""
    await desk.say("你好", talk)
    await desk.idle()
    await desk.gateway.store.write(handoff.request, talk, Wish("user_asked", **more))


async def state(desk: Desk, talk: str = TALK) -> str:
    query = (
        sa.select(t.handoff.c.state).where(t.handoff.c.conversation == talk).order_by(t.handoff.c.id.desc())
    )
    return str(await desk.gateway.store.read(lambda c: c.execute(query.limit(1)).scalar_one()))


async def becomes(desk: Desk, wanted: str, talk: str = TALK) -> None:
    async def is_it() -> bool:
        return await state(desk, talk) == wanted

    await until(is_it)


async def long_ago(desk: Desk, **columns: float) -> None:
    """Everything happened so many seconds earlier."""
    h = t.handoff.c
    changes = {name: h[name] - seconds for name, seconds in columns.items()}
    await desk.change(sa.update(t.handoff).values(**changes))


async def chosen(desk: Desk, title: str, talk: str = TALK) -> None:
    """Press a button of the newest message that has some."""
    shown = [m for m in await desk.shown(talk) if m.body.get("quick_replies")]
    (button,) = [b for b in shown[-1].body["quick_replies"] if b["title"] == title]
    await desk.say(choice=button["id"], talk=talk)
    await desk.idle()


async def test_whoever_waits_is_given_to_a_free_agent_and_hears_who_it_is(manned: Desk) -> None:
    await asked(manned)
    await becomes(manned, "ASSIGNED")
    assert (await manned.texts())[-1] == manned.text("joined", agent="小王")
    (row,) = await manned.rows(t.handoff)
    assert row.agent == "wang" and row.due_at


async def test_who_waits_hears_his_place_and_the_way_out_and_may_leave_a_message(manned: Desk) -> None:
    await asked(manned)
    await becomes(manned, "ASSIGNED")
    await asked(manned, "c-second")
    await asked(manned, "c-third", priority=6)
    await until(lambda: heard(manned, "c-third", "您前面还有1位"))
    assert await heard(manned, "c-second", manned.text("position_next"))
    await long_ago(manned, queued_at=130)
    await until(lambda: heard(manned, "c-third", manned.text("other_ways")))
    await chosen(manned, manned.text("other_ways_message"), "c-third")
    assert await state(manned, "c-third") == "OFFLINE_MESSAGE"
    await chosen(manned, manned.text("other_ways_bot"), "c-second")
    assert await state(manned, "c-second") == "BOT"
    assert (await manned.texts("c-second"))[-1] == manned.text("bot_back_asked")


async def heard(desk: Desk, talk: str, words: str) -> bool:
    return any(words in text for text in await desk.texts(talk))


async def test_danger_comes_before_those_who_have_waited_longer(manned: Desk) -> None:
    await asked(manned)
    await becomes(manned, "ASSIGNED")
    await asked(manned, "c-second")
    await asked(manned, "c-danger", priority=0)
    version = (await manned.rows(t.handoff))[0].version
    await manned.gateway.store.write(handoff.release, TALK, "wang", version)
    await becomes(manned, "ASSIGNED", "c-danger")
    assert await state(manned, "c-second") == "QUEUED"


async def test_an_agent_who_says_nothing_loses_the_talk_and_gets_no_other(manned: Desk) -> None:
    await asked(manned)
    await becomes(manned, "ASSIGNED")
    await long_ago(manned, since=100)
    await becomes(manned, "QUEUED")
    assert manned.text("agent_away") in await manned.texts()
    assert (await manned.rows(t.agent))[0].state == "busy"


async def test_an_agent_who_does_not_answer_loses_the_talk(manned: Desk) -> None:
    await asked(manned)
    await becomes(manned, "ASSIGNED")
    await manned.gateway.store.write(handoff.speak, TALK, "wang", "1", {"text": "您好"})
    await manned.say("还在吗")
    await manned.idle()
    await long_ago(manned, due_at=301)
    await becomes(manned, "QUEUED")


async def test_a_customer_who_left_ends_the_talk_and_the_agent_writes_it_up(manned: Desk) -> None:
    await asked(manned)
    await becomes(manned, "ASSIGNED")
    await manned.gateway.store.write(handoff.speak, TALK, "wang", "1", {"text": "您好"})
    await long_ago(manned, since=2000)
    await manned.change(sa.update(t.conversation).values(active_at=0.0))
    await becomes(manned, "WRAP")
    assert (await manned.texts())[-1] == manned.text("talk_idle")
    await long_ago(manned, since=130)
    await becomes(manned, "CLOSED")


async def test_a_wait_that_nobody_ends_becomes_a_promise_with_a_ticket_and_the_promise_ends_too(
    manned: Desk,
) -> None:
    await manned.change(sa.update(t.agent).values(state="busy"))
    await asked(manned)
    await long_ago(manned, queued_at=901)
    await becomes(manned, "CALLBACK_WAIT")
    ticket = (await manned.rows(t.handoff))[0].ticket
    assert (await manned.texts())[-1] == manned.text("assign_timeout", ticket=ticket)
    await manned.say("电费多少")
    await manned.idle()
    assert (await manned.texts())[-1] == "echo:电费多少"
    await long_ago(manned, since=73 * 3600)
    await becomes(manned, "CLOSED")
    assert (await manned.texts())[-1] == manned.text("promise_ended", ticket=ticket)


async def test_a_promise_is_kept_when_an_agent_comes(manned: Desk) -> None:
    await manned.change(sa.update(t.agent).values(state="offline"))
    manned.engine.answer = lambda turn: [{"custom": {"type": "handover", "reason": "user_asked"}}]
    await manned.say("转人工")
    await manned.idle()
    assert await state(manned) == "OFFLINE_MESSAGE"
    await manned.change(sa.update(t.agent).values(state="online"))
    await becomes(manned, "ASSIGNED")


@pytest.mark.parametrize("words", ["回到机器人", "还是机器人吧。", "不用人工了"])
async def test_the_customer_may_go_back_to_the_bot_at_any_time(manned: Desk, words: str) -> None:
    await asked(manned)
    await becomes(manned, "ASSIGNED")
    await manned.say(words)
    await manned.idle()
    assert await state(manned) == "WRAP"
    await manned.say("电费多少")
    await manned.idle()
    assert (await manned.texts())[-1] == "echo:电费多少"


async def test_after_the_talk_the_customer_is_asked_how_it_was_and_why_when_it_was_bad(manned: Desk) -> None:
    await asked(manned)
    await becomes(manned, "ASSIGNED")
    version = (await manned.rows(t.handoff))[0].version
    said = await manned.gateway.store.write(manned.gateway.desk.resolve, TALK, "wang", version, "solved")
    assert [m.body["text"] for m in said] == [manned.text("talk_over"), manned.text("survey_person")]
    await chosen(manned, manned.text("survey_bad"))
    await chosen(manned, manned.text("survey_slow"))
    (row,) = await manned.rows(t.survey)
    assert (row.agent, row.score, row.reason) == ("wang", 1, "slow")
    assert (await manned.texts())[-1] == manned.text("survey_thanks")


async def test_a_promise_holds_for_the_hours_that_were_promised_and_then_its_end_is_told(desk: Desk) -> None:
    hours = desk.gateway.rules.times.promise_hours
    await asked(desk)
    row = (await desk.rows(t.handoff))[0]
    await desk.change(
        sa.update(t.handoff).values(state="OFFLINE_MESSAGE", since=row.since - (hours - 1) * 3600)
    )
    await desk.gateway.store.write(desk.gateway.desk.serve)
    assert await state(desk) == "OFFLINE_MESSAGE"
    await long_ago(desk, since=3601)
    await becomes(desk, "CLOSED")
    assert (await desk.texts())[-1] == desk.text("promise_ended", ticket=row.ticket)
