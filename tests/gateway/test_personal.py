"""What is kept of a person is told, and erased at his wish: nothing of it is left in any table, file or session."""

from __future__ import annotations

import io

import sqlalchemy as sa
from PIL import Image

from bot.gateway.store import tables as t
from bot.gateway.turns import personal
from tests.gateway.conftest import TALK, Desk
from tests.gateway.fakes import until

SECRET = "我叫王秀英住金川小区"


def picture() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (8, 8)).save(data, "PNG")
    return data.getvalue()


async def erased(desk: Desk) -> None:
    """A conversation with words and a picture that is erased at the end."""
    await desk.say(SECRET)
    await desk.idle()
    await desk.gateway.uploads.keep(TALK, picture())
    desk.engine.answer = lambda turn: [{"text": "删好了。", "custom": None}, {"custom": {"type": "erase"}}]
    await desk.say("确定删")
    await desk.idle()


async def test_what_is_kept_is_counted(desk: Desk) -> None:
    await desk.say(SECRET)
    await desk.idle()
    await desk.gateway.uploads.keep(TALK, picture())
    kept = await desk.gateway.store.read(personal.stored, TALK)
    assert kept == {"messages": 2, "pictures": 1, "proofs": 0, "calls": 0}


async def test_no_word_and_no_picture_is_left_and_the_numbers_go_on(desk: Desk) -> None:
    await erased(desk)
    rows = [*await desk.rows(t.message), *await desk.rows(t.inbox)]
    assert SECRET not in str([row.body for row in rows])
    assert await desk.rows(t.attachment) == []
    assert (await desk.texts())[-1] == "删好了。"
    assert [each.seq for each in await desk.shown()] == [1, 2, 3, 4]


async def test_files_and_the_engines_sessions_follow(desk: Desk) -> None:
    await erased(desk)

    async def forgotten() -> bool:
        return desk.engine.forgotten == [TALK]

    await until(forgotten)
    assert list(desk.gateway.settings.upload_dir.iterdir()) == []
    await desk.say("你好")
    await desk.idle()
    assert desk.engine.turns[-1]["conversation"] == f"{TALK}.1"


async def test_an_engine_that_is_down_is_asked_again(desk: Desk) -> None:
    desk.engine.refuses_to_forget = 1
    await erased(desk)

    async def forgotten() -> bool:
        return desk.engine.forgotten == [TALK]

    await until(forgotten)


async def test_a_call_for_a_person_that_is_open_keeps_what_it_needs(desk: Desk) -> None:
    desk.engine.answer = lambda turn: [
        {"text": None, "custom": {"type": "handover", "reason": "user_asked", "summary": "问电费"}}
    ]
    await desk.say("转人工")
    await desk.idle()
    await erased(desk)
    (call,) = await desk.rows(t.handoff)
    assert call.summary == "问电费"


async def test_of_what_the_company_was_sent_only_what_is_still_to_be_sent_keeps_its_words(desk: Desk) -> None:
    await desk.say(SECRET)
    await desk.idle()
    for key, state in (("sent", "done"), ("waiting", "new")):
        await desk.change(
            sa.insert(t.submission).values(
                key=key, conversation=TALK, operation="voice", body={"content": SECRET}, state=state,
                urgent=False, created_at=0.0, not_before=9e9,
            )
        )  # fmt: skip
    await erased(desk)
    bodies = {row.key: row.body for row in await desk.rows(t.submission)}
    assert bodies["sent"] == {} and bodies["waiting"] == {"content": SECRET}


async def test_another_conversation_keeps_everything(desk: Desk) -> None:
    await desk.say(SECRET, talk="c-other")
    await desk.idle()
    await desk.gateway.uploads.keep("c-other", picture())
    await erased(desk)
    assert SECRET in await desk.texts("c-other")
    assert [row.conversation for row in await desk.rows(t.attachment)] == ["c-other"]
