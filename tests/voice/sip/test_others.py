"""Callers that others have written: SIPp over a line that loses messages, baresip with real sound.

`make voice-test` runs the long form (GRIDCARE_LONG=1)."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from bot.voice.sip.endpoint import CallLimits, SipEndpoint, SipLine
from bot.voice.speech.voices import Prosody, Speaker
from tests.gateway.fakes import until
from tests.voice.sip.baresip import baresip

LONG = bool(os.environ.get("GRIDCARE_LONG"))
SCENARIO = Path(__file__).with_name("digits.xml")
pytestmark = pytest.mark.slow


class Line:
    """An endpoint that notes the calls, the keys of each, and what was said."""

    def __init__(self) -> None:
        self.lines: list[SipLine] = []
        self.over = 0
        self.keys: dict[str, str] = {}
        self.sound = bytearray()
        self.prompt = b""
        self.endpoint = SipEndpoint(
            ("127.0.0.1", 0), self._answer, self._ended, limits=CallLimits(calls=200, invites=200)
        )

    async def _answer(self, line: SipLine) -> None:
        self.lines.append(line)
        self.keys[line.name] = ""

        def key(pressed: str) -> None:
            self.keys[line.name] += pressed

        line.media.on_key = key
        line.media.on_frame = self.sound.extend
        if self.prompt:
            await line.play(self.prompt, interruptible=True)

    async def _ended(self, _line: SipLine) -> None:
        self.over += 1


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    one = Line()
    await one.endpoint.start()
    yield one
    await one.endpoint.drain(1)


async def sipp(line: Line, calls: int, *more: str) -> int:
    """Rings that often, sends ten keys in each call; the exit status is 0 when every call went to its end."""
    program = shutil.which("sipp")
    assert program, "sipp is not installed (Debian: sip-tester)"
    child = await asyncio.create_subprocess_exec(
        program, "-sf", str(SCENARIO), f"127.0.0.1:{line.endpoint.port}", "-i", "127.0.0.1", "-m", str(calls),
        "-r", "20", "-nostdin", "-timeout", "120", "-key", "keys", "96", *more,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, cwd="/tmp",
    )  # fmt: skip
    return await child.wait()


async def test_a_hundred_calls_over_a_line_that_loses_fifteen_in_a_hundred_messages(line: Line) -> None:
    assert await sipp(line, 100, "-lost", "15") == 0
    await until(lambda: line.endpoint.lines == 0, 40)
    assert len(line.lines) == line.over == 100


@pytest.mark.skipif(os.getuid() != 0, reason="SIPp sends keys over raw sockets, which root may open")
async def test_every_key_of_every_call_arrives_in_order(line: Line) -> None:
    calls = 200 if LONG else 20
    assert await sipp(line, calls) == 0
    await until(lambda: line.endpoint.lines == 0, 40)
    assert list(line.keys.values()) == ["1234567890"] * calls


async def test_a_prompt_arrives_as_it_was_and_keys_and_speech_come_back(line: Line, tmp_path: Path) -> None:
    line.prompt = await Speaker().say("您好，供电服务热线。随时按零转人工。", Prosody())
    speech = await Speaker().say("我家停电了", Prosody())
    async with baresip(tmp_path, "13800000991", speech) as phone:
        await phone.call(("127.0.0.1", line.endpoint.port))
        await asyncio.sleep(len(line.prompt) / 16000 + 1)
        await phone.press("5#0")
        await until(lambda: "5#0" in line.keys.values())
        await until(lambda: len(line.sound) > 2 * len(speech), 10)
        await phone.hang_up()
    assert likeness(line.prompt, phone.heard()) >= 0.99
    assert likeness(speech, bytes(line.sound)) >= 0.97


async def test_a_caller_who_hangs_up_in_the_middle_of_a_prompt_frees_the_line(
    line: Line, tmp_path: Path
) -> None:
    line.prompt = bytes(16000 * 30)
    for n in range(2):
        async with baresip(Path(tempfile.mkdtemp(dir=tmp_path)), f"1380000099{n}") as phone:
            await phone.call(("127.0.0.1", line.endpoint.port))
            await asyncio.sleep(0.5)
            await phone.hang_up()
        await until(lambda: line.endpoint.lines == 0)
    assert line.over == 2


async def test_a_call_that_we_end_is_over_for_the_caller_too(line: Line, tmp_path: Path) -> None:
    async with baresip(tmp_path, "13800000991") as phone:
        await phone.call(("127.0.0.1", line.endpoint.port))
        line.endpoint.hang_up(line.lines[0])
        async with asyncio.timeout(5):
            await phone.over.wait()


def likeness(sent: bytes, heard: bytes) -> float:
    """The best correlation of half a second of what was sent with what was heard, wherever in it. G.711 takes a little; the
    beginning may be missed before the other side listens."""
    one, other = (np.frombuffer(each[: len(each) // 2 * 2], "<i2").astype(float) for each in (sent, heard))
    middle = int(np.argmax(np.convolve(np.abs(one), np.ones(4000), "valid")))
    one = one[middle : middle + 4000]
    size = 1 << (len(one) + len(other)).bit_length()
    dot = np.fft.irfft(np.fft.rfft(other, size) * np.conj(np.fft.rfft(one, size)), size)[: len(other)]
    power = np.concatenate([[0.0], np.cumsum(other**2)])
    starts = np.arange(len(other) - len(one))
    energy = np.sqrt((power[starts + len(one)] - power[starts]) * (one**2).sum()) + 1e-9
    return float((dot[starts] / energy).max())
