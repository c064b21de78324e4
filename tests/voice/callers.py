"""Somebody who calls, without a telephone: presses keys, and notes what is played, when and how often."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.voice.brain import Brain
from bot.voice.call import Call
from bot.voice.events import Key, Speech
from bot.voice.policy import Policy
from bot.voice.service import load
from bot.voice.speech.voices import Prosody, Speaker, Voice, espeak


async def silence(_text: str, _prosody: Prosody) -> bytes:
    """A voice for calls that nobody listens to."""
    return b"\0\0"


class Ear(Speaker):
    """Notes every text, whether it is spoken anew or comes from the cache."""

    def __init__(self, heard: list[str], voice: Voice) -> None:
        super().__init__(voice)
        self._heard = heard

    async def say(self, text: str, prosody: Prosody = Prosody()) -> bytes:
        self._heard.append(text)
        return await super().say(text, prosody)


class Caller:
    """A `Line` whose sound is heard at once; `heard` has the texts. Speaks through the real voice when `aloud`."""

    def __init__(
        self, brain: Brain, number: str | None = None, elder: bool = False, aloud: bool = False
    ) -> None:
        self.heard: list[str] = []
        self.sound = 0
        self.referred = 0
        self.dropped = False
        self.call_referred = asyncio.Event()
        self.agents_answer = True
        self._number = number
        self.policy = Policy(load("bayannur"), number, elder)
        self.call = Call(self, self.policy, brain, Ear(self.heard, espeak if aloud else silence))

    async def play(self, sound: bytes, interruptible: bool) -> float:
        self.sound += len(sound)
        await asyncio.sleep(0)
        return 1.0

    def drop(self) -> None:
        self.dropped = True

    def hush(self) -> None:
        pass

    async def refer(self) -> bool:
        self.referred += 1
        self.call_referred.set()
        return self.agents_answer

    async def __aenter__(self) -> Caller:
        await self.call.begin("call-of-a-test", self._number)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.call.end()

    def press(self, keys: str) -> None:
        for key in keys:
            self.call.happens(Key(key))

    def speak(self, words: str, confidence: float = 0.9) -> None:
        self.call.happens(Speech(words, confidence))

    async def hears(self, words: str, seconds: float = 60) -> str:
        """Wait until something with these words was said since the last call of this."""

        def found() -> str | None:
            return next((text for text in self.heard if words in text), None)

        text = await _until(found, seconds, lambda: f"{words} not among {self.heard}")
        del self.heard[: self.heard.index(text) + 1]
        return text


async def _until(found: Callable[[], str | None], seconds: float, why: Callable[[], str]) -> str:
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        if text := found():
            return text
        await asyncio.sleep(0.05)
    raise AssertionError(why())
