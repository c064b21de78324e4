"""The jambonz door: verbs and callbacks valid by jambonz's own schemas, and the same dialogue as by telephone."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from bot.voice.doors.jambonz import routes
from bot.voice.events import Replied, Told
from bot.voice.service import load
from tests.clock import ManualClock
from tests.voice.doors.script import Script

FOLDER = Path(__file__).with_name("jambonz")
SCHEMAS = {
    found["$id"]: found for found in (json.loads(f.read_text()) for f in FOLDER.rglob("*.schema.json"))
}
BASE = "https://jambonz.org/schema"
REGISTRY: Any = Registry().with_resources(
    (name, Resource.from_contents(found, DRAFT202012)) for name, found in SCHEMAS.items()
)
PASSWORD = "door-password"


def valid(what: Any, schema: str) -> None:
    Draft202012Validator(SCHEMAS[f"{BASE}/{schema}"], registry=REGISTRY).validate(what)


class Platform:
    """What jambonz does with our verbs."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.verbs: list[dict[str, Any]] = []

    async def call(self, number: str = "+13800000012") -> str:
        body = {
            "call_sid": "s-1",
            "from": number,
            "to": "95598",
            "direction": "inbound",
            "call_status": "trying",
        }
        valid(body, "callbacks/base")
        return self._read(await self.http.post("/jambonz", json=body))

    async def does(self, **collected: Any) -> str:
        """Keys, speech, or nothing until the time is over."""
        reason = (
            "dtmfDetected"
            if "digits" in collected
            else "speechDetected"
            if "speech" in collected
            else "timeout"
        )
        body = {
            "call_sid": "s-1",
            "direction": "inbound",
            "call_status": "in-progress",
            "reason": reason,
            **collected,
        }
        valid(body, "callbacks/gather")
        return self._read(await self.http.post(self.verbs[-1]["actionHook"], json=body))

    async def says(self, text: str, confidence: float = 0.9) -> str:
        heard = {"is_final": True, "alternatives": [{"transcript": text, "confidence": confidence}]}
        return await self.does(speech=heard)

    def _read(self, answer: httpx.Response) -> str:
        assert answer.status_code == 200, answer.text
        self.verbs = answer.json()
        for verb in self.verbs:
            valid(verb, f"verbs/{verb['verb']}")
        return "".join(verb.get("text", "") + verb.get("say", {}).get("text", "") for verb in self.verbs)


async def platform(script: Script, password: str = PASSWORD) -> AsyncIterator[Platform]:
    app = FastAPI()
    app.include_router(routes(load("bayannur"), lambda: script, ManualClock(0.0), PASSWORD, "8001"))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://door", auth=("ivr", password)) as http:
        yield Platform(http)


async def test_keys_and_words_lead_through_the_same_dialogue() -> None:
    script = Script(Replied((Told("户号是多少？", (), "account_no"),)), Replied((Told("余额十元。"),)))
    async for call in platform(script):
        assert "查电费，请按二" in await call.call()
        assert script.opened == ("s-1", "13800000012")
        assert "请输入户号" in await call.says("我想查电费余额")
        assert "零幺零零，零零零零，零零零幺七" in await call.does(digits="0100000000017")
        assert "余额十元" in await call.does(digits="1")
        gather = call.verbs[-1]
        assert gather["verb"] == "gather" and gather["input"] == ["digits", "speech"]
    assert [each.text for each in script.said] == ["我想查一下电费余额", "0100000000017"]


async def test_poor_speech_is_asked_again_and_silence_ends_at_a_person() -> None:
    async for call in platform(Script(Replied((Told("受理号H1。"),), on_duty=True))):
        await call.call()
        assert "请" in await call.says("嗯那个", 0.1)
        for _ in range(3):
            words = await call.does()
        assert "受理号" in words
        assert call.verbs[-1] == {"verb": "sip:refer", "referTo": "8001"}


async def test_who_says_nothing_more_is_said_goodbye_to() -> None:
    async for call in platform(Script(Replied((Told("没有坐席，受理号H1。"),)))):
        await call.call()
        await call.does(digits="0")
        for _ in range(3):
            words = await call.does()
        assert "再见" in words and {verb["verb"] for verb in call.verbs} == {"say"}


async def test_danger_is_said_whole_before_anything_else() -> None:
    async for call in platform(Script()):
        await call.call()
        assert "至少八米" in await call.does(digits="11")
        assert [verb["verb"] for verb in call.verbs][-1] == "sip:refer"
        assert all(verb["verb"] == "say" for verb in call.verbs[:-1])


async def test_strangers_and_nonsense_are_refused() -> None:
    async for call in platform(Script(), password="wrong"):
        assert (await call.http.post("/jambonz", json={"call_sid": "s"})).status_code == 401
    async for call in platform(Script()):
        assert (await call.http.post("/jambonz", json={})).status_code == 422
        assert (await call.http.post("/jambonz/unknown", json={})).status_code == 404
        assert "请按" in await call.call("anonymous")


@pytest.mark.parametrize("schema", ["verbs/gather", "verbs/say", "verbs/sip:refer", "callbacks/gather"])
def test_the_schemas_are_there(schema: str) -> None:
    assert f"{BASE}/{schema}" in SCHEMAS
