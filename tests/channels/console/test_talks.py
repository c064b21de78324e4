"""What agents and leads do with conversations, over the real API and the real live line."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import socketio
import sqlalchemy as sa

from bot.channels.console import live
from bot.channels.console.talks import REVEALS_PER_HOUR
from bot.gateway.people.handoff import Wish
from bot.gateway.store import messages
from bot.gateway.store import tables as t
from bot.ports.identity import Level
from bot.region import knowledge
from tests.channels.console.conftest import Client, Office
from tests.gateway.fakes import ACCOUNT, until
from tests.gateway.test_personal import picture

TALK = "c-customer"
XSS = [
    '<img src=x onerror="alert(1)">',
    "<script>alert(1)</script>",
    "{{constructor.constructor('alert(1)')()}}",
]


@contextlib.asynccontextmanager
async def watching(office: Office, page: Client, talk: str) -> AsyncIterator[dict[str, list[Any]]]:
    """What arrives on the live line of a page that has a conversation open."""
    heard: dict[str, list[Any]] = {"message": [], "row": [], "viewers": [], "typing": [], "session_ended": []}
    line = socketio.AsyncClient(reconnection=False)
    for name, kept in heard.items():
        line.on(name, kept.append, namespace="/console")
    cookie = "; ".join(f"{key}={value}" for key, value in page.http.cookies.items())
    await line.connect(
        office.url, namespaces=["/console"], headers={"Cookie": cookie}, auth={"csrf": page.me["csrf"]}
    )
    try:
        answer = await line.call("watch", {"conversation": talk, "after_seq": 0}, namespace="/console")
        assert answer["ok"]
        heard["before"] = answer["messages"]
        heard["line"] = [line]
        yield heard
    finally:
        await line.disconnect()


async def row(page: Client, talk: str = TALK) -> dict[str, Any]:
    rows = (await page.get("/conversations"))["conversations"]
    return next(each for each in rows if each["id"] == talk)


async def test_a_waiting_customer_is_taken_answered_and_asked_how_it_was(office: Office) -> None:
    await office.customer(TALK, "电费怎么这么多", wish=Wish("user_asked", "billing"))
    page = await office.page("a01")
    waiting = await row(page)
    assert (waiting["state"], waiting["skill"], waiting["preview"]) == (
        "QUEUED",
        "billing",
        "echo:电费怎么这么多",
    )
    mine = await page.post(f"/conversations/{TALK}/take", {"version": waiting["version"]})
    assert (mine["state"], mine["agent"]) == ("ASSIGNED", "a01")
    said = await page.post(f"/conversations/{TALK}/messages", {"msg_id": "1", "text": "您好，我来看看"})
    assert (said["from"], said["agent_name"]) == ("agent", "小王")
    mine = await row(page)
    done = await page.post(
        f"/conversations/{TALK}/resolve",
        {"version": mine["version"], "reason": "solved", "note": "解释了阶梯"},
    )
    assert done["state"] == "CLOSED"
    texts = await office.texts(TALK)
    assert texts[-4:] == [
        office.gateway.wording.say("joined", agent="小王"), "您好，我来看看",
        office.gateway.wording.say("talk_over"), office.gateway.wording.say("survey_person"),
    ]  # fmt: skip
    assert all(each["id"] != TALK for each in (await page.get("/conversations"))["conversations"])


async def test_of_two_agents_who_take_at_once_one_is_told_who_was_faster(office: Office) -> None:
    await office.customer(TALK, "你好", wish=Wish("user_asked"))
    one, two = await office.page("a01"), await office.page("a02")
    version = {"version": (await row(one))["version"]}
    answers = await asyncio.gather(
        *(page.ask("POST", f"/conversations/{TALK}/take", version) for page in (one, two))
    )
    assert sorted(each.status_code for each in answers) == [200, 409]
    refused = next(each for each in answers if each.status_code == 409)
    assert refused.json()["type"].endswith("/taken") and refused.json()["agent_name"] in ("小王", "小李")


async def test_who_does_not_have_the_word_cannot_speak(office: Office) -> None:
    await office.customer(TALK, "你好", wish=Wish("user_asked"))
    one, two = await office.page("a01"), await office.page("a02")
    await one.post(f"/conversations/{TALK}/take", {"version": (await row(one))["version"]})
    for page in (two, await office.page("l01")):
        answer = await page.ask("POST", f"/conversations/{TALK}/messages", {"msg_id": "1", "text": "您好"})
        assert answer.status_code == 403


async def test_a_talk_goes_with_a_note_to_a_colleague_and_back_to_the_bot(office: Office) -> None:
    await office.customer(TALK, "你好", wish=Wish("user_asked"))
    one, two = await office.page("a01"), await office.page("a02")
    mine = await one.post(f"/conversations/{TALK}/take", {"version": (await row(one))["version"]})
    await one.post(
        f"/conversations/{TALK}/transfer",
        {"version": mine["version"], "to_agent": "a02", "note": "客户问报修"},
    )
    yours = await row(two)
    assert (yours["agent"], yours["state"]) == ("a02", "ASSIGNED")
    notes = [m for m in (await two.get(f"/conversations/{TALK}/messages"))["messages"] if m["from"] == "note"]
    assert [(m["text"], m["agent_name"], m["seq"]) for m in notes] == [("客户问报修", "小王", None)]
    await two.post(f"/conversations/{TALK}/release", {"version": yours["version"], "note": ""})
    await office.customer(TALK, "谢谢")
    assert (await office.texts(TALK))[-2:] == ["谢谢", "echo:谢谢"]
    assert "客户问报修" not in await office.texts(TALK)


async def test_what_is_said_reaches_every_page_that_has_it_open(office: Office) -> None:
    await office.customer(TALK, "你好", wish=Wish("user_asked"))
    one, two = await office.page("a01"), await office.page("l01")
    async with watching(office, one, TALK) as mine, watching(office, two, TALK) as theirs:
        assert [m["text"] for m in mine["before"]] == ["你好", "echo:你好"]
        await one.post(f"/conversations/{TALK}/take", {"version": (await row(one))["version"]})
        await office.customer(TALK, "在吗")
        await two.post(f"/conversations/{TALK}/notes", {"msg_id": "n1", "text": "问问户号", "whisper": True})
        await until(lambda: any(m["message"].get("whisper") for m in mine["message"]))
        await until(lambda: any(m["message"].get("text") == "在吗" for m in theirs["message"]))
        await until(lambda: any(r["id"] == TALK and r["state"] == "ASSIGNED" for r in theirs["row"]))
        assert {v["name"] for v in mine["viewers"][-1]["viewers"]} == {"a01", "l01"}
    assert "问问户号" not in await office.texts(TALK)


async def test_what_changes_while_a_change_is_told_is_told_too(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.customer(TALK, "你好", wish=Wish("user_asked"))
    page = await office.page("a01")
    real = live.Live._all

    async def slowly(self: live.Live, event: str, body: dict[str, Any]) -> None:
        await asyncio.sleep(0.1)
        await real(self, event, body)

    monkeypatch.setattr(live.Live, "_all", slowly)
    async with watching(office, page, TALK) as heard:
        await office.gateway.tell_moved(TALK)
        await until(lambda: heard["row"])
        mine = await page.post(f"/conversations/{TALK}/take", {"version": (await row(page))["version"]})
        await until(lambda: any(each["version"] == mine["version"] for each in heard["row"]))


async def test_the_live_line_is_closed_to_who_has_no_session(office: Office) -> None:
    page = await office.page("a01")
    cookie = f"console={page.http.cookies['console']}"
    for headers, auth in (
        ({}, {"csrf": page.me["csrf"]}),
        ({"Cookie": cookie}, {"csrf": "x"}),
        ({"Cookie": cookie}, None),
    ):
        line = socketio.AsyncClient(reconnection=False)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await line.connect(office.url, namespaces=["/console"], headers=headers, auth=auth)


async def test_a_logout_closes_the_live_line_of_the_session(office: Office) -> None:
    await office.customer(TALK, "你好", wish=Wish("user_asked"))
    page = await office.page("a01")
    async with watching(office, page, TALK) as heard:
        await page.ask("POST", "/logout")
        await until(lambda: heard["session_ended"])


async def test_a_late_reply_of_the_bot_is_shown_to_agents_as_not_sent(office: Office) -> None:
    office.engine.delay = 2.0
    taking = asyncio.create_task(office.customer(TALK, "你好"))
    await until(lambda: office.engine.running)
    page = await office.page("a01")
    version = (await row(page))["version"]
    await page.post(f"/conversations/{TALK}/take", {"version": version})
    await taking
    late = [m for m in (await page.get(f"/conversations/{TALK}/messages"))["messages"] if m.get("suppressed")]
    assert [m["text"] for m in late] == ["echo:你好"]
    assert "echo:你好" not in await office.texts(TALK)


async def test_the_detail_tells_what_the_bot_asked_and_tried_and_is_recorded(office: Office) -> None:
    office.engine.answer = lambda turn: [
        {"text": "停电的地址是哪里？"} if "停电" in turn["text"] else {"text": "好的"}
    ]
    await office.customer(
        TALK, "停电了", "临河区", wish=Wish("complaint", "fault", slots={"address": "临河区"})
    )
    page = await office.page("a01")
    seen = await page.get(f"/conversations/{TALK}")
    assert seen["asked"] == ["停电的地址是哪里？"] and seen["tried"] == ["好的"]
    assert seen["slots"] == [{"name": "address", "title": "地址", "value": "临河区"}]
    assert len(seen["summary"]) == 3 and seen["customer"]["level"] == "L0" and not seen["problems"]
    assert ("a01", "view", TALK) in [(r.actor, r.action, r.subject) for r in await office.rows(t.audit)]


async def taken(office: Office, name: str) -> Client:
    """The page of an agent who has taken the case."""
    page = await office.page(name)
    version = (await page.get(f"/conversations/{TALK}"))["row"]["version"]
    await page.post(f"/conversations/{TALK}/take", {"version": version})
    return page


async def test_what_is_not_ones_own_case_is_masked_and_neither_revealed_nor_acted_on(office: Office) -> None:
    wish = Wish("user_asked", summary="留的电话13800000777", slots={"phone": "13800000777"})
    await office.customer(TALK, "我电话13800000777，户号0100000000123", wish=wish)
    await office.gateway.store.write(office.gateway.identity.vouch, TALK, Level.L2, [ACCOUNT])
    stranger, lead = await office.page("a02"), await office.page("l01")
    ask = {"field": "phone", "reason": "call_back"}
    draft = {
        "key": "k1",
        "kind": "fault",
        "body": {"description": "没电", "address": "临河区西环街道阳光小区"},
    }
    own = await taken(office, "a01")
    for page, mine in ((stranger, False), (lead, True), (own, True)):
        seen = str(await page.get(f"/conversations/{TALK}"))
        said = str(await page.get(f"/conversations/{TALK}/messages"))
        shown = ("13800000777" in seen, "13800000777" in said, ACCOUNT in said)
        assert shown == (mine, mine, mine), page.me["name"]
        revealed = await page.ask("POST", f"/conversations/{TALK}/reveal", ask)
        made = await page.ask("POST", f"/conversations/{TALK}/orders", draft)
        assert (revealed.status_code, made.status_code) == ((200, 200) if mine else (403, 403))
    trail = [(r.actor, r.action) for r in await office.rows(t.audit)]
    assert ("a02", "reveal_refused") in trail and ("a02", "reveal") not in trail
    assert {actor for actor, action in trail if action == "read"} == {"a01", "a02", "l01"}


async def test_reveals_are_capped_by_the_hour_and_the_cap_is_an_alarm(office: Office) -> None:
    await office.customer(TALK, "你好", wish=Wish("user_asked"))
    await office.gateway.store.write(office.gateway.identity.vouch, TALK, Level.L2, [ACCOUNT])
    page, ask = await taken(office, "a01"), {"field": "phone", "reason": "call_back"}
    statuses = [
        (await page.ask("POST", f"/conversations/{TALK}/reveal", ask)).status_code
        for _ in range(REVEALS_PER_HOUR + 2)
    ]
    assert statuses == [200] * REVEALS_PER_HOUR + [429, 429]
    assert [r.action for r in await office.rows(t.audit)][-2:] == ["reveal_cap", "reveal_cap"]


async def test_a_revealed_value_needs_a_reason_and_is_recorded_first(office: Office) -> None:
    await office.customer(TALK, "你好", wish=Wish("user_asked"))
    page = await taken(office, "a01")
    bad = await page.ask("POST", f"/conversations/{TALK}/reveal", {"field": "phone", "reason": "curious"})
    assert bad.status_code == 422
    none = await page.ask("POST", f"/conversations/{TALK}/reveal", {"field": "phone", "reason": "call_back"})
    assert none.status_code == 404
    assert [(r.action, r.detail) for r in await office.rows(t.audit)][-1] == ("reveal", "phone call_back")


async def test_a_known_customers_card_has_his_neighbours_and_what_is_masked_can_be_revealed(
    office: Office,
) -> None:
    await office.customer(TALK, "停电了", wish=Wish("user_asked"))
    gateway = office.gateway
    await gateway.store.write(gateway.identity.vouch, TALK, Level.L2, [ACCOUNT])
    gateway.company.outages.neighbours_reports = 3  # type: ignore[attr-defined]
    page = await taken(office, "a01")
    seen = await page.get(f"/conversations/{TALK}")
    assert seen["neighbours"] == {"reports": 3, "within_minutes": 60, "place": "金川小区"}
    assert "王秀英" not in str(seen)
    clear = {}
    for field in seen["customer"]["revealable"]:
        told = await page.post(f"/conversations/{TALK}/reveal", {"field": field, "reason": "check_identity"})
        clear[field] = told["value"]
    assert clear == {
        "name": "王秀英", "phone": "13800000001", "account": ACCOUNT, "address": "临河区金川小区5号楼2单元301",
    }  # fmt: skip
    shown = [r.detail for r in await office.rows(t.audit) if r.action == "reveal"]
    assert shown == [f"{field} check_identity" for field in clear]


async def test_an_order_is_made_once_however_often_it_is_sent(office: Office) -> None:
    await office.customer(TALK, "停电了", wish=Wish("user_asked"))
    page = await taken(office, "a01")
    body = {
        "key": "k1",
        "kind": "fault",
        "body": {"description": "家里没电", "address": "临河区西环街道阳光小区"},
    }
    first = await page.post(f"/conversations/{TALK}/orders", body)
    again = await page.post(f"/conversations/{TALK}/orders", body)
    assert first["order_no"] == again["order_no"]
    assert any(r.action == "order" and first["order_no"] in r.detail for r in await office.rows(t.audit))


async def test_a_question_of_policy_gets_a_suggestion_with_its_source(office: Office) -> None:
    await asyncio.to_thread(knowledge.load, "bayannur")  # the first one to ask would wait for some seconds
    await office.customer(TALK, "阶梯电价怎么分档", wish=Wish("user_asked"))
    page = await office.page("a01")
    found = await page.get(f"/conversations/{TALK}/suggestion")
    assert found["text"] and found["source"]["id"] and found["source"]["title"]


async def test_a_lead_sees_the_board_reassigns_searches_and_scores(office: Office) -> None:
    await office.customer(TALK, "有人触电", wish=Wish("hazard", "fault", 0))
    lead, page = await office.page("l01"), await office.page("a01")
    board = await lead.get("/board")
    assert board["waiting"] == 1 and board["longest_wait_s"] >= 0
    assert {"turns", "desk", "console-follow"} <= {job["name"] for job in board["jobs"]}
    assert all(job.keys() == {"name", "ran_at", "error", "failed_at"} for job in board["jobs"])
    given = await lead.post(
        f"/conversations/{TALK}/reassign", {"version": (await row(lead))["version"], "to_agent": "a01"}
    )
    assert given["agent"] == "a01"
    hits = (await lead.get("/search?q=触电"))["hits"]
    assert {hit["conversation"] for hit in hits} == {TALK}
    await page.post(
        f"/conversations/{TALK}/resolve", {"version": given["version"], "reason": "ordered", "note": ""}
    )
    (sample,) = (await lead.get("/samples"))["samples"]
    assert (sample["why"], sample["scored"], sample["agent"]) == ("risk", False, "a01")
    scores = dict.fromkeys(("correct", "polite", "complete", "safe", "privacy"), 4)
    await lead.post(f"/samples/{sample['id']}/score", {"scores": scores, "comment": "好"})
    assert (await lead.get("/samples"))["samples"][0]["scored"]


async def test_the_transcript_pages_backwards_without_gaps(office: Office) -> None:
    await office.customer(TALK, *(f"第{n}句" for n in range(40)), wish=Wish("user_asked"))
    page = await office.page("a01")
    seen: list[int] = []
    before, more = 0, True
    while more:
        part = await page.get(f"/conversations/{TALK}/messages?limit=30&before={before}")
        seen = [m["seq"] for m in part["messages"]] + seen
        before, more = part["messages"][0]["seq"], part["more"]
    assert len(seen) >= 2 * 40
    assert seen == list(range(1, len(seen) + 1))


@pytest.mark.parametrize("evil", XSS)
async def test_hostile_words_come_as_they_are_and_as_text(office: Office, evil: str) -> None:
    await office.customer(TALK, evil, wish=Wish("user_asked", summary=evil))
    page = await office.page("a01")
    assert (await page.get(f"/conversations/{TALK}/messages"))["messages"][0]["text"] == evil
    answer = await page.ask("GET", f"/conversations/{TALK}")
    assert answer.headers["content-type"] == "application/json"


async def test_a_list_of_two_hundred_takes_as_many_queries_as_one_of_two(office: Office) -> None:
    page = await office.page("a01")
    counted: list[str] = []

    async def one_query() -> bool:
        """Whether the list took one query; what is still pushed to the page asks beside it for a while."""
        engine = office.gateway.store._runner._engine  # type: ignore[union-attr]
        counted.clear()
        sa.event.listen(engine, "before_cursor_execute", _count)
        await page.get("/conversations")
        sa.event.remove(engine, "before_cursor_execute", _count)
        return len([one for one in counted if "FROM conversation" in one]) == 1

    def _count(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        counted.append(statement)

    for count in (2, 200):
        for n in range(count):
            await office.gateway.store.write(_talk, f"c-{count}-{n}")
        await until(one_query, 20)
    assert len((await page.get("/conversations"))["conversations"]) == 202


def _talk(c: sa.Connection, name: str) -> None:
    from bot.gateway.people import handoff
    from bot.gateway.store.messages import open_conversation

    open_conversation(c, name, "web")
    handoff.request(c, name, Wish("user_asked"))


async def test_a_picture_for_a_conversation_that_does_not_exist_begins_none(office: Office) -> None:
    page = await office.page("a01")
    answer = await page.http.post(
        "/uploads?conversation=c-nobody", files={"file": ("x.png", b"x", "image/png")}
    )
    assert answer.status_code == 404
    assert await office.gateway.store.read(messages.find_talk, "c-nobody") is None


async def test_an_agent_shows_only_pictures_of_the_conversation(office: Office) -> None:
    for talk in (TALK, "c-other"):
        await office.customer(talk, "你好", wish=Wish("user_asked"))
    mine, other = [
        await office.gateway.uploads.keep(talk, picture()) for talk in (TALK, "c-other")
    ]  # an id names a file, and a link to it is signed
    page = await office.page("a01")
    await page.post(f"/conversations/{TALK}/take", {"version": (await row(page, TALK))["version"]})
    for wrong in (other.id, "made-up", "../gateway.db"):
        answer = await page.ask("POST", f"/conversations/{TALK}/messages", {"msg_id": "0", "upload": wrong})
        assert (answer.status_code, answer.json()["detail"]) == (422, "unknown_upload")
    said = await page.post(f"/conversations/{TALK}/messages", {"msg_id": "1", "upload": mine.id})
    assert mine.id in said["image"]["url"]
    assert not [
        m for m in await office.rows(t.message) if "made-up" in str(m.body) or other.id in str(m.body)
    ]
