"""The channel suite for the telephone's private door."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from bot.channels.voice import Opened, conversation_of
from bot.gateway.people import handoff
from bot.gateway.people.transcripts import transcript
from bot.gateway.store import tables as t
from bot.voice.brain import Brain, Gone
from bot.voice.events import Known, Replied, Send, Told
from scripts.ports import free_port
from tests.channels.conftest import Site, running
from tests.gateway.fakes import ACCOUNT, TOKENS, agent, serve, until

TOKEN = "made-up-voice-token-for-tests"
CALLS = "/internal/v1/voice/calls"


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Site]:
    async with running(tmp_path, voice_token=TOKEN) as one:
        yield one


@pytest.fixture
async def http(phone: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with phone.http(authorization=f"Bearer {TOKEN}") as client:
        yield client


@pytest.fixture
async def brain(http: httpx.AsyncClient) -> Brain:
    one = Brain(http)
    await one.open("call-1", "13800000012")
    return one


async def test_what_a_caller_says_is_answered_as_anything_typed(phone: Site, brain: Brain) -> None:
    phone.engine.answer = lambda _turn: [
        {
            "text": "邻居家有电吗？",
            "response": "utter_ask_neighbours_lit",
            "buttons": [{"title": "有电", "payload": "/affirm"}],
        }
    ]
    reply = await brain.say(Send("我家停电了"))
    (told,) = reply.told
    assert (told.text, told.asks, [title for _, title in told.options]) == (
        "邻居家有电吗？",
        "neighbours_lit",
        ["有电"],
    )
    assert reply.ended and reply.owner == "bot" and not reply.on_duty
    await brain.say(Send(choice=told.options[0][0]))
    assert phone.engine.turns[-1]["payload"] == "/affirm"
    assert phone.engine.turns[-1]["metadata"]["channel"] == "voice"


async def test_a_question_of_a_form_is_known_by_what_it_asks(phone: Site, brain: Brain) -> None:
    phone.engine.answer = lambda _turn: [{"text": "在哪儿？", "response": "utter_ask_fault_form_address"}]
    assert (await brain.say(Send("停电了"))).told == (Told("在哪儿？", (), "address"),)


async def test_the_number_is_not_the_name_and_a_second_call_goes_on_with_the_conversation(
    phone: Site, http: httpx.AsyncClient, brain: Brain
) -> None:
    await brain.say(Send("你好"))
    again = (await http.post(CALLS, json={"call": "call-2", "caller": "13800000012"})).json()
    other = (await http.post(CALLS, json={"call": "call-3", "caller": "13800000013"})).json()
    assert again["cursor"] == 2 and other["cursor"] == 0 and again["conversation"] != other["conversation"]
    assert "13800000012" not in again["conversation"]
    assert phone.engine.turns[0]["metadata"]["conversation"] == again["conversation"]


@pytest.mark.parametrize(("asserted", "known"), [(True, [ACCOUNT]), (False, [])])
async def test_a_number_that_a_trunk_vouches_for_leads_to_its_accounts(
    phone: Site, http: httpx.AsyncClient, asserted: bool, known: list[str]
) -> None:
    brain = Brain(http)
    await brain.open("call-1", "13800000001", asserted)
    await brain.say(Send("我家停电了"))
    told = phone.engine.turns[0]["metadata"]
    assert (told["accounts"], told["level"]) == (known, "L1" if known else "L0")


async def test_a_company_that_does_not_answer_holds_no_call_up(phone: Site, http: httpx.AsyncClient) -> None:
    phone.gateway.company.verification.down = True  # type: ignore[attr-defined]
    brain = Brain(http)
    await brain.open("call-1", "13800000001", True)
    await brain.say(Send("你好"))
    assert phone.engine.turns[0]["metadata"]["level"] == "L0"


def test_withheld_numbers_share_nothing() -> None:
    assert conversation_of("k", Opened(call="a")) != conversation_of("k", Opened(call="b"))


async def test_the_elder_profile_is_told(http: httpx.AsyncClient, phone: Site) -> None:
    brain = Brain(http)
    assert await brain.open("call-9", "13800000019") == Known(first=True)
    await brain.say(Send("你好", elder=True))
    assert phone.engine.turns[-1]["metadata"]["profile"] == {"elder": True}
    assert await Brain(http).open("call-10", "13800000019") == Known(elder=True)
    assert await Brain(http).open("call-11", None) == Known(first=True)


async def test_an_old_customer_whose_number_is_vouched_for_gets_a_free_agent_first(
    http: httpx.AsyncClient, phone: Site
) -> None:
    home = phone.gateway.company.billing.households[ACCOUNT]  # type: ignore[attr-defined]
    home.account = replace(home.account, flags=("elder",))
    number = "13800000001"
    assert await Brain(http).open("c1", number, asserted=True) == Known(elder=True, first=True)
    await phone.gateway.store.write(
        lambda c: c.execute(sa.insert(t.agent).values(**agent("坐席1", phone.clock())))
    )
    assert await Brain(http).open("c2", number, asserted=True) == Known(True, True, True)
    assert await Brain(http).open("c3", number) == Known(first=True), "anybody can claim a number"


async def test_how_much_of_a_message_was_heard_is_seen_by_agents(
    http: httpx.AsyncClient, phone: Site
) -> None:
    brain = Brain(http)
    await brain.open("call-1", "13800000012")
    (told,) = (await brain.say(Send("你好"))).told
    assert told.seq
    await brain.cut(told.seq, 0.4)
    (await http.post(f"{CALLS}/{brain.conversation}/cut", json={"seq": 1, "heard": 0.5})).raise_for_status()
    assert brain.conversation
    shown, _ = await phone.gateway.store.read(transcript, brain.conversation, 0, 10)
    assert [each.get("heard") for each in shown] == [None, 0.4], "what the customer said was not played"


async def test_a_wrong_token_and_a_foreign_conversation_are_refused(
    phone: Site, http: httpx.AsyncClient
) -> None:
    async with phone.http(authorization=f"Bearer {TOKENS['app_token']}") as stranger:
        assert (await stranger.post(CALLS, json={"call": "c"})).status_code == 401
    said = {"message_id": "m", "text": "你好"}
    assert (await http.post(f"{CALLS}/c-somebody/messages", json=said)).status_code == 404


async def test_without_a_token_there_is_no_telephone(site: Site) -> None:
    async with site.http(authorization=f"Bearer {TOKEN}") as http:
        assert (await http.post(CALLS, json={"call": "c"})).status_code in (404, 405)


async def test_danger_gets_its_script_an_order_and_a_person(phone: Site, brain: Brain) -> None:
    reply = await brain.say(Send("电线断了掉在地上"))
    assert "远离" in reply.told[0].text
    rows = await phone.gateway.store.read(
        lambda c: c.exec_driver_sql("select reason from handoff").fetchall()
    )
    assert [row[0] for row in rows] == ["hazard"]


async def test_an_agent_who_takes_the_conversation_is_heard(phone: Site, brain: Brain) -> None:
    phone.engine.answer = lambda _turn: [{"custom": {"type": "handover", "reason": "asked"}}]
    asked = await brain.say(Send("转人工"))
    assert asked.told and not asked.on_duty
    conversation = phone.engine.turns[-1]["metadata"]["conversation"]

    def take(c) -> list:  # type: ignore[no-untyped-def]
        c.execute(sa.insert(t.agent).values(**agent("坐席1", phone.clock())))
        handoff.take(c, conversation, "坐席1", 1)
        return handoff.speak(c, conversation, "坐席1", "a1", {"text": "您好，我来处理"})

    await phone.gateway.tell(await phone.gateway.store.write(take))
    assert await brain.listen(2) == Replied((Told("您好，我来处理"),), "agent", True)


async def test_a_turn_that_takes_longer_than_a_request_ends_when_its_answer_is_fetched(
    phone: Site, brain: Brain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.voice.WAIT_SECONDS", 0.2)
    phone.engine.delay = 1.0
    early = await brain.say(Send("你好"))
    assert early.told == () and not early.ended
    late = await brain.listen(10)
    assert late.told == (Told("echo:你好"),) and late.ended


async def test_an_erased_conversation_loses_its_recorded_calls(tmp_path: Path) -> None:
    erased: list[str] = []
    line = FastAPI()

    @line.delete("/v1/recordings/{conversation}", status_code=204)
    async def erase(conversation: str) -> None:
        erased.append(conversation)

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with (
        serve(line, port),
        running(tmp_path, voice_token=TOKEN, voice_url=url) as phone,
        phone.http(authorization=f"Bearer {TOKEN}") as http,
    ):
        brain = Brain(http)
        await brain.open("call-1", "13800000012")
        phone.engine.answer = lambda _turn: [{"text": "删好了。"}, {"custom": {"type": "erase"}}]
        await brain.say(Send("把我的信息删掉"))
        await until(lambda: erased == [brain.conversation])


async def test_a_gateway_that_is_gone_is_told_as_such() -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{free_port()}", trust_env=False) as client:
        with pytest.raises(Gone):
            await Brain(client).open("c", None)
