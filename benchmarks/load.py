"""Customers who talk as fast as they are answered, to stock Rasa's REST channel and to our app channel."""

from __future__ import annotations

import asyncio
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable

import httpx

# Asked by every customer: an action that asks the company, then a reply.
QUESTION = "临河区营业厅在哪"
# Our gateway lets a conversation send five messages at once; everybody begins a new one after four.
A_TALK = 4

Ask = Callable[[httpx.AsyncClient, str], Awaitable[None]]


def stock(base: str) -> Ask:
    """One message to the REST channel of stock Rasa."""

    async def ask(client: httpx.AsyncClient, conversation: str) -> None:
        body = {"sender": conversation, "message": QUESTION}
        answer = await client.post(f"{base}/webhooks/rest/webhook", json=body)
        assert answer.json(), "stock Rasa said nothing"

    return ask


def ours(base: str, token: str) -> Ask:
    """One message through gateway, inbox, worker, engine, action, backend and outbox."""

    async def ask(client: httpx.AsyncClient, conversation: str) -> None:
        body = {"message_id": str(uuid.uuid4()), "conversation": conversation, "text": QUESTION}
        headers = {"Authorization": f"Bearer {token}"}
        answer = await client.post(f"{base}/api/v1/messages", json=body, headers=headers)
        assert answer.status_code == 200 and answer.json()["messages"], answer.text

    return ask


async def rate(ask: Ask, users: int, messages: int) -> float:
    """Messages answered per second by `users` customers who send `messages` each."""
    async with httpx.AsyncClient(
        timeout=60, trust_env=False, limits=httpx.Limits(max_connections=users)
    ) as client:

        async def customer() -> None:
            for number in range(messages):
                if number % A_TALK == 0:
                    conversation = f"bench-{uuid.uuid4()}"
                await ask(client, conversation)

        began = time.perf_counter()
        await asyncio.gather(*(customer() for _ in range(users)))
        return users * messages / (time.perf_counter() - began)


async def growth(ask: Ask, turns: int = 100) -> float:
    """How many times longer turn 100 of one conversation takes than turn 3 (medians of five around each)."""
    times = []
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        conversation = f"bench-{uuid.uuid4()}"
        for _ in range(turns + 2):
            began = time.perf_counter()
            await ask(client, conversation)
            times.append(time.perf_counter() - began)
    return statistics.median(times[turns - 3 :]) / statistics.median(times[1:6])


def engine_turn(base: str, token: str) -> Ask:
    """One turn of our engine alone, for its growth over a conversation."""

    async def ask(client: httpx.AsyncClient, conversation: str) -> None:
        body = {
            "conversation": conversation,
            "message_id": str(uuid.uuid4()),
            "text": QUESTION,
            "metadata": {"channel": "app", "level": "L0", "accounts": []},
        }
        answer = await client.post(f"{base}/turns", json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200 and answer.json()["replies"], answer.text

    return ask
