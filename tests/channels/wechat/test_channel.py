"""The way of a message: who is let in, what is answered in time, what is pushed afterwards."""

import asyncio
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest

from bot.channels.wechat.channel import deadline
from bot.channels.wechat.codec import sign
from bot.gateway.people import handoff
from bot.gateway.store import tables as t
from bot.gateway.store.wechat import tables as w
from demo.wechat.platform import Platform, as_xml
from tests.channels.wechat.conftest import ACCOUNT, AES_KEY, OPENID, Line, connected
from tests.gateway.fakes import until


async def post(line: Line, query: dict[str, str], body: bytes, alias: str = "main") -> httpx.Response:
    async with line.http() as http:
        return await http.post(f"/wechat/{alias}", params=query, content=body)


def signed(at: float) -> dict[str, str]:
    timestamp = str(int(at))
    return {"timestamp": timestamp, "nonce": "n1", "signature": sign(ACCOUNT["token"], timestamp, "n1")}


async def test_the_url_is_verified_with_the_bare_echo(line: Line) -> None:
    async with line.http() as http:
        good = await http.get(
            "/wechat/main", params={**signed(line.clock()), "echostr": "4375120948345356249"}
        )
        assert (good.status_code, good.text) == (200, "4375120948345356249")
        assert good.headers["content-type"].startswith("text/plain")
        forged = {**signed(line.clock()), "signature": "0" * 40, "echostr": "secret-echo"}
        for query in (
            forged,
            {**signed(line.clock() - 900), "echostr": "secret-echo"},
            {"echostr": "secret-echo"},
        ):
            refused = await http.get("/wechat/main", params=query)
            assert refused.status_code == 403 and "secret-echo" not in refused.text
        assert (await http.get("/wechat/other", params=signed(line.clock()))).status_code == 404


async def test_a_message_is_answered_in_the_same_request(line: Line) -> None:
    done = await line.say("你好")
    assert (done.text, done.attempts) == ("echo:你好", 1)
    assert done.reply and (done.reply["ToUserName"], done.reply["FromUserName"]) == (
        OPENID,
        "gh_000000000000",
    )
    await asyncio.sleep(0.6)
    assert line.pushed == []


async def test_a_forged_plain_message_is_refused_and_no_turn_runs(line: Line) -> None:
    body = as_xml(line.platform.message(OPENID, Content="你好")).encode()
    assert (await post(line, signed(line.clock()), body)).status_code == 403
    query, sealed = line.platform.sealed(line.platform.message(OPENID, Content="你好"))
    for wrong in (
        {**query, "msg_signature": query["signature"]},
        {k: v for k, v in query.items() if k != "encrypt_type"},
        {**query, **signed(line.clock()), "msg_signature": "", "encrypt_type": "raw"},
        {},
    ):
        assert (await post(line, wrong, sealed)).status_code == 403
    assert line.engine.turns == [] and await line.rows(w.received) == []


async def test_a_stale_message_is_refused(line: Line) -> None:
    for at in (line.clock() - 400, line.clock() + 400):
        query, body = line.platform.sealed(line.platform.message(OPENID, Content="你好"), at)
        assert (await post(line, query, body)).status_code == 403
    assert line.engine.turns == []


async def test_a_replay_gives_what_was_answered_and_does_nothing(line: Line) -> None:
    query, body = line.platform.sealed(line.platform.message(OPENID, Content="你好"))
    first = line.platform.opened(await post(line, query, body))
    again = line.platform.opened(await post(line, query, body))
    assert first and again and first["Content"] == again["Content"] == "echo:你好"
    assert len(line.engine.executed) == 1 and len(await line.rows(w.received)) == 1


async def test_the_same_message_three_times_at_once_is_one_turn_and_one_answer(line: Line) -> None:
    line.engine.delay = 0.5
    message = line.platform.message(OPENID, Content="你好")
    done = await asyncio.gather(*(line.platform.push(message) for _ in range(3)))
    assert [each.text for each in done] == ["echo:你好"] * 3
    assert len(line.engine.executed) == 1 and line.pushed == []


async def test_a_client_that_gave_up_is_answered_when_it_comes_again(line: Line) -> None:
    line.engine.delay = 1.0
    message = line.platform.message(OPENID, Content="你好")
    line.platform.client.timeout = httpx.Timeout(0.4)
    lost = asyncio.create_task(line.platform.push(message))
    await asyncio.sleep(0.6)
    line.platform.client.timeout = httpx.Timeout(5)
    await lost
    assert (await line.platform.push(message)).text == "echo:你好"
    assert len(line.engine.executed) == 1 and line.pushed == []


@pytest.mark.slow
async def test_a_slow_turn_is_answered_with_success_in_time_and_pushed_once(line: Line) -> None:
    line.engine.delay = 6.0
    done = await line.say("你好")
    assert (done.raw, done.attempts) == ("success", 1)
    await until(lambda: line.pushed, 6)
    await asyncio.sleep(0.7)
    assert line.pushed == ["echo:你好"]
    assert line.platform.typed == [OPENID]


async def test_many_replies_become_one_passive_message_and_at_most_four_pushes(line: Line) -> None:
    line.engine.answer = lambda turn: [{"text": f"{n}" + "电" * 600 + "。"} for n in range(7)]
    first = await line.say("你好")
    await until(lambda: len(line.pushed) == 4)
    await asyncio.sleep(0.6)
    texts = [first.text or "", *line.pushed]
    assert len(texts) == 5 and [text[0] for text in texts] == ["0", "1", "2", "3", "4"]
    line.engine.answer = lambda turn: [{"text": f"第{n}条"} for n in range(7)]
    short = await line.say("再来")
    assert short.text == "\n\n".join(f"第{n}条" for n in range(7))


async def test_a_turn_without_words_for_the_customer_is_answered_with_success(line: Line) -> None:
    await line.say("你好")
    await line.change(t.conversation.update().values(owner="agent", agent="小王"))
    done = await line.say("在吗")
    assert done.raw == "success"


async def test_an_agents_words_go_out_with_the_name_and_a_bots_late_answer_does_not(line: Line) -> None:
    await line.say("你好")
    talk = await line.conversation()
    await line.gateway.store.write(handoff.request, talk, handoff.Wish("user_asked"))
    await line.gateway.store.write(handoff.take, talk, "小王", 1)
    said = await line.gateway.store.write(handoff.speak, talk, "小王", "a1", {"text": "我来帮您看。"})
    await line.gateway.tell(said)
    await until(lambda: line.pushed)
    assert line.pushed == ["小王（人工）：我来帮您看。"]
    await line.change(
        w.piece.insert().values(conversation=talk, author="bot", text="迟到的话", at=line.clock())
    )
    await asyncio.sleep(0.6)
    states = [(row.author, row.state) for row in await line.rows(w.piece)]
    assert states[-1] == ("bot", "withheld") and len(line.pushed) == 1


async def test_a_button_is_chosen_by_number_title_or_link(line: Line) -> None:
    def answer(turn: dict[str, Any]) -> list[dict[str, Any]]:
        if turn["payload"]:
            return [{"text": f"chose:{turn['payload']}"}]
        buttons = [{"title": "邻居有电", "payload": "/affirm"}, {"title": "邻居也没电", "payload": "/deny"}]
        return [{"text": "邻居家有电吗？", "buttons": buttons}]

    line.engine.answer = answer
    for given in ("２", "2.", "选2", "邻居也没电"):
        offered = await line.say("停电了")
        assert offered.text and "2. <a href=" in offered.text and "/deny" not in offered.text
        assert (await line.say(given)).text == "chose:/deny", given
    offered = await line.say("停电了")
    assert offered.text
    key = offered.text.split("msgmenuid=")[1].split('"')[0]
    assert (await line.say("邻居有电", bizmsgmenuid=key)).text == "chose:/affirm"
    # The options are spent: the number is a number, the old link is its words.
    line.engine.answer = lambda turn: [{"text": f"heard:{turn['text']}"}]
    assert (await line.say("2")).text == "heard:2"
    assert (await line.say("邻居有电", bizmsgmenuid=key)).text == "heard:邻居有电"


async def test_a_number_for_an_agent_is_no_option_of_the_bots(line: Line) -> None:
    buttons = [{"title": "是", "payload": "/affirm"}, {"title": "否", "payload": "/deny"}]
    line.engine.answer = lambda turn: [{"text": "对吗？", "buttons": buttons}]
    await line.say("停电了")
    talk = await line.conversation()
    await line.change(t.conversation.update().values(owner="agent", agent="小王"))
    said = await line.gateway.store.write(handoff.speak, talk, "小王", "a1", {"text": "家里几口人？"})
    await line.gateway.tell(said)
    await until(lambda: line.pushed)
    await line.say("2")
    assert (await line.shown())[-1].body["text"] == "2"


@pytest.mark.slow
async def test_danger_is_answered_at_once_while_the_engine_sleeps(line: Line) -> None:
    line.engine.delay = 3.0
    done = await line.say("我家门口电线断了掉地上了")
    assert done.text and "远离" in done.text
    assert line.engine.executed == []


async def bare(line: Line, openid: str) -> tuple[float, bytes]:
    """A push over a connection of its own, with no client library in the way of what is measured."""
    message = line.platform.message(openid, Content="你好")
    line.platform.allow(message)
    query, body = line.platform.sealed(message)
    to = urlsplit(line.platform.target)
    head = f"POST {to.path}?{urlencode(query)} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n"
    began = time.monotonic()
    reader, writer = await asyncio.open_connection(to.hostname, to.port)
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    answer = await reader.read()
    writer.close()
    return time.monotonic() - began, answer


def test_the_more_wait_the_shorter() -> None:
    assert [round(deadline(n), 1) for n in (1, 50, 300, 10_000)] == [4.2, 4.1, 3.6, 2.1]


@pytest.mark.slow
async def test_three_hundred_at_once_are_all_answered_while_the_engine_is_busy(line: Line) -> None:
    line.engine.delay = 0.6
    people = [f"o-made-up-{n:04d}" for n in range(300)]
    done = await asyncio.gather(*(bare(line, openid) for openid in people))
    assert {answer.split(b" ")[1] for _, answer in done} == {b"200"}
    print(f"slowest of 300: {max(seconds for seconds, _ in done):.2f} s")
    passive = sum(b"<Encrypt>" in answer for _, answer in done)
    answers = lambda: sum("echo:你好" in text for text in line.pushed)  # noqa: E731
    await until(lambda: passive + answers() >= 300, 90)
    await asyncio.sleep(1)
    assert passive + answers() == 300 and len(line.engine.executed) == 300


@pytest.mark.parametrize("kind", ["voice", "video", "shortvideo", "link", "file", "something_new", "image"])
async def test_a_kind_that_is_not_understood_gets_polite_words(line: Line, kind: str) -> None:
    done = await line.platform.push(line.platform.message(OPENID, kind, Title="t"))
    assert done.text and "请" in done.text
    assert [m.author for m in await line.shown()] == ["customer", "system"]
    assert line.engine.turns == []


async def test_places_and_recognised_speech_are_taken_as_words(line: Line) -> None:
    place = await line.platform.push(
        line.platform.message(OPENID, "location", Location_X="40.7", Location_Y="107.4", Label="金川小区")
    )
    assert place.text == "echo:地址是金川小区"
    nowhere = await line.platform.push(line.platform.message(OPENID, "location", Location_X="x"))
    assert nowhere.text and "地址" in nowhere.text
    voice = await line.platform.push(line.platform.message(OPENID, "voice", Recognition="我家停电了"))
    assert voice.text == "echo:我家停电了"


@pytest.mark.parametrize(
    "name",
    ["SCAN", "LOCATION", "VIEW", "view_miniprogram", "pic_weixin", "scancode_push", "TEMPLATESENDJOBFINISH",
     "kf_create_session", "subscribe_msg_sent_event", "user_authorization_revoke", "made_up_event", ""],
)  # fmt: skip
async def test_an_event_without_words_is_answered_with_success(line: Line, name: str) -> None:
    done = await line.event(name)
    assert (done.raw, done.statuses) == ("success", [200])
    assert line.engine.turns == []


async def test_subscribing_is_welcomed_and_a_menu_entry_says_its_sentence(line: Line) -> None:
    welcome = await line.event("subscribe", EventKey="qrscene_7")
    assert welcome.text and "您好" in welcome.text
    assert (await line.event("CLICK", EventKey="outage")).text == "echo:我要报修停电"
    gone = await line.event("CLICK", EventKey="no_such_entry")
    assert gone.text and "菜单" in gone.text


async def test_an_event_twice_happens_once(line: Line) -> None:
    message = line.platform.message(OPENID, "event", Event="CLICK", EventKey="outage")
    first, again = await line.platform.push(message), await line.platform.push(message)
    assert first.text == again.text and len(line.engine.executed) == 1


@pytest.mark.parametrize(
    "inner",
    ["<xml></xml>", "<xml><MsgType>text</MsgType></xml>", "<a/>", "no xml", "<xml><FromUserName>x</FromUserName></xml>",
     "<!DOCTYPE xml [<!ENTITY a 'b'>]><xml><MsgType>&a;</MsgType></xml>",
     "<xml><FromUserName>o</FromUserName><CreateTime>x</CreateTime><MsgType>text</MsgType></xml>"],
)  # fmt: skip
async def test_signed_nonsense_is_answered_with_success(line: Line, inner: str) -> None:
    timestamp = str(int(line.clock()))
    outer = line.platform.crypto.encrypt_message(inner, "n1", timestamp)
    encrypt = outer.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    query = {
        "timestamp": timestamp, "nonce": "n1", "encrypt_type": "aes",
        "msg_signature": sign(ACCOUNT["token"], timestamp, "n1", encrypt),
    }  # fmt: skip
    answer = await post(line, query, f"<xml><Encrypt>{encrypt}</Encrypt></xml>".encode())
    assert (answer.status_code, answer.text) == (200, "success")


async def test_an_oversize_body_is_refused_before_it_is_read(line: Line) -> None:
    assert (await post(line, signed(line.clock()), b"<xml>" + b"x" * 70_000)).status_code == 413


async def test_what_is_too_long_is_told(line: Line) -> None:
    long = await line.say("字" * 2001)
    assert long.text and "太长" in long.text
    assert line.engine.turns == []


async def test_who_writes_too_fast_is_told_and_leaving_is_never_too_fast(tmp_path: Path) -> None:
    async with connected(tmp_path, messages_per_second=1) as line:
        done = [await line.say(f"第{n}句") for n in range(7)]
        assert ["有点快" in (each.text or "") for each in done] == [False] * 5 + [True] * 2
        assert (await line.event("unsubscribe")).raw == "success"
        assert await line.rows(w.user) == []


async def test_hostile_text_and_emoji_go_through_unharmed(line: Line) -> None:
    text = "a]]>b</Content><Evil>👍🏽&amp;<a href='x'>y</a>"
    done = await line.say(text)
    assert done.text == "echo:" + text.replace("<", "＜")


async def test_two_accounts_are_kept_apart(tmp_path: Path) -> None:
    other = {**ACCOUNT, "app_id": "wxfedcba9876543210", "token": "another-push-token-x"}
    async with connected(tmp_path, wechat_accounts={"main": ACCOUNT, "second": other}) as line:
        second = Platform(
            other["app_id"], other["app_secret"], other["token"], AES_KEY, f"{line.url}/wechat/second"
        )
        assert (await line.say("你好")).text == "echo:你好"
        assert (await second.push(second.message(OPENID, Content="你好"))).text == "echo:你好"
        assert len({turn["conversation"] for turn in line.engine.turns}) == 2
        # What is sealed for one account is not taken by the other.
        query, body = second.sealed(second.message(OPENID, Content="x"))
        assert (await post(line, query, body)).status_code == 403
        await second.client.aclose()


async def test_plain_messages_are_taken_only_where_a_setting_says_so(tmp_path: Path) -> None:
    async with connected(tmp_path, wechat_plain=True) as line:
        body = as_xml(line.platform.message(OPENID, Content="你好")).encode()
        answer = await post(line, signed(line.clock()), body)
        assert "echo:你好" in answer.text
        assert (await post(line, {**signed(line.clock()), "signature": "0" * 40}, body)).status_code == 403


@pytest.mark.slow
async def test_nothing_personal_is_logged(line: Line, capfd: pytest.CaptureFixture[str]) -> None:
    line.platform.errors["send"] = [45015]
    line.engine.delay = 5
    await line.say("我叫王秀英，13800001234")
    await until(lambda: line.platform.calls["send"], 6)
    await asyncio.sleep(0.5)
    said = "".join(capfd.readouterr())
    for secret in ("王秀英", "13800001234", OPENID, ACCOUNT["app_secret"], *line.platform.tokens):
        assert secret not in said
    assert "45015" in said
