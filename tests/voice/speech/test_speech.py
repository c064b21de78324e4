"""What the caller hears: numbers as people say them, right pinyin, Chinese phonemes only, 8 kHz sound."""

import asyncio
import json
import subprocess
import wave
from pathlib import Path

import httpx
import numpy as np
import pytest
from websockets.asyncio.server import ServerConnection, serve

from bot.voice.events import Speak
from bot.voice.policy import Policy
from bot.voice.service import load
from bot.voice.speech.pinyin import pinyin
from bot.voice.speech.prompts import fixed
from bot.voice.speech.spoken import cardinal, spoken
from bot.voice.speech.voices import (
    Mute,
    Prosody,
    Speaker,
    espeak,
    file_name,
    over_http,
    over_websocket,
    sentences,
    telephone,
)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("请打95598", "请打九五五九八"),
        ("电话13800000012", "电话幺三八，零零零零，零零幺二"),
        ("户号0100000000017", "户号零幺零零，零零零零，零零零幺七"),
        ("工单号202611230200001", "工单号二零二六，幺幺二三，零二零零，零零幺"),
        ("马上打120", "马上打幺二零"),
        ("电费118.12元", "电费一百一十八元一角二分"),
        ("12.50元", "十二元五角"),
        ("12.05元", "十二元零五分"),
        ("用电268度", "用电二百六十八度"),
        ("用了120.5kWh", "用了一百二十点五度"),
        ("用电120度", "用电一百二十度"),
        ("2026年10月", "二零二六年十月"),
        ("11月24日01:26前", "十一月二十四日一点二十六分前"),
        ("一般45分钟", "一般四十五分钟"),
        ("手机138****0012", "手机尾号零零幺二"),
        ("看https://a.cn/b，谢谢", "看，谢谢"),
        ("**好的**😀", "好的"),
        ("2个工作日", "两个工作日"),
        ("12个月", "十二个月"),
        ("家在二单元，2022年3月", "家在二单元，二零二二年三月"),
    ],
)
def test_what_is_written_is_said_as_people_say_it(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "零"), (10, "十"), (105, "一百零五"), (110, "一百一十"), (12000, "一万二千"), (100_050, "十万零五十"),
     (1_000_000_001, "十亿零一")],
)  # fmt: skip
def test_whole_numbers(number: int, said: str) -> None:
    assert cardinal(number) == said


@pytest.mark.parametrize(
    ("words", "golden"),
    [
        ("户号", "hu4 hao4"),
        ("还款", "huan2 kuan3"),
        ("行号", "hang2 hao4"),
        ("调峰", "tiao2 feng1"),
        ("倒闸", "dao3 zha2"),
        ("重复", "chong2 fu4"),
        ("银行行长", "yin2 hang2 hang2 zhang3"),
        ("幺二零", "yao1 er4 ling2"),
        ("您好，请按一。", "nin2 hao3, qing3 an4 yi1."),
    ],
)
def test_words_of_the_trade_are_pronounced_right(words: str, golden: str) -> None:
    assert pinyin(words) == golden


def test_no_syllable_is_read_as_english() -> None:
    text = pinyin(spoken("您好，95598为您服务。户号0100000000017，电费118.12元，请按1。"))
    dump = subprocess.run(["espeak-ng", "-v", "cmn-latn-pinyin", "-q", "-x"], input=text, capture_output=True, text=True, check=True)  # fmt: skip
    assert dump.stdout.strip() and "(en)" not in dump.stdout


async def test_espeak_speaks_and_slower_takes_longer() -> None:
    normal = await espeak("查电费，请按二。", Prosody(160))
    slow = await espeak("查电费，请按二。", Prosody(120))
    seconds = len(normal) / 2 / 8000
    assert 0.8 < seconds < 5 and len(slow) > 1.15 * len(normal)
    assert np.abs(np.frombuffer(normal, "<i2")).max() > 2000


async def test_the_same_words_are_spoken_once() -> None:
    calls: list[str] = []

    async def voice(text: str, prosody: Prosody) -> bytes:
        calls.append(text)
        return b"\0\0" * 80

    speaker = Speaker(voice)
    for _ in range(3):
        await speaker.say("您好")
    await speaker.say("您好", Prosody(120))
    assert calls == ["您好", "您好"]


async def test_recorded_sentences_are_played_and_the_rest_is_spoken(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / file_name("随时按零转人工。")), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\x01\x02" * 800)
    said: list[str] = []

    async def voice(text: str, _prosody: Prosody) -> bytes:
        said.append(text)
        return b"\x03\x04" * 80

    speaker = Speaker(voice, recordings=tmp_path)
    sound = await speaker.say("余额是五元。谢谢！随时按零转人工。", Prosody(pause=10))
    assert said == ["余额是五元。谢谢！"]
    assert sound == b"\x03\x04" * 80 + b"\x01\x02" * 800 + b"\0\0" * 80
    await speaker.say("随时按零转人工了。")
    assert said[1:] == ["随时按零转人工了。"], "other words, no recording"


def test_every_fixed_sentence_of_the_line_is_listed_for_the_studio() -> None:
    service = load("bayannur")
    listed = set(fixed(service))
    first = [each for each in Policy(service).start() if isinstance(each, Speak)]
    assert {sentence for each in first for sentence in sentences(each.text)} <= listed
    assert all("{" not in sentence for sentence in listed)


async def test_a_company_voice_that_fails_is_replaced_by_our_own() -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(503))
    async with httpx.AsyncClient(transport=transport) as client:
        speaker = Speaker(over_http(client, "http://voice.test/say"), espeak)
        assert len(await speaker.say("您好")) > 4000


async def test_a_voice_that_streams_is_played_and_one_that_breaks_off_is_replaced() -> None:
    asked: list[dict[str, object]] = []

    async def voice(line: ServerConnection) -> None:
        asked.append(json.loads(await line.recv()))
        for _ in range(1 if "断" in str(asked[-1]["text"]) else 4):
            await line.send(b"\x01\x02" * 400)
        if "断" in str(asked[-1]["text"]):
            await line.send(b"\x01")

    async with serve(voice, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        speaker = Speaker(over_websocket(f"ws://127.0.0.1:{port}"), espeak)
        assert await speaker.say("余额12元", Prosody(speed=120)) == b"\x01\x02" * 1600
        assert asked == [{"text": "余额十二元", "speed": 0.75, "sample_rate": 8000}]
        assert len(await speaker.say("断")) > 3300
    assert len(await Speaker(over_websocket(f"ws://127.0.0.1:{port}"), espeak).say("您好")) > 4000


def test_what_is_no_sound_file_is_refused() -> None:
    with pytest.raises(Mute):
        telephone(b"<html>")


def test_a_high_tone_does_not_fold_into_the_telephone_band(tmp_path: Path) -> None:
    def level(tone: int) -> float:
        path = tmp_path / f"{tone}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1), file.setsampwidth(2), file.setframerate(22050)
            wave_form = 10000 * np.sin(2 * np.pi * tone * np.arange(22050) / 22050)
            file.writeframes(wave_form.astype("<i2").tobytes())
        return float(np.abs(np.frombuffer(telephone(path.read_bytes()), "<i2")[800:-800]).mean())

    assert level(1000) > 5000 and level(6000) < 100


def test_asyncio_is_not_blocked_by_a_voice() -> None:
    async def both() -> int:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.001)
                ticks += 1

        ticking = asyncio.create_task(tick())
        await espeak("您好，这里是供电服务热线，请问有什么可以帮您。", Prosody())
        ticking.cancel()
        return ticks

    assert asyncio.run(both()) > 0
