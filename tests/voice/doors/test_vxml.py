"""The VoiceXML door: documents valid by the W3C's DTD, and a call that walks through them as a platform would."""

import re
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import httpx
import pytest
from fastapi import FastAPI
from fastapi.exceptions import HTTPException

from bot.voice.doors.session import PlatformCalls
from bot.voice.doors.vxml import Kind, routes
from bot.voice.events import Replied, Send, Told
from bot.voice.service import load
from tests.clock import ManualClock
from tests.voice.doors.script import Script

DTD = Path("/usr/share/xml/w3c-sgml-lib/schema/dtd/REC-voicexml21-20070619/vxml.dtd")
V = "{http://www.w3.org/2001/vxml}"
LIT = Told("邻居家有电吗？", (("b1", "邻居有电"), ("b2", "邻居也没电")), "neighbours_lit")


class Platform:
    """The form interpretation of our documents: plays the prompts, submits keys that the grammar accepts."""

    def __init__(self, http: httpx.AsyncClient, kind: Kind) -> None:
        self.http, self.kind = http, kind
        self.page = Element("none")

    async def call(self) -> str:
        return self._read(await self.http.post("/vxml", data={"call": "c1", "caller": "13800000012"}))

    async def press(self, keys: str) -> str:
        field = self.page.find(f".//{V}field")
        assert field is not None
        accepted = bool(keys) and self._fits(field, keys)
        where = field.find(f"{V}filled" if accepted else f"{V}noinput" if not keys else f"{V}nomatch")
        submit = where.find(f"{V}submit")  # type: ignore[union-attr]
        return self._read(await self.http.post(submit.get("next"), data={"heard": keys if accepted else ""}))  # type: ignore[union-attr,arg-type]

    def _fits(self, field: Element, keys: str) -> bool:
        grammar = field.find(f"{V}grammar")
        assert grammar is not None
        if self.kind == "cisco":
            return bool(re.fullmatch(grammar.text or "", keys))
        most = int(grammar.find(f".//{V}item[@repeat]").get("repeat").split("-")[1])  # type: ignore[union-attr]
        return bool(re.fullmatch(rf"[0-9]{{1,{most}}}#?|[*#]", keys))

    def _read(self, answer: httpx.Response) -> str:
        assert answer.status_code == 200 and answer.headers["content-type"].startswith(
            "application/voicexml+xml"
        )
        check = subprocess.run(
            ["xmllint", "--noout", "--nonet", "--dtdvalid", str(DTD), "-"],
            input=answer.content,
            capture_output=True,
        )
        assert check.returncode == 0, check.stderr.decode()
        self.page = fromstring(answer.content)
        return "".join(prompt.text or "" for prompt in self.page.iter(f"{V}prompt"))


@pytest.fixture(params=["generic", "cisco"])
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param  # type: ignore[no-any-return]


async def platform(script: Script, kind: Kind, password: str = "door-password") -> AsyncIterator[Platform]:
    app = FastAPI()
    app.include_router(
        routes(load("bayannur"), lambda: script, ManualClock(0.0), "door-password", "8001", kind)
    )
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://door", auth=("ivr", password)) as http:
        yield Platform(http, kind)


async def test_a_call_with_which_nobody_goes_on_is_forgotten_after_an_hour() -> None:
    clock = ManualClock(1_800_000_000.0)
    calls = PlatformCalls(load("bayannur"), lambda: Script(Replied(()), Replied(())), clock)
    left, _ = await calls.begin("call-1", None)
    clock.forward(1800)
    lively, _ = await calls.begin("call-2", None)
    clock.forward(1801)
    await calls.begin("call-3", None)
    assert calls.find(lively)
    with pytest.raises(HTTPException):
        calls.find(left)


async def test_keys_lead_through_the_same_dialogue(kind: Kind) -> None:
    script = Script(
        Replied((LIT,)), Replied((Told("户号是多少？", (), "account_no"),)), Replied((Told("余额十元。"),))
    )
    async for call in platform(script, kind):
        assert "查电费，请按二" in await call.call()
        assert "家里停电，请按二" in await call.press("1")
        assert "邻居也没电，请按二" in await call.press("2")
        assert "请输入户号" in await call.press("2")
        assert "零幺零零，零零零零，零零零幺七" in await call.press("0100000000017")
        assert "余额十元" in await call.press("1")
    assert script.said == [Send("我家停电了"), Send(choice="b2"), Send("0100000000017")]


async def test_silence_three_times_is_a_person_and_a_person_on_duty_gets_the_call(kind: Kind) -> None:
    script = Script(Replied((Told("受理号H1。"),), on_duty=True))
    async for call in platform(script, kind):
        await call.call()
        for _ in range(2):
            await call.press("")
        assert "受理号" in await call.press("")
        transfer = call.page.find(f".//{V}transfer")
        assert (
            transfer is not None and transfer.get("dest") == "tel:8001" and transfer.get("bridge") == "false"
        )


async def test_who_says_nothing_more_is_said_goodbye_to(kind: Kind) -> None:
    async for call in platform(Script(Replied((Told("没有坐席，受理号H1。"),))), kind):
        await call.call()
        await call.press("0")
        for _ in range(2):
            await call.press("")
        assert "再见" in await call.press("")
        assert call.page.find(f".//{V}disconnect") is not None


async def test_danger_by_keys_is_not_to_be_interrupted_and_needs_no_gateway(kind: Kind) -> None:
    async for call in platform(Script(), kind):
        await call.call()
        await call.press("1")
        assert "至少八米" in await call.press("1")
        assert {prompt.get("bargein") for prompt in call.page.iter(f"{V}prompt")} == {"false"}
        assert call.page.find(f".//{V}transfer") is not None


async def test_a_wrong_password_is_refused() -> None:
    async for call in platform(Script(), "generic", password="wrong"):
        assert (await call.http.post("/vxml", data={"call": "c1"})).status_code == 401
