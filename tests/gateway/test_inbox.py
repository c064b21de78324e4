"""What is taken of a message, and what is refused."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.gateway.duties import TURNS
from bot.gateway.people import handoff
from bot.gateway.people.handoff import Wish
from bot.gateway.store import tables as t
from bot.gateway.turns.inbox import Inbound, Refused, clean
from tests.gateway.conftest import TALK, Desk
from tests.gateway.test_personal import picture


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("你好", "你好"),
        (" 一\r\n二\t三 ", "一\n二\t三"),
        ("停\x00电\x07了\u202e", "停电了"),
        ("\u200e停\ud800电", "停电"),
        ("/greet", "greet"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
    ],
)
def test_a_text_is_kept_without_what_cannot_be_seen(text: str, kept: str) -> None:
    assert clean(text, 20) == kept


@pytest.mark.parametrize(
    ("text", "code"),
    [("啊" * 21, "too_long"), ("", "empty"), (" \n", "empty"), ("\x00", "empty"), ("//", "empty")],
)
def test_too_much_and_nothing_are_refused(text: str, code: str) -> None:
    assert clean("啊" * 20, 20)
    with pytest.raises(Refused) as refused:
        clean(text, 20)
    assert refused.value.code == code


async def test_a_picture_is_shown_with_its_words_and_told_to_the_engine(desk: Desk) -> None:
    upload = await desk.gateway.uploads.keep(TALK, picture(), opens="web")
    await desk.say("这是电表", upload=upload.id)
    await desk.say(upload=upload.id)
    await desk.idle()
    shown = [m.body for m in await desk.shown() if m.author == "customer"]
    image = {"upload": upload.id, "alt": desk.text("upload")}
    assert shown == [{"image": image, "text": "这是电表"}, {"image": image, "text": ""}]
    assert [turn["text"] for turn in desk.engine.turns] == ["这是电表", desk.text("upload")]
    assert all(upload.id in turn["metadata"]["attachments"] for turn in desk.engine.turns)


async def test_a_picture_of_another_conversation_or_none_is_refused(desk: Desk) -> None:
    upload = await desk.gateway.uploads.keep("c-other", picture(), opens="web")
    for number in (upload.id, "made-up"):
        with pytest.raises(Refused) as refused:
            await desk.say(upload=number)
        assert refused.value.code == "unknown_upload"
    with pytest.raises(Refused) as refused:
        await desk.say()
    assert refused.value.code == "empty"
    assert await desk.rows(t.inbox) == []


async def test_the_receipt_names_the_message_and_what_was_shown(desk: Desk) -> None:
    first = await desk.say("你好")
    (row,) = await desk.rows(t.inbox)
    assert (first.inbox_id, first.seq, first.urgent) == (row.id, 1, False)
    assert [(m.seq, m.author, m.client_id, m.inbox_id) for m in first.published] == [
        (1, "customer", "m1", row.id)
    ]
    danger = await desk.say("电表箱着火了")
    assert danger.urgent and [m.author for m in danger.published] == ["customer", "bot"]
    again = await desk.gateway.inbox.take(Inbound("web", TALK, "m1", text="你好"))
    assert (again.inbox_id, again.seq, again.published) == (row.id, 1, ())
    await desk.idle()


async def test_what_stands_before_an_urgent_message_is_hurried_too_and_nothing_else(desk: Desk) -> None:
    await desk.gateway.jobs.stop(TURNS)
    for text, talk in (("电费多少", TALK), ("电费多少", "c-other"), ("我家停电了", TALK), ("谢谢", TALK)):
        await desk.say(text, talk)
    assert [row.lane for row in await desk.rows(t.inbox)] == [1, 2, 1, 2]
    await desk.say("电表箱着火了")
    assert [row.lane for row in await desk.rows(t.inbox)] == [0, 2, 0, 0, 0]


async def test_elder_mode_chosen_on_the_page_is_told_to_the_engine(desk: Desk) -> None:
    await desk.say("你好", elder=True)
    await desk.say("你好", elder=False)
    await desk.say("你好")
    await desk.idle()
    assert [turn["metadata"]["profile"] for turn in desk.engine.turns] == [
        {"elder": True},
        {"elder": False},
        {},
    ]


async def test_danger_said_to_an_agent_is_answered_by_the_system(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    await desk.gateway.store.write(handoff.request, TALK, Wish("user_asked"))
    await desk.gateway.store.write(handoff.take, TALK, "xiao-wang", 1)
    receipt = await desk.say("电表箱着火了")
    script = desk.gateway.wording.script("fire")
    assert [(m.author, m.body["text"]) for m in receipt.published[1:]] == [("system", script)]
    (row,) = await desk.rows(t.submission)
    assert row.urgent and row.operation == "report_danger"
    assert row.body == {
        "phenomenon": "danger", "description": "电表箱着火了", "hazard": "fire", "urgent": True,
        "address": desk.text("address_unknown", conversation=TALK), "channel": "web", "conversation": TALK,
    }  # fmt: skip


async def test_danger_told_half_an_hour_later_is_another_event(desk: Desk) -> None:
    await desk.say("电表箱着火了")
    await desk.say("还在着火")
    first, more = await desk.rows(t.submission)
    assert (more.operation, more.follows) == ("amend_fault", first.key)
    assert more.body == {"description": "还在着火", "hazard": "fire"}
    await desk.change(sa.update(t.submission).values(created_at=t.submission.c.created_at - 1801))
    await desk.say("又着火了")
    assert (await desk.rows(t.submission))[-1].operation == "report_danger"
    await desk.change(sa.update(t.submission).values(state="refused"))
    await desk.say("火越来越大，着火了")
    assert (await desk.rows(t.submission))[-1].operation == "report_danger"
    await desk.idle()
