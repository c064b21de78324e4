"""The contract of a desk, kept by our own console and by Chatwoot alike; then what is Chatwoot's alone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest

from bot.gateway.people import logins
from bot.gateway.store import tables as t
from scripts.ports import free_port
from tests.channels.conftest import Page, Site, running
from tests.channels.outside.chatwoot import INBOX, SIGNING, TOKEN, FakeChatwoot, Talk
from tests.gateway.fakes import serve, until

PASSWORD = "made-up-for-tests"
PERSON = {"type": "handover", "reason": "user_asked", "skill": "billing", "summary": "客户：要核对电费"}


class Desk(Protocol):
    """What an agent does and sees, whichever desk he sits at. `number` counts cases from 0."""

    async def cases(self) -> list[str]:
        """What stands before the agent of each case: the customer's words and the bot's summary in it."""

    async def take(self, number: int = 0) -> None: ...
    async def say(self, text: str, number: int = 0, twice: bool = False) -> None: ...
    async def note(self, text: str, number: int = 0) -> None: ...
    async def close(self, number: int = 0, solved: bool = True) -> None: ...


class Console:
    """Our own page, over its requests."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self._count = 0

    async def _rows(self) -> list[dict[str, Any]]:
        """Cases that wait or are this agent's, the newest first."""
        found = (await self._get("/conversations"))["conversations"]
        return [row for row in found if row["state"] in ("QUEUED", "ASSIGNED", "HUMAN")]

    async def _get(self, path: str) -> Any:
        answer = await self.http.get(path)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    async def _do(self, number: int, what: str, **body: Any) -> None:
        row = (await self._rows())[number]
        version = {} if "msg_id" in body else {"version": row["version"]}
        answer = await self.http.post(f"/conversations/{row['id']}/{what}", json={**version, **body})
        assert answer.status_code in (200, 204), answer.text

    async def cases(self) -> list[str]:
        shown = []
        for row in await self._rows():
            path = f"/conversations/{row['id']}"
            shown.append(f"{await self._get(f'{path}/messages')} {await self._get(path)}")
        return shown

    async def take(self, number: int = 0) -> None:
        if (await self._rows())[number]["state"] == "QUEUED":
            await self._do(number, "take")

    async def say(self, text: str, number: int = 0, twice: bool = False) -> None:
        self._count += 1
        for _ in range(1 + twice):
            await self._do(number, "messages", msg_id=f"m{self._count}", text=text)

    async def note(self, text: str, number: int = 0) -> None:
        await self._do(number, "notes", msg_id="n1", text=text, whisper=False)

    async def close(self, number: int = 0, solved: bool = True) -> None:
        if solved:
            await self._do(number, "resolve", reason="solved", note="")
        else:
            await self._do(number, "release", note="")


class AtChatwoot:
    """Chatwoot's page, as the fake plays it."""

    def __init__(self, chatwoot: FakeChatwoot) -> None:
        self.chatwoot = chatwoot

    @property
    def _open(self) -> list[Talk]:
        return [talk for talk in self.chatwoot.talks if talk.status == "open"]

    async def cases(self) -> list[str]:
        return [str(talk.messages) for talk in self._open]

    async def take(self, number: int = 0) -> None:
        await self.chatwoot.assign(self._open[number], "小王")

    async def say(self, text: str, number: int = 0, twice: bool = False) -> None:
        sent = await self.chatwoot.reply(self._open[number], "小王", text)
        if twice:
            await self.chatwoot.again(sent)

    async def note(self, text: str, number: int = 0) -> None:
        await self.chatwoot.reply(self._open[number], "小王", text, private=True)

    async def close(self, number: int = 0, solved: bool = True) -> None:
        await self.chatwoot.resolve(self._open[number], "resolved" if solved else "pending")


@contextlib.asynccontextmanager
async def with_console(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Site, Desk]]:
    monkeypatch.setattr(logins, "_hasher", logins.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    async with running(folder) as site:
        await site.gateway.store.write(
            lambda c: logins.create(c, "a01", "小王", PASSWORD, frozenset({"agent"}), ["billing"])
        )
        base = f"{site.url}/api/v1/console"
        async with httpx.AsyncClient(base_url=base, trust_env=False) as http:
            me = (await http.post("/login", json={"name": "a01", "password": PASSWORD})).json()
            http.headers["X-CSRF-Token"] = me["csrf"]
            await http.put("/presence", json={"state": "online", "capacity": 5})
            yield site, Console(http)


def settings_of(port: int) -> dict[str, Any]:
    return {
        "url": f"http://127.0.0.1:{port}", "account": 7, "inbox": INBOX, "token": TOKEN, "secret": SIGNING,
    }  # fmt: skip


@contextlib.asynccontextmanager
async def with_chatwoot(
    folder: Path, _: object = None, **more: Any
) -> AsyncIterator[tuple[Site, AtChatwoot]]:
    port = free_port()
    async with running(folder, chatwoot=settings_of(port), **more) as site:
        chatwoot = FakeChatwoot(f"{site.url}/desk/chatwoot")
        async with serve(chatwoot.app, port):
            yield site, AtChatwoot(chatwoot)
        await chatwoot.close()
        assert chatwoot.refused_hooks == []


@pytest.fixture(params=[with_console, with_chatwoot], ids=["console", "chatwoot"])
async def desk(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Site, Desk]]:
    async with request.param(tmp_path, monkeypatch) as both:
        yield both


@contextlib.asynccontextmanager
async def customer(site: Site) -> AsyncIterator[Page]:
    site.engine.answer = lambda turn: (
        [{"text": "好的。", "custom": PERSON}]
        if "人工" in turn["text"]
        else [{"text": f"echo:{turn['text']}"}]
    )
    page = await Page(site, await site.token()).open()
    yield page
    await page.close()


def texts(page: Page) -> list[str]:
    return [str(each.get("text")) for each in page.got("bot_uttered")]


async def in_state(site: Site, state: str) -> bool:
    rows = await site.gateway.store.read(lambda c: list(c.execute(t.handoff.select()).all()))
    return rows[-1].state == state if rows else False


async def attempts(site: Site, count: int) -> bool:
    """Whether the case was brought to the desk that often in vain."""
    rows = await site.gateway.store.read(lambda c: list(c.execute(t.outside_case.select()).all()))
    return bool(rows) and rows[-1].attempts >= count


async def wants_person(site: Site, page: Page, desk: Desk) -> None:
    await page.say("上个月电费不对")
    await page.say("转人工")
    await until(desk.cases)


async def test_a_wish_for_a_person_comes_with_what_was_said_and_a_summary(desk: tuple[Site, Desk]) -> None:
    site, people = desk
    async with customer(site) as page:
        await wants_person(site, page, people)
        [case] = await people.cases()
        assert "上个月电费不对" in case and "客户：要核对电费" in case


async def test_who_takes_it_speaks_and_the_bot_is_silent(desk: tuple[Site, Desk]) -> None:
    site, people = desk
    async with customer(site) as page:
        await wants_person(site, page, people)
        await people.take()
        await until(lambda: in_state(site, "ASSIGNED"))
        await people.say("您好，我来看看", twice=True)
        await people.note("这个客户很急")
        said = await page.hears("您好，我来看看")
        assert said["from"] == "agent" and said["agent"] == "小王"
        turns = len(site.engine.turns)
        await page.say("谢谢，户号在这里")
        await until(lambda: _seen(people, "户号在这里"))
        await asyncio.sleep(0.3)
        assert len(site.engine.turns) == turns
        assert texts(page).count("您好，我来看看") == 1 and "这个客户很急" not in str(texts(page))
        assert "小王" in str(texts(page)), "the customer hears who has come"


async def _seen(desk: Desk, words: str) -> bool:
    return any(words in case for case in await desk.cases())


async def test_what_the_customer_says_arrives_in_order_and_once(desk: tuple[Site, Desk]) -> None:
    site, people = desk
    async with customer(site) as page:
        await wants_person(site, page, people)
        await people.take()
        await people.say("您请说")
        await page.hears("您请说")
        for n in range(3):
            await page.say(f"第{n}句话")
        await until(lambda: _seen(people, "第2句话"))
        [case] = await people.cases()
        places = [case.index(f"第{n}句话") for n in range(3)]
        assert places == sorted(places)
        if isinstance(people, AtChatwoot):
            said = [
                m["content"] for m in people.chatwoot.talks[0].messages if m["message_type"] == "incoming"
            ]
            assert said == [f"第{n}句话" for n in range(3)]


@pytest.mark.parametrize(("solved", "state"), [(True, "CLOSED"), (False, "BOT")])
async def test_whoever_is_done_gives_the_word_back(desk: tuple[Site, Desk], solved: bool, state: str) -> None:
    site, people = desk
    async with customer(site) as page:
        await wants_person(site, page, people)
        await people.take()
        await people.say("都好了")
        await page.hears("都好了")
        await people.close(solved=solved)
        await until(lambda: in_state(site, state))
        await page.say("再问一下")
        await page.hears("echo:再问一下")


async def test_a_customer_who_goes_back_to_the_bot_leaves_the_desk(desk: tuple[Site, Desk]) -> None:
    site, people = desk
    async with customer(site) as page:
        await wants_person(site, page, people)
        await people.take()
        await people.say("您好")
        await page.hears("您好")
        await page.say("回到机器人")
        await until(lambda: in_state(site, "WRAP"))
        if isinstance(people, AtChatwoot):
            await until(lambda: people.chatwoot.talks[0].status == "resolved")
        await page.say("查电费")
        await page.hears("echo:查电费")


async def test_a_second_wish_is_a_second_case(desk: tuple[Site, Desk]) -> None:
    site, people = desk
    async with customer(site) as page:
        for n in range(2):
            await page.say(f"第{n}次转人工")
            await until(people.cases)
            await people.take()
            await people.say(f"第{n}次您好")
            await page.hears(f"第{n}次您好")
            await people.close()
            await until(lambda: in_state(site, "CLOSED"))
        rows = await site.gateway.store.read(lambda c: list(c.execute(t.handoff.select()).all()))
        assert len({row.ticket for row in rows}) == 2


async def test_a_desk_that_is_away_loses_nothing_and_the_customer_has_a_promise(tmp_path: Path) -> None:
    async with with_chatwoot(tmp_path) as (site, people), customer(site) as page:
        people.chatwoot.down = True
        await page.say("上个月电费不对")
        await page.say("转人工")
        await until(lambda: any("H2" in text for text in texts(page)))  # the ticket
        await until(lambda: attempts(site, 1))
        people.chatwoot.down = False
        site.clock.forward(60)
        await until(people.cases)
        await people.say("您好，久等了")
        await page.hears("您好，久等了")


async def test_an_answer_that_was_lost_makes_no_second_case(tmp_path: Path) -> None:
    async with with_chatwoot(tmp_path) as (site, people), customer(site) as page:
        people.chatwoot.lost_answers = 3
        await page.say("转人工")
        for count in (1, 2, 3):
            await until(lambda count=count: attempts(site, count))
            site.clock.forward(60)
        await until(people.cases)
        assert len(people.chatwoot.talks) == 1


async def test_danger_stands_first_at_the_desk(tmp_path: Path) -> None:
    async with with_chatwoot(tmp_path) as (site, people), customer(site) as page:
        await page.say("我家门口电线断了掉地上了")
        await until(people.cases)
        assert people.chatwoot.talks[0].priority == "urgent"
        await until(lambda: _seen(people, "电线断了"))


async def test_who_speaks_has_it_and_a_colleague_takes_over(tmp_path: Path) -> None:
    async with with_chatwoot(tmp_path) as (site, people), customer(site) as page:
        await wants_person(site, page, people)
        [talk] = people.chatwoot.talks
        await people.chatwoot.reply(talk, "小王", "我先看看")
        await page.hears("我先看看")
        await people.chatwoot.reply(talk, "小李", "我来接着办")
        said = await page.hears("我来接着办")
        assert said["agent"] == "小李"


async def test_a_hook_that_is_not_chatwoots_is_refused(tmp_path: Path) -> None:
    async with with_chatwoot(tmp_path) as (site, people), customer(site) as page:
        await wants_person(site, page, people)
        now, old, body = str(int(site.clock())), str(int(site.clock()) - 400), b"{}"
        post = people.chatwoot.post
        assert (await post(body, now)).status_code == 204
        assert (await post(body, now, key="another")).status_code == 403
        assert (await post(body, old)).status_code == 403
        assert (await post(body, "x")).status_code == 403
        assert (await post(b"no json", now)).status_code == 400
        for strange in (b"[]", b'{"event": 1}', b'{"event": "message_created"}',
                        b'{"event": "message_created", "conversation": {"id": 1, "meta": 3}, "message_type": "outgoing"}',
                        b'{"event": "conversation_updated", "id": 1, "meta": {"assignee": 4}}'):  # fmt: skip
            assert (await post(strange, now)).status_code == 204


async def test_an_agent_who_answers_the_moment_the_case_opens_is_heard(tmp_path: Path) -> None:
    async with with_chatwoot(tmp_path) as (site, people), customer(site) as page:
        chatwoot, become = people.chatwoot, people.chatwoot._become

        async def at_once(talk: Talk, status: str) -> None:
            await become(talk, status)
            if status == "open":
                await chatwoot.reply(talk, "小王", "我在")

        chatwoot._become = at_once  # type: ignore[method-assign]
        await page.say("转人工")
        await page.hears("我在")
