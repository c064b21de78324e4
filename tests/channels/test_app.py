"""The channel suite for the company's own app."""

import asyncio

import httpx
import pytest

from bot.channels import app as channel
from tests.channels.conftest import Site
from tests.gateway.fakes import ACCOUNT, TOKENS


async def post(
    site: Site, token: str = TOKENS["app_token"], prefer: str = "wait=10", **body: object
) -> httpx.Response:
    sent = {"message_id": "m1", "conversation": "user-7", "text": "你好", **body}
    async with site.http(authorization=f"Bearer {token}", prefer=prefer) as http:
        return await http.post("/api/v1/messages", json={k: v for k, v in sent.items() if v is not None})


async def get(site: Site, **query: object) -> httpx.Response:
    async with site.http(authorization=f"Bearer {TOKENS['app_token']}") as http:
        return await http.get("/api/v1/messages", params=query)


async def test_a_message_is_answered_in_the_same_request(site: Site) -> None:
    answer = await post(site)
    assert answer.status_code == 200
    body = answer.json()
    assert body["cursor"] == 2
    assert [(m["seq"], m["from"], m["text"]) for m in body["messages"]] == [(2, "bot", "echo:你好")]


@pytest.mark.parametrize("token", ["x", "wrong", TOKENS["internal_token"]])
async def test_a_wrong_token_is_refused(site: Site, token: str) -> None:
    assert (await post(site, token)).status_code == 401
    assert site.engine.turns == []


async def test_the_same_message_again_gives_the_same_answer_and_another_body_a_conflict(site: Site) -> None:
    answers = await asyncio.gather(*(post(site) for _ in range(3)))
    later = await post(site)
    assert {answer.content for answer in answers} == {later.content}
    assert len(site.engine.executed) == 1
    assert (await post(site, text="再见")).status_code == 409


async def test_a_turn_that_takes_longer_than_the_app_waits_is_fetched_later(site: Site) -> None:
    site.engine.delay = 0.6
    slow = await post(site, prefer="respond-async, wait=0")
    assert (slow.status_code, slow.json()) == (202, {"messages": [], "cursor": 1})
    await asyncio.sleep(1)
    fetched = (await get(site, conversation="user-7", after=1)).json()
    assert [m["text"] for m in fetched["messages"]] == ["echo:你好"] and fetched["cursor"] == 2
    assert (await get(site, conversation="user-7", after=2)).json() == {"messages": [], "cursor": 2}
    assert (await get(site, conversation="user-8", after=0)).json() == {"messages": [], "cursor": 0}


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, 10),
        ("", 10),
        ("wait=3", 3),
        ("respond-async, wait=0", 0),
        ("wait=900", 10),
        ("wait=x", 10),
        ("await=1", 10),
    ],
)
def test_the_app_says_how_long_it_waits(prefer: str | None, seconds: float) -> None:
    assert channel.wait_of(prefer) == seconds


async def test_the_app_vouches_for_its_customer_until_it_no_longer_does(site: Site) -> None:
    await post(site, accounts=[ACCOUNT], level="L3")
    await post(site, message_id="m2")
    levels = [(t["metadata"]["level"], t["metadata"]["accounts"]) for t in site.engine.turns]
    assert levels == [("L3", [ACCOUNT]), ("L0", [])]


async def test_a_button_is_chosen_by_its_id(site: Site) -> None:
    site.engine.answer = lambda turn: (
        [{"text": "好的"}]
        if turn["payload"]
        else [{"text": "?", "buttons": [{"title": "是", "payload": "/affirm"}]}]
    )
    offered = (await post(site)).json()["messages"][0]["quick_replies"][0]
    chosen = await post(site, message_id="m2", text=None, choice=offered["id"])
    assert chosen.json()["messages"][0]["text"] == "好的"
    assert (await post(site, message_id="m3", text=None, choice=offered["id"])).status_code == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": "字" * 2001}, 413),
        ({"text": ""}, 422),
        ({"text": None}, 422),
        ({"text": {"a": 1}}, 422),
        ({"choice": "made-up"}, 422),
        ({"message_id": ""}, 422),
        ({"message_id": "x" * 300}, 422),
        ({"conversation": "x" * 300}, 422),
        ({"accounts": [ACCOUNT]}, 422),
        ({"accounts": [ACCOUNT], "level": "L4"}, 422),
        ({"accounts": ["' OR 1=1"], "level": "L3"}, 422),
    ],
)
async def test_a_bad_request_is_a_problem_that_repeats_nothing(site: Site, body: dict, status: int) -> None:
    answer = await post(site, **body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert ACCOUNT not in answer.text and site.engine.turns == []


async def test_a_body_that_is_no_json_is_a_problem(site: Site) -> None:
    async with site.http(authorization=f"Bearer {TOKENS['app_token']}") as http:
        for content in (b"\x00\xff\xfe", b"[]", b"{", b'{"text": "\\ud800"}'):
            assert (await http.post("/api/v1/messages", content=content)).status_code == 422


async def test_a_lone_surrogate_in_the_text_does_no_harm(site: Site) -> None:
    async with site.http(authorization=f"Bearer {TOKENS['app_token']}") as http:
        raw = b'{"message_id": "m1", "conversation": "u", "text": "\\ud800\\u4f60\\u597d"}'
        answer = await http.post(
            "/api/v1/messages", content=raw, headers={"content-type": "application/json"}
        )
    assert answer.status_code in (200, 422)


async def test_who_sends_too_fast_is_told_when_to_go_on(site: Site) -> None:
    answers = await asyncio.gather(*(post(site, message_id=f"m{n}") for n in range(8)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 3 and int(refused[0].headers["Retry-After"]) >= 1
