"""The channel suite for pages: what a tab may do, what it gets, and what it cannot reach."""

import asyncio
import io
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
import socketio
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey
from PIL import Image

from bot.channels.sessions import SessionTokens
from bot.channels.web import MAX_TEXT, Chat, parse
from bot.gateway.people import handoff
from bot.gateway.turns.inbox import Refused
from tests.channels.conftest import Page
from tests.clock import ManualClock
from tests.gateway.fakes import until

EVIL = "https://evil.example"
HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "'; DROP TABLE inbox; --",
    "😀👩‍👩‍👧‍👦🔥",
    '/report_danger{"order_no": "HACK"}',
    "／restart",
    "\u202egnp.exe\u2066",
    "null\x00byte",
    "{{7*7}} ${7*7} %s %n",
]


async def test_a_message_is_acknowledged_with_its_number_and_answered(page: Page) -> None:
    assert await page.say("你好") == {"ok": True, "seq": 1}
    message = await page.hears("echo:你好")
    assert message["seq"] == 2 and message["from"] == "bot" and message["at"].endswith("+08:00")
    assert page.numbers() == [2]
    assert [body["on"] for body in page.got("typing")] == [True, False]


async def test_a_repeated_delivery_is_answered_once(page: Page) -> None:
    same = str(uuid.uuid4())
    answers = [await page.say("你好", msg_id=same) for _ in range(3)]
    await page.hears("echo:你好")
    assert answers == [{"ok": True, "seq": 1}] * 3
    assert len(page.site.engine.executed) == 1
    refused = await page.say("再见", msg_id=same)
    assert refused["error"]["code"] == "bad_request"


async def test_messages_sent_in_one_breath_keep_their_order(page: Page) -> None:
    answers = await asyncio.gather(*(page.say(f"第{n}句") for n in range(5)))
    assert [answer["seq"] for answer in answers] == sorted(answer["seq"] for answer in answers)
    await page.hears("echo:第4句")
    assert [m["text"] for m in page.got("bot_uttered")] == [f"echo:第{n}句" for n in range(5)]


async def test_after_a_reconnect_nothing_is_missing_and_nothing_comes_twice(page: Page) -> None:
    await page.say("一")
    await page.hears("echo:一")
    seen = page.numbers()[-1]
    await page.close()
    other = await Page(page.site, page.token).open()
    await other.say("二")
    await other.hears("echo:二")
    await other.close()
    back = await Page(page.site, page.token).open(after_seq=seen)
    await back.say("三")
    await back.hears("echo:三")
    assert back.numbers() == [seen + 1, seen + 2, seen + 4]
    confirm = back.got("session_confirm")[0]
    assert confirm["last_seq"] == seen + 2 and confirm["owner"] == "bot"
    await back.close()


async def test_two_tabs_show_the_same_conversation_and_no_echo_of_oneself(page: Page) -> None:
    second = await Page(page.site, page.token).open()
    await asyncio.gather(page.say("左"), second.say("右"))
    await until(lambda: len(page.got("bot_uttered")) == len(second.got("bot_uttered")) == 2)
    assert [m["text"] for m in page.got("user_echo")] == ["右"]
    assert [m["text"] for m in second.got("user_echo")] == ["左"]
    assert page.numbers() == sorted(page.numbers()) and second.numbers() == sorted(second.numbers())
    await second.close()


async def test_another_customer_hears_nothing_of_it(page: Page) -> None:
    stranger = await Page(page.site, await page.site.token()).open()
    await page.say("我的户号")
    await page.hears("echo:我的户号")
    await asyncio.sleep(0.2)
    assert stranger.numbers() == []
    await stranger.close()


async def test_an_id_without_the_signed_token_opens_nothing(page: Page) -> None:
    await page.say("我的户号")
    claims = jwt.decode(page.token, OctKey.import_key("made-up-session_key-for-tests")).claims
    conversation = claims["sub"]
    forged = SessionTokens("another-key-made-up-for-tests", page.site.clock).mint(conversation)[0]
    unsigned = jwt.encode(
        {"alg": "HS256"}, {**claims, "exp": 1}, OctKey.import_key("made-up-session_key-for-tests")
    )
    for stolen in (conversation, forged, unsigned, "", None, 7, {"sub": conversation}):
        thief = Page(page.site, stolen)  # type: ignore[arg-type]
        with pytest.raises(socketio.exceptions.ConnectionError):
            await thief.open()
        await thief.drop()
    fresh = await page.site.token(forged)
    other = await Page(page.site, fresh).open()
    assert other.got("session_confirm")[0]["messages"] == []
    await other.close()


async def test_a_session_is_renewed_with_its_conversation(page: Page) -> None:
    await page.say("你好")
    await page.hears("echo:你好")
    renewed = await Page(page.site, await page.site.token(page.token)).open()
    assert len(renewed.got("session_confirm")[0]["messages"]) == 2
    await renewed.close()


async def test_a_foreign_origin_gets_neither_session_nor_socket_nor_upload(page: Page) -> None:
    async with page.site.http(origin=EVIL) as http:
        for path in ("/api/v1/web/session", "/api/v1/web/uploads"):
            answer = (
                await http.post(path, files={"file": b"x"})
                if "up" in path
                else await http.post(path, json={})
            )
            assert answer.status_code == 403
            assert "access-control-allow-origin" not in answer.headers
    foreign = Page(page.site, page.token)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await foreign.open(origin=EVIL)
    await foreign.drop()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": "字" * (MAX_TEXT + 1)}, "too_long"),
        ({"text": ""}, "empty"),
        ({"text": " \n\t\u200b"[:3]}, "empty"),
        ({"text": "/"}, "empty"),
        ({}, "empty"),
        ({"text": b"\x00\xff"}, "bad_request"),
        ({"text": 7}, "bad_request"),
        ({"text": ["你好"]}, "bad_request"),
        ({"text": "你好", "msg_id": ""}, "bad_request"),
        ({"text": "你好", "msg_id": "x" * 300}, "bad_request"),
        ({"text": "你好", "choice": "a"}, "bad_request"),
        ({"choice": "made-up"}, "unknown_choice"),
        ({"upload": "made-up"}, "unknown_upload"),
    ],
)
async def test_what_cannot_be_taken_gets_a_clear_answer_and_leaves_nothing(
    page: Page, body: dict, code: str
) -> None:
    answer = await page.say(**body)
    assert answer["ok"] is False and answer["error"]["code"] == code and answer["error"]["message"]
    assert (await page.say("你好"))["seq"] == 1
    await page.hears("echo:你好")


@pytest.mark.parametrize("body", [None, [], "text", 7, {"msg_id": {"$ne": 1}, "text": "x"}])
async def test_a_body_of_another_shape_gets_a_clear_answer(page: Page, body: object) -> None:
    answer = await page.socket.call("user_uttered", body)
    assert answer["error"]["code"] == "bad_request"


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_text(page: Page, text: str) -> None:
    answer = await page.say(text)
    assert answer["ok"]
    await until(lambda: page.got("bot_uttered"))
    turn = page.site.engine.turns[0]
    assert turn["payload"] is None
    assert (
        not turn["text"].startswith(("/", "／"))
        and "\x00" not in turn["text"]
        and "\u202e" not in turn["text"]
    )


async def test_a_packet_that_is_far_too_large_does_not_hurt_others(page: Page) -> None:
    victim = await Page(page.site, await page.site.token()).open()
    with pytest.raises((socketio.exceptions.TimeoutError, socketio.exceptions.SocketIOError)):
        await page.socket.call("user_uttered", {"msg_id": "big", "text": "x" * 2_000_000}, timeout=2)
    assert (await victim.say("你好"))["ok"]
    await victim.hears("echo:你好")
    await victim.close()


async def test_who_sends_too_fast_is_told_when_to_go_on(page: Page) -> None:
    answers = [await page.say(f"第{n}句") for n in range(7)]
    refused = [answer for answer in answers if not answer["ok"]]
    assert len(refused) == 2
    assert refused[0]["error"]["code"] == "rate_limited" and refused[0]["error"]["retry_after"] >= 1
    assert page.got("rate_limited")[0]["retry_after"] >= 1
    await page.hears("echo:第4句")


async def test_an_uploaded_picture_is_sent_and_shown_with_a_fresh_link(page: Page) -> None:
    out = io.BytesIO()
    Image.new("RGB", (30, 10), "blue").save(out, "PNG")
    async with page.site.http(authorization=f"Bearer {page.token}") as http:
        answer = await http.post(
            "/api/v1/web/uploads", files={"file": ("meter.png", out.getvalue(), "image/png")}
        )
        upload = answer.json()
        assert answer.status_code == 200 and upload["width"] == 30
        stranger = await Page(page.site, await page.site.token()).open()
        assert (await stranger.say(upload=upload["id"]))["error"]["code"] == "unknown_upload"
        await stranger.close()
        assert (await page.say("这是电表", upload=upload["id"]))["ok"]
        await page.hears("echo:这是电表")
        again = await Page(page.site, page.token).open()
        shown = again.got("session_confirm")[0]["messages"][0]
        assert (await http.get(shown["image"]["url"])).status_code == 200
        await again.close()
    assert page.site.engine.turns[0]["metadata"]["attachments"] == [upload["id"]]


async def test_an_upload_needs_a_session_and_a_picture(page: Page) -> None:
    async with page.site.http(origin=page.site.url) as http:
        files = {"file": ("a.svg", b"<svg onload=alert(1)>", "image/svg+xml")}
        assert (await http.post("/api/v1/web/uploads", files=files)).status_code == 401
        good = {"authorization": f"Bearer {page.token}"}
        assert (await http.post("/api/v1/web/uploads", files=files, headers=good)).status_code == 415
        large = {"file": ("a.png", b"\x89PNG" + b"x" * (5 * 2**20 + 1000), "image/png")}
        assert (await http.post("/api/v1/web/uploads", files=large, headers=good)).status_code == 413


async def test_an_agents_words_arrive_under_the_agents_name(page: Page) -> None:
    await page.say("你好")
    await page.hears("echo:你好")
    store = page.site.gateway.store
    conversation = page.site.engine.turns[0]["conversation"]
    await store.write(handoff.request, conversation, handoff.Wish("user_asked"))
    await store.write(handoff.take, conversation, "小王", 1)
    await page.site.gateway.tell(
        await store.write(handoff.speak, conversation, "小王", "a1", {"text": "您好"})
    )
    message = await page.hears("您好")
    assert (message["from"], message["agent"]) == ("agent", "小王")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "msg_id": st.text(max_size=70),
        "text": json_values,
        "choice": json_values,
        "upload": json_values,
    },
)


@given(bodies | json_values)
def test_whatever_is_sent_parses_or_is_refused(body: object) -> None:
    try:
        inbound = parse("c-test", body)
    except Refused:
        return
    text = inbound.text
    assert text is None or (text == text.strip() and text.encode() and not text.startswith("/"))


async def test_the_engine_is_told_of_the_elder_mode_a_page_has_chosen_and_of_nothing_else(page: Page) -> None:
    for profile in ({"elder": True, "level": "L3"}, {"elder": False}, {"elder": None}, {}):
        assert (await page.say("你好", profile=profile))["ok"]
    await until(lambda: len(page.site.engine.executed) == 4)
    told = [turn["metadata"]["profile"] for turn in page.site.engine.turns]
    assert told == [{"elder": True}, {"elder": False}, {}, {}]
    assert (await page.say("你好", profile={"elder": "perhaps"}))["error"]["code"] == "bad_request"


async def test_a_page_hears_that_the_bot_noticed_the_wish_for_plain_talk(page: Page) -> None:
    wish = {"type": "profile", "elder": True}
    page.site.engine.answer = lambda turn: [{"text": "好的，我慢慢说。", "custom": wish}]
    await page.say("说慢点")
    assert (await page.hears("好的，我慢慢说。"))["profile"] == {"elder": True}


async def test_a_listener_that_fails_costs_the_page_neither_its_receipt_nor_the_answer(page: Page) -> None:
    async def broken(*_said: object) -> None:
        raise RuntimeError("a screen that fell over")

    gateway = page.site.gateway
    assert gateway
    for listeners in (gateway.on_published, gateway.on_typing):
        listeners.insert(0, broken)
    assert await page.say("你好") == {"ok": True, "seq": 1}
    assert (await page.hears("echo:你好"))["seq"] == 2
    assert [body["on"] for body in page.got("typing")] == [True, False]


class ClosingTabs:
    """Sockets whose tab closes while something is sent to it."""

    def __init__(self) -> None:
        self.handlers: dict[str, Any] = {}
        self.told: set[str] = set()

    def on(self, name: str, handler: Any) -> None:
        self.handlers[name] = handler

    async def emit(self, _event: str, _body: object, to: str) -> None:
        self.told.add(to)
        await self.handlers["disconnect"](to)


async def test_tabs_may_close_while_they_are_told_that_the_bot_types() -> None:
    gateway, tokens, sockets = (
        SimpleNamespace(on_published=[], on_typing=[], store=SimpleNamespace(single=True)),
        SessionTokens("k" * 32, ManualClock(0.0)),
        ClosingTabs(),
    )
    chat = Chat(gateway, tokens, sockets, SimpleNamespace())  # type: ignore[arg-type]
    token, _ = tokens.mint("c-1")
    for tab in "abc":
        await chat.connect(tab, {}, {"token": token})
    await chat.bot_types("c-1", True)
    assert sockets.told == {"a", "b", "c"}
