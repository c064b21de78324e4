"""Joins lines to dialogues: each new call gets a policy, an ear and a place at the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import structlog

from bot.voice.asr import Asr, AsrUnavailable
from bot.voice.asr.ear import Ear
from bot.voice.asr.vad import VoiceActivity
from bot.voice.brain import Brain
from bot.voice.call import Call
from bot.voice.events import Key, Speech
from bot.voice.policy import Policy
from bot.voice.recording import Recording, Recordings
from bot.voice.service import load
from bot.voice.sip.endpoint import SipLine
from bot.voice.speech.voices import Speaker

log = structlog.get_logger()

_BARGE_IN = 0.3  # so much voice cuts a prompt short; a cough does not
_ONE_WAY = 5.0
_GIVEN_UP = 30.0
_CHECK = 1.0
_NAMELESS = "unknown"  # recorded while the gateway was gone
_WAITING = 250  # frames an ear may be behind: five seconds


@dataclass
class _Talk:
    line: SipLine
    call: Call
    frames: asyncio.Queue[bytes]
    listening: asyncio.Task[None] | None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    recording: Recording | None = None
    warned: bool = False


class Exchange:
    """`answer` and `ended` are what an endpoint calls."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        speaker: Speaker,
        region: str,
        asr: Callable[[], Asr] | None,
        recordings: Recordings | None = None,
        dials: bool = False,
    ) -> None:
        self._client = client
        self._speaker = speaker
        self._service = load(region)
        self._asr = asr
        self._recordings = recordings
        self._dials = dials
        self._talks: dict[str, _Talk] = {}
        self.hang_up: Callable[[SipLine], None] = lambda line: None

    async def answer(self, line: SipLine) -> None:
        """Begin a call. Keys and sound count from now on."""
        policy = Policy(self._service, line.caller, recorded=self._recordings is not None, dials=self._dials)
        talk = self._talk(line, policy)
        await talk.call.begin(line.name, line.caller, line.asserted)

    async def call_back(self, line: SipLine, due: Mapping[str, Any]) -> str:
        """Talk to somebody whom the line has called, until the call ends; what it has come to."""
        policy = Policy(self._service, due["phone"], recorded=self._recordings is not None, dials=self._dials)
        talk = self._talk(line, policy)
        talk.call.begin_call_back(due)
        await talk.over.wait()
        return policy.outcome

    def _talk(self, line: SipLine, policy: Policy) -> _Talk:
        brain = Brain(self._client)
        call = Call(line, policy, brain, self._speaker, lambda: self._record(line, brain))
        frames: asyncio.Queue[bytes] = asyncio.Queue(_WAITING)
        talk = self._talks[line.name] = _Talk(line, call, frames, None)
        line.media.on_key = lambda key: call.happens(Key(key))
        if self._asr:
            silence = self._service.profiles["normal"].end_of_speech_ms / 1000
            ear = Ear(self._asr(), VoiceActivity(silence=silence))
            line.media.on_frame = lambda frame: None if frames.full() else frames.put_nowait(frame)
            talk.listening = asyncio.create_task(self._listen(talk, ear))
        return talk

    def _record(self, line: SipLine, brain: Brain) -> None:
        """From now on: the caller has heard that it happens."""
        talk = self._talks.get(line.name)
        if talk is None or self._recordings is None:
            return
        try:
            talk.recording = self._recordings.begin(brain.conversation or _NAMELESS)
        except OSError as fault:
            log.error("not_recorded", fault=type(fault).__name__)
            return
        line.media.on_both = talk.recording.add

    async def ended(self, line: SipLine) -> None:
        talk = self._talks.pop(line.name, None)
        if talk is None:
            return
        if talk.listening:
            talk.listening.cancel()
            await asyncio.gather(talk.listening, return_exceptions=True)
        await talk.call.end()
        if talk.recording:
            line.media.on_both = None
            talk.recording.close()
        talk.over.set()

    async def watch(self) -> None:
        """A line that brings no sound is told about, and ended when it stays so."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_CHECK)
            for talk in tuple(self._talks.values()):
                silent = loop.time() - talk.line.media.heard_at
                if talk.line.media.held:
                    continue
                if silent > _GIVEN_UP:
                    self.hang_up(talk.line)
                elif silent > _ONE_WAY and not talk.warned:
                    talk.warned = True
                    log.warning("one_way_audio", seconds=round(silent))

    async def _listen(self, talk: _Talk, ear: Ear) -> None:
        """Speech over 300 ms cuts prompts short that may be; a recogniser that is gone leaves the keys."""
        try:
            while True:
                frame = await talk.frames.get()
                before = ear.spoken
                heard = await ear.listen(frame)
                if before < _BARGE_IN <= ear.spoken:
                    talk.line.hush()
                if heard is not None and heard.text:
                    talk.call.happens(Speech(heard.text, heard.confidence))
        except AsrUnavailable as fault:
            log.error("recogniser_gone", fault=str(fault))
        finally:
            await ear.close()
