"""Listens to a call: cuts what the caller says into utterances and has them recognised."""

from __future__ import annotations

from collections.abc import Sequence

from bot.voice.asr import Asr, Recognised
from bot.voice.asr.vad import Sign, VoiceActivity


class Ear:
    """One caller. Feed it the 20 ms frames of the line, in order and one at a time."""

    def __init__(self, asr: Asr, activity: VoiceActivity) -> None:
        self._asr = asr
        self._activity = activity
        self.hotwords: Sequence[str] = ()
        self.so_far = ""

    @property
    def spoken(self) -> float:
        """Seconds of the utterance so far, 0 between utterances."""
        return self._activity.spoken

    async def listen(self, frame: bytes) -> Recognised | None:
        """What was said, when this frame ends an utterance. Unavailable when the recogniser is gone."""
        match self._activity.feed(frame):
            case Sign.ONSET:
                self.so_far = ""
                await self._asr.begin(self.hotwords)
                self.so_far = await self._asr.feed(self._activity.take_before())
            case Sign.SPEECH:
                self.so_far = await self._asr.feed(frame)
            case Sign.END:
                return await self._asr.end()
        return None

    async def close(self) -> None:
        await self._asr.close()
