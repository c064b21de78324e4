"""The speech door, with the recogniser trained here and espeak-ng: what one says, the other hears, in every container."""

import io
import wave
from collections.abc import AsyncIterator

import av
import httpx
import numpy as np
import pytest
from av.audio.resampler import AudioResampler
from fastapi import FastAPI

from bot.voice.__main__ import MODEL
from bot.voice.asr.choose import chosen
from bot.voice.asr.recording import LONGEST, NotARecording, samples
from bot.voice.doors.speech import MAX_SOUND, routes
from bot.voice.service import load
from bot.voice.speech.voices import RATE, Speaker

TOKEN = "made-up-token-of-the-line"
SERVICE = load("bayannur")


def door(asr: bool = True) -> httpx.AsyncClient:
    app = FastAPI()
    makes = chosen(f"sherpa-tdnn:{MODEL}") if asr else None
    app.include_router(routes(TOKEN, Speaker(), SERVICE.profiles, makes, SERVICE.sure))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://line", headers=headers)


@pytest.fixture
async def line() -> AsyncIterator[httpx.AsyncClient]:
    async with door() as client:
        yield client


def packed(pcm: bytes, container: str, codec: str, rate: int) -> bytes:
    """Sound as a phone or a browser would record it."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(np.frombuffer(pcm, "<i2").reshape(1, -1), "s16", "mono")
        frame.sample_rate = RATE
        size = stream.codec_context.frame_size or None
        to_codec = AudioResampler(stream.codec_context.format, "mono", rate, frame_size=size or 0)
        for each in (*to_codec.resample(frame), *to_codec.resample(None), None):
            out.mux(stream.encode(each))
    return file.getvalue()


async def spoken(line: httpx.AsyncClient, text: str) -> bytes:
    answer = await line.post("/v1/speech", json={"text": text})
    assert answer.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(answer.content)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return file.readframes(file.getnframes())


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [("amr", "libopencore_amrnb", 8000), ("webm", "libopus", 48000), ("ogg", "libopus", 48000), ("mp4", "aac", 44100),
     ("wav", "pcm_s16le", 8000)],
)  # fmt: skip
async def test_a_recording_is_heard_in_every_container(
    line: httpx.AsyncClient, container: str, codec: str, rate: int
) -> None:
    pcm = await spoken(line, "我家停电了")
    answer = await line.post("/v1/recognise", content=packed(pcm, container, codec, rate))
    assert answer.status_code == 200
    assert answer.json()["text"] == "我家停电了"


async def test_an_elder_is_spoken_to_more_slowly(line: httpx.AsyncClient) -> None:
    fast = await line.post("/v1/speech", json={"text": "您的电费是五十元。"})
    slow = await line.post("/v1/speech", json={"text": "您的电费是五十元。", "profile": "elder"})
    assert len(slow.content) > 1.1 * len(fast.content)


async def test_silence_is_nothing_and_not_sure(line: httpx.AsyncClient) -> None:
    answer = await line.post("/v1/recognise", content=packed(bytes(RATE * 2), "wav", "pcm_s16le", 8000))
    assert answer.json() == {"text": "", "confidence": 0.0, "sure": False}


@pytest.mark.parametrize(
    "data",
    [b"", b"no sound", b"#EXTM3U\nhttp://127.0.0.1:9/a.ts", b"ffconcat version 1.0\nfile /etc/hostname",
     b"RIFF\x00\x00\x00\x00WAVEjunk", b"#!AMR\n", b"\x1aE\xdf\xa3" + bytes(40), b"\x00\x00\x00\x18ftypisom" + bytes(9)],
)  # fmt: skip
async def test_what_is_no_recording_is_refused(line: httpx.AsyncClient, data: bytes) -> None:
    answer = await line.post("/v1/recognise", content=data)
    assert answer.status_code == 415 or answer.json()["text"] == ""


async def test_limits_and_the_token_are_kept(line: httpx.AsyncClient) -> None:
    assert (await line.post("/v1/recognise", content=bytes(MAX_SOUND + 1))).status_code == 413
    assert (await line.post("/v1/speech", json={"text": "字" * 1201})).status_code == 422
    for wrong in ("Bearer x", ""):
        headers = {"Authorization": wrong}
        assert (await line.post("/v1/speech", json={"text": "好"}, headers=headers)).status_code == 401
    async with door(asr=False) as deaf:
        assert (await deaf.post("/v1/recognise", content=b"#!AMR\n")).status_code == 501


def test_a_minute_is_enough() -> None:
    long = packed(bytes(RATE * 2 * 90), "amr", "libopencore_amrnb", 8000)
    assert len(samples(long)) <= LONGEST * RATE * 2
    with pytest.raises(NotARecording):
        samples(b"GIF89a")
