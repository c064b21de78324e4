from __future__ import annotations

import httpx
import pytest

from bot.actionserver import create_app, register
from tests.actions.conversation import Conversation

TOKEN = "a-token-of-a-test-0001"
CALL = {
    "next_action": "action_greet",
    "sender_id": "c-test",
    "tracker": {"sender_id": "c-test", "slots": {}, "latest_message": {}, "events": []},
    "domain": {},
}


@pytest.fixture
def client() -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_app(register(), TOKEN))
    return httpx.AsyncClient(transport=transport, base_url="http://actions")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}])
async def test_a_call_without_the_token_is_refused(client: httpx.AsyncClient, header: dict[str, str]) -> None:
    assert (await client.post("/webhook", json=CALL, headers=header)).status_code == 401


async def test_a_call_with_the_token_is_carried_out(
    client: httpx.AsyncClient, stranger: Conversation
) -> None:
    answer = await client.post("/webhook", json=CALL, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.json()["responses"][0]["response"] == "utter_greet"


async def test_an_unknown_action_and_a_broken_body_tell_nothing_of_the_request(
    client: httpx.AsyncClient,
) -> None:
    header = {"Authorization": f"Bearer {TOKEN}"}
    unknown = await client.post("/webhook", json=CALL | {"next_action": "action_none"}, headers=header)
    assert unknown.status_code == 404
    broken = await client.post("/webhook", content=b'{"phone": "13800000001"', headers=header)
    assert broken.status_code == 500
    assert "13800000001" not in broken.text


async def test_it_says_that_it_lives(client: httpx.AsyncClient) -> None:
    assert (await client.get("/live")).status_code == 200
    assert (await client.get("/ready")).status_code == 200
