"""Voices: espeak-ng as a process of its own, a company's better voice over HTTP or WebSocket, recorded prompts; 8 kHz sound, cached.

espeak-ng gets pinyin through the voice `cmn-latn-pinyin`: its own Chinese dictionary reads pinyin as English. It is
GPL and therefore never linked.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import re
import wave
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from bot.voice.speech.pinyin import pinyin
from bot.voice.speech.spoken import spoken

RATE = 8000
"""Samples per second of everything returned: 16 bit signed, one channel."""

VOICE = "cmn-latn-pinyin"
_KEPT = 512
_SENTENCE = re.compile(r"[^。！？]*[。！？]?")
_TAPS = 127
_PATIENCE = 10.0  # seconds for one text


class Mute(Exception):
    """The voice said nothing: it is missing, failed, or took too long."""


@dataclass(frozen=True)
class Prosody:
    """How something is said. `speed` is espeak's words per minute, `pause` the silence after a sentence in ms."""

    speed: int = 160
    pause: int = 400


Voice = Callable[[str, Prosody], Awaitable[bytes]]


async def espeak(text: str, prosody: Prosody) -> bytes:
    """Sound of a text by espeak-ng. Raises Mute."""
    options = ("-v", VOICE, "-s", str(prosody.speed), "-g", str(prosody.pause // 40), "--stdout")
    try:
        child = await asyncio.create_subprocess_exec(
            "espeak-ng", *options, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    except OSError as missing:
        raise Mute("espeak-ng cannot be started") from missing
    try:
        async with asyncio.timeout(10):
            sound, _ = await child.communicate(pinyin(spoken(text)).encode())
    except TimeoutError:
        child.kill()
        await child.wait()
        raise Mute("espeak-ng took too long") from None
    return telephone(sound)


def over_http(client: httpx.AsyncClient, url: str) -> Voice:
    """A company's voice: POST {text, speed (1 is normal), sample_rate} answered by a WAV file."""

    async def say(text: str, prosody: Prosody) -> bytes:
        body = {"text": spoken(text), "speed": round(prosody.speed / Prosody.speed, 2), "sample_rate": RATE}
        try:
            answer = await client.post(url, json=body)
            answer.raise_for_status()
        except httpx.HTTPError as fault:
            raise Mute(type(fault).__name__) from fault
        return telephone(answer.content)

    return say


def over_websocket(url: str) -> Voice:
    """A company's voice that streams: the same JSON as over HTTP as one text message; its sound comes back as binary
    messages of 16-bit samples at the rate asked for, and the server closes when it has said everything."""

    async def say(text: str, prosody: Prosody) -> bytes:
        body = {"text": spoken(text), "speed": round(prosody.speed / Prosody.speed, 2), "sample_rate": RATE}
        try:
            async with asyncio.timeout(_PATIENCE), connect(url, max_size=1 << 22, proxy=None) as line:
                await line.send(json.dumps(body, ensure_ascii=False))
                sound = b"".join([each async for each in line if isinstance(each, bytes)])
        except (OSError, TimeoutError, WebSocketException) as fault:
            raise Mute(type(fault).__name__) from fault
        if not sound or len(sound) % 2:
            raise Mute("not 16 bit sound")
        return sound

    return say


def telephone(file: bytes) -> bytes:
    """The samples of a WAV file (its length field may be wrong, as in a pipe) at 8 kHz. Raises Mute."""
    try:
        with wave.open(io.BytesIO(file)) as source:
            rate, channels, width = source.getframerate(), source.getnchannels(), source.getsampwidth()
            samples = np.frombuffer(source.readframes(len(file)), "<i2")
    except (wave.Error, EOFError, ValueError) as wrong:
        raise Mute("not a WAV file") from wrong
    if width != 2 or not len(samples):
        raise Mute("not 16 bit sound")
    mono = samples.reshape(-1, channels).mean(axis=1)
    return _resample(mono, rate).astype("<i2").tobytes()


def _resample(samples: np.ndarray, rate: int) -> np.ndarray:
    """Low-pass at 3.6 kHz (windowed sinc), then linear interpolation to 8 kHz."""
    if rate > RATE:
        at = np.arange(_TAPS) - _TAPS // 2
        kernel = np.sinc(2 * 3600 / rate * at) * np.hamming(_TAPS)
        samples = np.convolve(samples, kernel / kernel.sum(), "same")
    if rate != RATE:
        times = np.arange(int(len(samples) * RATE / rate)) * rate / RATE
        samples = np.interp(times, np.arange(len(samples)), samples)
    return np.asarray(np.clip(np.rint(samples), -32768, 32767))


def file_name(sentence: str) -> str:
    """What the recording of a sentence is called: it changes with the words."""
    return f"{hashlib.sha256(sentence.encode()).hexdigest()[:12]}.wav"


def sentences(text: str) -> list[str]:
    """A text in pieces that are recorded one by one."""
    return [each for each in _SENTENCE.findall(text) if each.strip()]


class Speaker:
    """Says texts: recorded sentences where there are files for them, the rest by the first voice that is not mute."""

    def __init__(self, *voices: Voice, recordings: Path | None = None) -> None:
        self._voices = voices or (espeak,)
        self._recordings = recordings
        self._cache: OrderedDict[str, bytes] = OrderedDict()

    async def say(self, text: str, prosody: Prosody = Prosody()) -> bytes:
        """Sound of the text, from the cache when it was said before. Raises Mute."""
        key = hashlib.sha256(f"{prosody}|{text}".encode()).hexdigest()
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        sound = await (self._mixed(text, prosody) if self._recordings else self._spoken(text, prosody))
        self._cache[key] = sound
        if len(self._cache) > _KEPT:
            self._cache.popitem(last=False)
        return sound

    async def _mixed(self, text: str, prosody: Prosody) -> bytes:
        """Recorded sentences, and what stands between them in one piece each."""
        pause = bytes(2 * RATE * prosody.pause // 1000)
        sound, unrecorded = b"", ""
        for sentence in sentences(text):
            recorded = self._recorded(sentence)
            if recorded is None:
                unrecorded += sentence
                continue
            if unrecorded:
                sound, unrecorded = sound + await self._spoken(unrecorded, prosody), ""
            sound += recorded + pause
        return sound + await self._spoken(unrecorded, prosody) if unrecorded else sound

    def _recorded(self, sentence: str) -> bytes | None:
        assert self._recordings
        file = self._recordings / file_name(sentence)
        return telephone(file.read_bytes()) if file.is_file() else None

    async def _spoken(self, text: str, prosody: Prosody) -> bytes:
        for voice in self._voices[:-1]:
            try:
                return await voice(text, prosody)
            except Mute:
                continue
        return await self._voices[-1](text, prosody)
