"""What WeChat refuses, and what becomes of the message then; tokens; pictures and recordings; what is left after unsubscribing."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from PIL import Image

from bot.channels.wechat import api, delivery, outbox
from bot.channels.wechat.render import Words
from bot.channels.wechat.tokens import AccessToken, Issued
from bot.gateway.store import messages
from bot.gateway.store import tables as t
from bot.gateway.store.wechat import pieces
from bot.gateway.store.wechat import tables as w
from scripts.ports import free_port
from tests.channels.wechat.conftest import OPENID, Line, connected
from tests.gateway.fakes import TOKENS, serve, until

LINE = "made-up-token-of-the-line"


async def tell(line: Line, key: str, text: str) -> None:
    """Something is said outside a turn, as an order number is."""
    talk = await line.conversation()
    said = await line.gateway.store.write(messages.tell, talk, key, {"text": text}, author="system")
    await line.gateway.tell(said)


async def states(line: Line) -> list[tuple[str, int | None]]:
    return [(row.state, row.code) for row in await line.rows(w.piece)]


async def test_a_refused_token_is_renewed_once_and_the_message_arrives_once(line: Line) -> None:
    await line.say("你好")
    await tell(line, "one", "第一条")
    await until(lambda: line.pushed)
    line.platform.rotate()
    await tell(line, "two", "第二条")
    await until(lambda: len(line.pushed) == 2)
    assert line.platform.calls == {"stable_token": 2, "send": 3} and line.platform.forced == 0
    assert line.pushed == ["第一条", "第二条"]


@pytest.mark.slow
async def test_a_token_that_stays_refused_is_renewed_by_force_once_and_then_waits(line: Line) -> None:
    await line.say("你好")
    line.platform.errors["send"] = [40001] * 4
    await tell(line, "one", "第一条")
    await until(lambda: line.pushed, 20)
    assert line.platform.forced == 1 and line.pushed == ["第一条"]


@pytest.mark.parametrize("code", [45015, 45047, 43004, 40003])
async def test_a_closed_window_ends_the_tries_and_is_shown_to_agents(line: Line, code: int) -> None:
    await line.say("你好")
    line.platform.errors["send"] = [code]
    await tell(line, "one", "第一条")
    await until(lambda: line.platform.calls["send"])
    await tell(line, "two", "第二条")
    await asyncio.sleep(1)
    assert line.platform.calls["send"] == 1 and line.pushed == []
    talk = await line.conversation()
    async with line.http(authorization=f"Bearer {TOKENS['internal_token']}") as http:
        shown = (await http.get(f"/internal/v1/wechat/{talk}")).json()
    assert shown["quota"] == 0
    assert [one["text"] for one in shown["undelivered"]] == ["第一条", "第二条"]
    async with line.http(authorization="Bearer nobody") as http:
        assert (await http.get(f"/internal/v1/wechat/{talk}")).status_code == 401


async def test_what_could_not_be_sent_comes_first_when_the_customer_writes_again(line: Line) -> None:
    await line.say("你好")
    line.platform.errors["send"] = [45047]
    await tell(line, "one", "工单号")
    await until(lambda: line.platform.calls["send"])
    await asyncio.sleep(0.3)
    back = await line.say("在吗")
    assert back.text == "工单号"
    await until(lambda: line.pushed)
    assert line.pushed == ["echo:在吗"]


@pytest.mark.slow
async def test_the_quota_is_counted_and_not_overdrawn(line: Line) -> None:
    await line.say("你好")
    for n in range(7):
        await tell(line, f"k{n}", f"第{n}条")
        await asyncio.sleep(0.35)
    await until(lambda: len(line.pushed) == 5)
    await asyncio.sleep(0.6)
    assert line.platform.calls["send"] == 5
    assert (await states(line))[-2:] == [("undelivered", 45047)] * 2


async def test_trouble_that_passes_is_retried_and_trouble_that_stays_ends(line: Line) -> None:
    async def sent(times: int) -> bool:
        line.clock.forward(2)
        return line.platform.calls["send"] == times

    async def given_up() -> bool:
        return (await states(line))[-1] == ("undelivered", 40164)

    await line.say("你好")
    line.platform.errors["send"] = [-1, 45009]
    await tell(line, "one", "第一条")
    await until(lambda: sent(3))
    await until(lambda: line.pushed)
    line.platform.errors["send"] = [40164] * 50
    await tell(line, "two", "第二条")
    await until(lambda: sent(3 + delivery.ATTEMPTS))
    await until(given_up)
    assert line.platform.calls["send"] == 3 + delivery.ATTEMPTS


async def test_a_message_wechat_will_never_take_does_not_stop_the_next(line: Line) -> None:
    await line.say("你好")
    line.platform.errors["send"] = [45002]
    await tell(line, "one", "第一条")
    await until(lambda: line.platform.calls["send"])
    await tell(line, "two", "第二条")
    await until(lambda: line.pushed)
    assert line.pushed == ["第二条"] and ("undelivered", 45002) in await states(line)


def test_every_documented_error_has_a_kind_and_an_unknown_one_is_not_repeated() -> None:
    documented = (
        -1,
        40001,
        40014,
        42001,
        40003,
        40164,
        40200,
        43004,
        43019,
        45009,
        45011,
        45015,
        45047,
        48001,
        48004,
        50002,
    )
    assert set(documented) <= api.KINDS.keys()
    assert api.Failure(40007).kind is api.Failure(99999).kind is api.Kind.MESSAGE


async def test_fifty_at_once_with_a_cold_token_fetch_it_once(line: Line) -> None:
    line.platform.token_seconds = 0.3
    one = line.gateway.store
    http = api.client(line.settings.wechat_url)
    account = line.settings.wechat_accounts["main"]
    # Two processes, so to speak: each has its own lock, both have the database.
    apis = [api.Api("main", account, http, one) for _ in range(2)]
    for n in range(50):
        line.platform.allow(line.platform.message(f"o-{n}"))
    await asyncio.gather(*(apis[n % 2].send_text(f"o-{n}", "好") for n in range(50)))
    assert len(line.pushed) == 50 and line.platform.calls["stable_token"] == 1
    await http.aclose()


async def test_a_token_is_renewed_before_it_ends_and_a_failed_fetch_frees_the_lease(line: Line) -> None:
    asked: list[bool] = []

    async def fetch(force: bool) -> Issued:
        asked.append(force)
        if len(asked) == 1:
            raise api.Failure(None)
        return Issued(f"t{len(asked)}", 300 if len(asked) == 2 else 7200)

    tokens = AccessToken(line.gateway.store, "other", "made-up-secret", fetch)
    with pytest.raises(api.Failure):
        await tokens.get()
    assert [await tokens.get(), await tokens.get(), await tokens.get()] == ["t2", "t3", "t3"]
    assert asked == [False] * 3
    [kept] = await line.rows(w.token)
    assert kept.account == "other" and "t3" not in kept.token
    # What another secret has sealed is no token.
    changed = AccessToken(line.gateway.store, "other", "another-made-up-secret", fetch)
    assert await changed.get() == "t4"


async def test_chinese_is_sent_as_it_is(line: Line) -> None:
    await line.say("你好")
    await tell(line, "one", "电费👍")
    await until(lambda: line.pushed)
    assert "电费👍".encode() in line.platform.bodies[0]


def photo() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(data, "JPEG", exif=b"Exif\x00\x00made-up")
    return data.getvalue()


async def test_a_picture_is_fetched_by_its_id_and_goes_with_the_message(line: Line) -> None:
    line.platform.media["m-1"] = photo()
    line.engine.answer = lambda turn: [{"text": f"pictures:{len(turn['metadata']['attachments'])}"}]
    message = line.platform.message(OPENID, "image", PicUrl="http://127.0.0.1:9/never-asked", MediaId="m-1")
    done = await line.platform.push(message)
    assert done.text == "pictures:1"
    [kept] = await line.rows(t.attachment)
    assert line.engine.turns[0]["metadata"]["attachments"] == [kept.id]
    assert (await line.platform.push(message)).text == "pictures:1"
    # The report is confirmed some messages later, and the picture still belongs to it.
    assert (await line.say("对")).text == "pictures:1"
    assert (await line.say("你好", "o-made-up-other")).text == "pictures:0"
    assert line.platform.calls["media"] == 1


@contextlib.asynccontextmanager
async def hearing(
    folder: Path, status: int = 200, **heard: object
) -> AsyncIterator[tuple[Line, list[bytes]]]:
    """A line whose voice process hears this, and what it was given."""
    given: list[bytes] = []
    app, port = FastAPI(), free_port()

    @app.post("/v1/recognise")
    async def recognise(request: Request) -> JSONResponse:
        assert request.headers["authorization"] == f"Bearer {LINE}"
        given.append(await request.body())
        return JSONResponse({"confidence": 0.5, **heard}, status)

    async with (
        serve(app, port),
        connected(folder, voice_url=f"http://127.0.0.1:{port}", voice_token=LINE) as line,
    ):
        line.platform.media |= {"m-8": b"8 kHz", "m-16": b"16 kHz"}
        yield line, given


def voice(line: Line, **more: str) -> dict[str, str]:
    return line.platform.message(OPENID, "voice", MediaId="m-8", Format="amr", **more)


async def test_a_recording_is_heard_and_taken_as_words(tmp_path: Path) -> None:
    async with hearing(tmp_path, text="我家停电了", sure=True) as (line, given):
        message = voice(line, MediaId16K="m-16")
        assert (await line.platform.push(message)).text == "echo:我家停电了"
        assert (await line.platform.push(message)).text == "echo:我家停电了"
        assert given == [b"16 kHz"]
        assert [m.body["text"] for m in await line.shown()] == ["我家停电了", "echo:我家停电了"]


async def test_danger_that_is_spoken_gets_the_safety_script(tmp_path: Path) -> None:
    async with hearing(tmp_path, text="电线断了掉地上了", sure=True) as (line, _given):
        line.engine.delay = 3.0
        done = await line.platform.push(voice(line))
        assert done.text and "远离" in done.text


async def test_a_recording_that_is_not_clear_is_shown_and_asked_for_again(tmp_path: Path) -> None:
    async with hearing(tmp_path, text="查电费", sure=False) as (line, _given):
        done = await line.platform.push(voice(line))
        assert done.text and "查电费" in done.text and "再说一次" in done.text
        assert (await line.shown())[0].body["text"] == "[语音]" and line.engine.turns == []


@pytest.mark.parametrize(
    ("status", "media", "words"),
    [(200, "m-8", "没有听清"), (415, "m-8", "没有收到"), (503, "m-8", "听不了语音"), (501, "m-8", "听不了语音"),
     (200, "gone", "没有收到")],
)  # fmt: skip
async def test_a_recording_that_cannot_be_heard_is_said_so(
    tmp_path: Path, status: int, media: str, words: str
) -> None:
    async with hearing(tmp_path, status, text="", sure=False) as (line, _given):
        done = await line.platform.push({**voice(line), "MediaId": media})
        assert done.text and words in done.text
        assert line.engine.turns == []


async def test_a_picture_that_is_gone_or_is_none_is_said_so(line: Line) -> None:
    gone = await line.platform.push(line.platform.message(OPENID, "image", MediaId="nothing"))
    assert gone.text and "再发一次" in gone.text
    line.platform.media["m-2"] = b"no picture at all"
    unreadable = await line.platform.push(line.platform.message(OPENID, "image", MediaId="m-2"))
    assert unreadable.text and "打不开" in unreadable.text
    assert line.engine.turns == []


async def test_unsubscribing_deletes_who_it_was_and_a_new_contact_is_a_stranger(line: Line) -> None:
    await line.say("你好")
    talk = await line.conversation()
    bind = sa.insert(w.binding).values(
        conversation=talk, account_no="0100000000123", verified_at=line.clock()
    )
    await line.change(
        bind, sa.insert(w.piece).values(conversation=talk, author="system", text="x", at=0.0, not_before=9e9)
    )
    await line.say("电费多少")
    assert line.engine.turns[-1]["metadata"]["accounts"] == ["0100000000123"]
    assert line.engine.turns[-1]["metadata"]["level"] == "L2"
    assert (await line.event("unsubscribe")).raw == "success"
    for table in (w.user, w.binding, w.piece, t.identity):
        assert await line.rows(table) == []
    everything = str([await line.rows(table) for table in t.metadata.sorted_tables])
    assert OPENID not in everything
    await line.say("你好")
    assert await line.conversation() != talk
    assert line.engine.turns[-1]["metadata"]["accounts"] == []


async def test_a_restart_sends_what_was_left(line: Line) -> None:
    await line.say("你好")
    talk = await line.conversation()
    await line.gateway.store.write(messages.tell, talk, "left", {"text": "还没送出"}, author="system")
    found = await line.gateway.store.read(pieces.behind)
    assert found == [talk]
    renderer = outbox.Renderer(Words("", "{agent}", ""), "", str)
    await line.gateway.store.write(outbox.plan, talk, renderer)
    await until(lambda: line.pushed)
    assert line.pushed == ["还没送出"]
