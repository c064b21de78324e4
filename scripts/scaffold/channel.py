"""The files of a new channel: a server of the company posts what customers say and gets the whole turn back. The author
puts the platform's own signature, format and delivery in place of that."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from bot.core.manner import Manner
from scripts.scaffold.tree import Change, imported, listed, named, title

REGISTRY = "bot/channels/registry.py"

MODULE = '''"""{about}: one request per message, answered with its turn."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from pydantic import BaseModel, Field, SecretStr

from bot.channels.message import render
from bot.channels.turns import Turns
from bot.gateway.channel import Channel
from bot.gateway.gateway import Gateway
from bot.gateway.http.problems import Problem
from bot.gateway.http.routes import bearer
from bot.gateway.settings import Secret, Settings
from bot.gateway.store.limits import TooFast
from bot.gateway.turns.inbox import MAX_TEXT, Inbound, Refused, clean

NAME = "{name}"
WAIT_SECONDS = 10.0


class {title}Settings(Settings):
    {name}_token: Secret | None = Field(
        None,
        description="of the platform; without it there is no such channel",
    )


class {title}Message(BaseModel):
    """POST /api/v1/{path}/messages."""

    message_id: Annotated[str, Field(min_length=1, max_length=80)]
    customer: Annotated[str, Field(min_length=1, max_length=100)]
    text: str | None = None
    choice: Annotated[str, Field(max_length=64)] | None = None


def conversation_of(customer: str) -> str:
    """Our name for a customer of the platform; never one that another channel could have."""
    return f"{path}-{{hashlib.sha256(customer.encode(errors='replace')).hexdigest()[:32]}}"


def parse(said: {title}Message) -> Inbound:
    """What was said. Raises Refused."""
    if (said.text is None) == (said.choice is None):
        raise Refused("bad_request")
    text = None if said.text is None else clean(said.text, MAX_TEXT)
    return Inbound(NAME, conversation_of(said.customer), said.message_id, text, said.choice)


class {title}Channel(Channel):
    """Takes a message and waits for its turn; there where its token is set."""

    name = NAME
    settings = ({title}Settings,)

    def __init__(self, gateway: Gateway, token: SecretStr) -> None:
        self._gateway = gateway
        self._token = token
        self._turns = Turns(gateway)

    @classmethod
    def of(cls, gateway: Gateway) -> {title}Channel | None:
        token = gateway.settings.part({title}Settings).{name}_token
        return cls(gateway, token) if token else None

    def mount(self, app: FastAPI) -> None:
        async def allowed(request: Request) -> None:
            bearer(request, self._token)

        router = APIRouter(prefix="/api/v1/{path}/messages", dependencies=[Depends(allowed)])

        @router.post("")
        async def say(said: {title}Message) -> dict[str, Any]:
            return await self.say(said)

        app.include_router(router)

    async def say(self, said: {title}Message) -> dict[str, Any]:
        """Take a message; what its turn said, or what of it was said in time."""
        try:
            inbound = parse(said)
            await self._gateway.limits.take("message", inbound.conversation)
            receipt = await self._gateway.inbox.take(inbound)
        except TooFast as limit:
            raise Problem(429, "rate_limited", headers={{"Retry-After": str(limit.retry_after)}}) from None
        except Refused as refused:
            raise Problem(409 if refused.code == "mismatch" else 422, refused.code) from None
        turn = await self._turns.answer(receipt, inbound.conversation, WAIT_SECONDS)
        found = turn.messages if turn else []
        return {{"messages": [render(each, self._gateway.uploads.link) for each in found]}}
'''

TEST = '''"""The channel suite for {about}."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.channels.conftest import Site, running

TOKEN = "made-up-token-of-{path}"


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Site]:
    async with running(tmp_path, {name}_token=TOKEN) as one:
        yield one


async def say(site: Site, token: str = TOKEN, **body: object) -> httpx.Response:
    sent = {{"message_id": "m1", "customer": "somebody", "text": "你好", **body}}
    async with site.http(authorization=f"Bearer {{token}}") as http:
        return await http.post("/api/v1/{path}/messages", json=sent)


async def test_a_message_is_answered_with_its_turn(platform: Site) -> None:
    answer = await say(platform)
    assert [each["text"] for each in answer.json()["messages"]] == ["echo:你好"]
    assert platform.engine and platform.engine.turns[0]["metadata"]["channel"] == "{name}"


async def test_a_wrong_token_is_refused(platform: Site) -> None:
    assert (await say(platform, "wrong")).status_code == 401


async def test_the_same_message_is_taken_once_and_another_under_its_id_not_at_all(platform: Site) -> None:
    assert (await say(platform)).content == (await say(platform)).content
    assert platform.engine and len(platform.engine.executed) == 1
    assert (await say(platform, text="再见")).status_code == 409


@pytest.mark.parametrize("body", [{{"text": None}}, {{"choice": "x"}}, {{"text": ""}}, {{"text": "长" * 5000}}])
async def test_what_cannot_be_taken_is_refused(platform: Site, body: dict[str, object]) -> None:
    assert (await say(platform, **body)).status_code == 422
    assert platform.engine and platform.engine.turns == []


async def test_two_customers_have_two_conversations(platform: Site) -> None:
    await say(platform)
    await say(platform, customer="somebody else")
    assert platform.engine and len({{turn["conversation"] for turn in platform.engine.turns}}) == 2


async def test_without_its_token_there_is_no_such_channel(site: Site) -> None:
    assert (await say(site)).status_code in (404, 405)
'''


def channel(name: str, about: str, root: Path) -> Change:
    """Its module, its manner (all answers no), its tests; one line in the registry."""
    words = {
        "name": named(name, "channel"),
        "title": title(name),
        "about": about,
        "path": name.replace("_", "-"),
    }
    manner = "".join(f"{each.name}: false\n" for each in fields(Manner))
    registry = (root / REGISTRY).read_text(encoding="utf-8")
    registry = imported(registry, f"bot.channels.{name}", f"{title(name)}Channel")
    return Change(
        own={
            f"bot/channels/{name}.py": MODULE.format(**words),
            f"data/channels/{name}.yml": f"# {about}; bot/core/manner.py says what each line means.\n{manner}",
            f"tests/channels/test_{name}.py": TEST.format(**words),
        },
        shared={REGISTRY: listed(registry, "CHANNELS: ", f"    {title(name)}Channel,\n")},
        left=(f"answer the questions of data/channels/{name}.yml",
              f"tell of {name.upper()}_TOKEN in docs/operations.md, with the prefix of all settings"),
    )  # fmt: skip
