"""Reading aloud and dictation of web pages, with the voice process's own door behind the gateway."""

import io
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from bot.channels.web_speech import said
from bot.gateway.store.messages import Message
from bot.voice.__main__ import MODEL
from bot.voice.asr.choose import chosen
from bot.voice.doors.speech import routes
from bot.voice.service import load
from bot.voice.speech.voices import Speaker
from scripts.ports import free_port
from tests.channels.conftest import Page, Site, running
from tests.gateway.fakes import serve

LINE = "made-up-token-of-the-line"
SERVICE = load("bayannur")
SPEECH = "/api/v1/web/speech"


@pytest.fixture
async def able(tmp_path: Path) -> AsyncIterator[Site]:
    app, port = FastAPI(), free_port()
    app.include_router(
        routes(LINE, Speaker(), SERVICE.profiles, chosen(f"sherpa-tdnn:{MODEL}"), SERVICE.sure)
    )
    async with (
        serve(app, port),
        running(tmp_path, voice_url=f"http://127.0.0.1:{port}", voice_token=LINE) as site,
    ):
        yield site


def seconds(file: bytes) -> float:
    with wave.open(io.BytesIO(file)) as sound:
        return sound.getnframes() / sound.getframerate()


async def visitor(site: Site) -> tuple[Page, httpx.AsyncClient]:
    page = await Page(site, await site.token()).open()
    return page, site.http(authorization=f"Bearer {page.token}", origin=site.url)


async def test_what_the_bot_said_is_read_and_what_is_read_is_heard(able: Site) -> None:
    page, http = await visitor(able)
    able.engine.answer = lambda turn: [{"text": "我家停电了"}]
    await page.say("你好")
    await page.hears("我家停电了")
    async with http:
        assert (await http.get(SPEECH)).json() == {"say": True, "hear": True}
        sound = await http.get(f"{SPEECH}/2", params={"until": 2})
        slow = await http.get(f"{SPEECH}/2", params={"until": 2, "elder": True})
        assert sound.headers["content-type"] == "audio/wav"
        assert seconds(slow.content) > 1.1 * seconds(sound.content) > 0.5
        heard = await http.post(SPEECH, content=sound.content)
        assert heard.json() == {"text": "我家停电了", "sure": True}
        assert (await http.post(SPEECH, content=b"no sound")).status_code == 415
        assert (await http.get(f"{SPEECH}/1", params={"until": 1})).status_code == 404  # the customer's own
    await page.close()


async def test_nobody_hears_another_conversation(able: Site) -> None:
    page, mine = await visitor(able)
    other, theirs = await visitor(able)
    await page.say("你好")
    await page.hears("echo:你好")
    async with mine, theirs:
        assert (await theirs.get(f"{SPEECH}/2", params={"until": 2})).status_code == 404
        for wrong in ({"authorization": "Bearer x"}, {"origin": "https://evil.example"}):
            answer = await mine.get(f"{SPEECH}/2", params={"until": 2}, headers=wrong)
            assert answer.status_code == (401 if "authorization" in wrong else 403)
    await page.close()
    await other.close()


async def test_without_a_voice_process_that_is_said(site: Site) -> None:
    page, http = await visitor(site)
    await page.say("你好")
    await page.hears("echo:你好")
    async with http:
        assert (await http.get(SPEECH)).json() == {"say": False, "hear": False}
        assert (await http.get(f"{SPEECH}/2", params={"until": 2})).status_code == 501
        assert (await http.post(SPEECH, content=b"RIFF")).status_code == 501
    await page.close()


async def test_a_voice_process_that_is_gone_is_said(tmp_path: Path) -> None:
    async with running(tmp_path, voice_url=f"http://127.0.0.1:{free_port()}", voice_token=LINE) as site:
        page, http = await visitor(site)
        await page.say("你好")
        await page.hears("echo:你好")
        async with http:
            assert (await http.get(SPEECH)).json() == {"say": False, "hear": False}
            assert (await http.get(f"{SPEECH}/2", params={"until": 2})).status_code == 503
        await page.close()


async def test_reading_has_its_limit(site: Site) -> None:
    page, http = await visitor(site)
    async with http:
        answers = [(await http.post(SPEECH, content=b"")).status_code for _ in range(31)]
    assert answers[:30] == [501] * 30 and answers[30] == 429
    await page.close()


def test_words_documents_and_choices_are_read_in_plain_words() -> None:
    def message(seq: int, author: str, **body: object) -> Message:
        return Message("c", seq, author, 0.0, body)

    run = [
        message(2, "bot", text="请告诉我户号。", quick_replies=[{"id": "b1", "title": "有"}, {"id": "b2", "title": "没有"}]),
        message(3, "customer", text="没有"),
        message(4, "bot", text="要带：", card={"card": "documents", "data": {"items": ["身份证", "房产证"]}}),
    ]  # fmt: skip
    assert said(run, elder=False) == "请告诉我户号。有、没有。要带：身份证，房产证"
    assert said(run, elder=True).startswith("请告诉我交电费那串数。")
