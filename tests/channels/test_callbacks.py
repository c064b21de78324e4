"""Calls back: noted, dialled when somebody can come, tried again, never at noon or at night, and told at the end."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest
import sqlalchemy as sa

from bot.core.handoff import State
from bot.gateway.people import agents, callbacks, handoff
from bot.gateway.store import announcements
from bot.gateway.store import tables as t
from bot.gateway.store.announcements import Announcement
from bot.gateway.store.clock import CHINA
from bot.region.desk import load
from bot.voice.brain import Brain
from tests.channels.conftest import Site, running
from tests.channels.test_voice import TOKEN
from tests.gateway.fakes import ACCOUNT, agent, until
from tests.gateway.test_postgres import BINARIES, postgres

__all__ = ["postgres"]

NEXT = "/internal/v1/voice/callbacks/next"
PHONE = "13800000012"


needs_postgres = pytest.mark.skipif(not BINARIES, reason="no PostgreSQL server binary (Debian: postgresql)")


async def database(server: str) -> str:
    """The URL of a database of this test's own on that server."""
    name = f"t{uuid4().hex}"
    admin = await asyncpg.connect(server.replace("+asyncpg", ""))
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    return f"{server.rpartition('/')[0]}/{name}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.slow, needs_postgres])])
async def phone(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Site]:
    monkeypatch.setattr("bot.region.desk.Callbacks.quiet_at", lambda _rules, _moment: False)
    more = (
        {}
        if request.param == "sqlite"
        else {"gateway_db": await database(request.getfixturevalue("postgres"))}
    )
    async with running(tmp_path, voice_token=TOKEN, **more) as one:
        yield one


@pytest.fixture
async def http(phone: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with phone.http(authorization=f"Bearer {TOKEN}") as client:
        yield client


@pytest.fixture
async def asked(http: httpx.AsyncClient) -> str:
    """A conversation whose caller wants to be called back."""
    brain = Brain(http)
    await brain.open("call-1", PHONE)
    reply = await brain.call_back(PHONE)
    assert "受理号H" in reply.told[0].text and "尾号0012" in reply.told[0].text
    assert brain.conversation
    return brain.conversation


async def somebody_comes(phone: Site) -> None:
    await phone.gateway.store.write(
        lambda c: c.execute(sa.insert(t.agent).values(**agent("坐席1", phone.clock())))
    )


async def time_passes(phone: Site) -> None:
    await phone.gateway.store.write(
        lambda c: c.execute(sa.update(t.callback).values(not_before=phone.clock() - 1))
    )


async def row(phone: Site) -> t.Record:
    return await phone.gateway.store.read(lambda c: c.execute(sa.select(t.callback)).one())


async def episode(phone: Site) -> t.Record:
    return await phone.gateway.store.read(lambda c: c.execute(sa.select(t.handoff)).one())


async def due(http: httpx.AsyncClient) -> dict[str, object] | None:
    answer = await http.post(NEXT)
    assert answer.status_code == 200
    body: dict[str, object] | None = answer.json()
    return body


async def dialled(phone: Site, http: httpx.AsyncClient) -> dict[str, object]:
    """The call that is made once an agent has come and the time is there."""
    await somebody_comes(phone)
    await time_passes(phone)
    found = await due(http)
    assert found
    return found


async def told(http: httpx.AsyncClient, number: object, outcome: str) -> None:
    (await http.post(f"/internal/v1/voice/callbacks/{number}", json={"outcome": outcome})).raise_for_status()


async def test_a_call_back_waits_a_moment_for_an_agent_and_is_given_out_once(
    phone: Site, http: httpx.AsyncClient, asked: str
) -> None:
    assert await due(http) is None, "the caller has just hung up"
    await time_passes(phone)
    assert await due(http) is None, "nobody could come"
    await somebody_comes(phone)
    found = await due(http)
    assert found and (found["conversation"], found["phone"], found["cursor"]) == (asked, PHONE, 1)
    assert await due(http) is None


async def test_no_agent_gets_a_customer_who_is_still_to_be_called(phone: Site, asked: str) -> None:
    await somebody_comes(phone)
    await phone.gateway.desk.step()
    assert (await episode(phone)).state == State.CALLBACK_WAIT
    late = (await row(phone)).not_before + phone.gateway.rules.callbacks.late
    phone.clock.forward(late + 1 - phone.clock())
    await phone.gateway.store.write(agents.alive, "坐席1")
    await phone.gateway.desk.step()
    assert (await episode(phone)).state == State.ASSIGNED, "no line dials: an agent does"


async def test_not_more_are_called_than_agents_have_places(phone: Site, http: httpx.AsyncClient) -> None:
    await phone.gateway.store.write(
        lambda c: c.execute(sa.insert(t.agent).values(**agent("坐席1", phone.clock(), capacity=1)))
    )
    for number in ("13800000012", "13800000013"):
        brain = Brain(http)
        await brain.open(f"call-{number}", number)
        await brain.call_back(number)
    await time_passes(phone)
    assert await due(http) is not None
    assert await due(http) is None


async def test_who_does_not_answer_is_tried_three_times_and_then_told_by_text(
    phone: Site, http: httpx.AsyncClient, asked: str
) -> None:
    await somebody_comes(phone)
    for attempt, outcome in enumerate(("no_answer", "busy", "no_key"), 1):
        await time_passes(phone)
        found = await due(http)
        assert found
        await told(http, found["id"], outcome)
        assert (await row(phone)).attempts == attempt
        if attempt < 3:
            assert (await row(phone)).not_before > phone.clock() + 7000
            assert await due(http) is None
    ended = await episode(phone)
    assert (ended.state, ended.outcome) == (State.CLOSED, "unreachable")
    assert ((await row(phone)).state, (await row(phone)).phone) == ("done", "")
    texts = await phone.gateway.store.read(
        lambda c: list(c.execute(sa.select(t.sms.c.text).order_by(t.sms.c.id)).scalars())
    )
    assert len(texts) == 2 and "没有接通" in texts[1] and ended.ticket in texts[1]


async def test_a_line_that_could_not_dial_has_not_tried(
    phone: Site, http: httpx.AsyncClient, asked: str
) -> None:
    found = await dialled(phone, http)
    await told(http, found["id"], "not_dialled")
    assert ((await row(phone)).state, (await row(phone)).attempts) == ("new", 0)


async def test_a_line_that_died_in_the_middle_leaves_the_call_to_be_made_again(
    phone: Site, http: httpx.AsyncClient, asked: str
) -> None:
    await somebody_comes(phone)
    await time_passes(phone)
    first = await due(http)
    await time_passes(phone)  # its lease
    again = await due(http)
    assert first and again and first["id"] == again["id"]


async def test_who_needs_nobody_any_more_is_not_called_again(
    phone: Site, http: httpx.AsyncClient, asked: str
) -> None:
    found = await dialled(phone, http)
    await told(http, found["id"], "declined")
    ended = await episode(phone)
    assert (ended.state, ended.outcome) == (State.CLOSED, "declined")
    await time_passes(phone)
    assert await due(http) is None


async def test_who_wants_a_person_takes_a_place_in_the_queue(
    phone: Site, http: httpx.AsyncClient, asked: str
) -> None:
    found = await dialled(phone, http)
    brain = Brain(http)
    brain.resume(found)
    await phone.gateway.store.write(lambda c: handoff.request(c, asked, handoff.Wish("user_asked")))
    await phone.gateway.desk.step()
    await told(http, found["id"], "person")
    assert (await episode(phone)).state == State.ASSIGNED
    assert ((await row(phone)).state, (await row(phone)).phone) == ("done", "")


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"), [(7, 59, True), (8, 0, False), (11, 59, False), (12, 0, True), (13, 59, True),
     (14, 0, False), (20, 59, False), (21, 0, True), (0, 0, True)],
)  # fmt: skip
def test_nobody_is_called_at_noon_or_at_night(hour: int, minute: int, quiet: bool) -> None:
    moment = datetime(2026, 11, 25, hour, minute, tzinfo=CHINA)
    assert load("bayannur").callbacks.quiet_at(moment) is quiet


async def test_in_quiet_hours_no_number_is_given_out(
    phone: Site, http: httpx.AsyncClient, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await somebody_comes(phone)
    await time_passes(phone)
    monkeypatch.setattr("bot.region.desk.Callbacks.quiet_at", lambda _rules, _moment: True)
    assert await due(http) is None
    phone.clock.forward(timedelta(days=1).total_seconds())
    withheld = await phone.gateway.store.read(
        callbacks.withheld, phone.gateway.rules.callbacks, phone.clock()
    )
    assert withheld == {(await episode(phone)).id}, "an agent would have to call at night"


async def test_an_agent_who_was_faster_leaves_no_number_behind(
    phone: Site, http: httpx.AsyncClient, asked: str
) -> None:
    await somebody_comes(phone)
    taken = await episode(phone)
    await phone.gateway.store.write(handoff.take, asked, "坐席1", taken.version)
    await time_passes(phone)
    assert await due(http) is None
    assert ((await row(phone)).state, (await row(phone)).phone) == ("done", "")


async def test_an_agent_who_takes_the_case_while_it_rings_keeps_it(
    phone: Site, http: httpx.AsyncClient, asked: str
) -> None:
    found = await dialled(phone, http)
    await phone.gateway.store.write(lambda c: c.execute(sa.update(t.callback).values(attempts=3)))
    await phone.gateway.store.write(handoff.take, asked, "坐席1", (await episode(phone)).version)
    await told(http, found["id"], "no_answer")
    assert (await episode(phone)).state == State.ASSIGNED


@pytest.fixture
async def announced(phone: Site) -> str:
    """The conversation of the number on file, which is to be called at once."""
    told = Announcement(
        "o:1", 1, "outage", True, {"area": "金川小区", "cause": "线路故障"}, phone.clock() + 9999, ACCOUNT
    )
    await phone.gateway.announcer.take(told)
    await until(lambda: tellings(phone))
    return (await row(phone)).conversation


async def tellings(phone: Site) -> list[tuple[str, str]]:
    facts = await phone.gateway.store.read(announcements.history, "o:1")
    return [
        (each["outlet"], each["state"])
        for fact in facts
        if fact["state"] != "new"
        for each in fact["tellings"]
    ]


async def test_an_urgent_fact_is_told_by_a_call_that_a_key_confirms(
    phone: Site, http: httpx.AsyncClient, announced: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.region.desk.Callbacks.quiet_at", lambda _rules, _moment: True)
    await somebody_comes(phone)
    assert await tellings(phone) == [("sms", "told"), ("voice", "waiting")]
    found = await due(http)
    assert found and (found["conversation"], found["phone"]) == (announced, "13800000001"), "also at night"
    assert str(found["tells"]).startswith("金川小区停电了（线路故障）")
    await told(http, found["id"], "declined")
    assert await tellings(phone) == [("sms", "told"), ("voice", "told")]
    assert ((await row(phone)).state, (await row(phone)).phone) == ("done", "")


async def test_a_fact_that_nobody_has_heard_by_telephone_goes_over_another_outlet(
    phone: Site, http: httpx.AsyncClient, announced: str
) -> None:
    await somebody_comes(phone)
    for _ in range(3):
        await time_passes(phone)
        found = await due(http)
        assert found
        await told(http, found["id"], "no_answer")

    async def elsewhere() -> bool:
        return await tellings(phone) == [("sms", "told"), ("voice", "failed"), ("web", "waiting")]

    await until(elsewhere)
    texts = await phone.gateway.store.read(lambda c: list(c.execute(sa.select(t.sms.c.text)).scalars()))
    assert len(texts) == 1, "nobody had asked for this call"


async def test_who_waits_for_a_person_is_not_called_for_a_fact_beside(
    phone: Site, http: httpx.AsyncClient
) -> None:
    brain = Brain(http)
    await brain.open("call-1", "13800000001")
    await brain.call_back("13800000001")
    told = Announcement(
        "o:1", 1, "outage", True, {"area": "金川小区", "cause": "线路故障"}, phone.clock() + 9999, ACCOUNT
    )
    await phone.gateway.announcer.take(told)
    await until(lambda: tellings(phone))
    assert await tellings(phone) == [("sms", "told"), ("voice", "failed"), ("web", "waiting")]
    assert (await row(phone)).telling is None
