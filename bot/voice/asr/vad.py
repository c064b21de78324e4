"""When a caller speaks and when the utterance is over: energy above a floor that follows the noise of the line."""

from __future__ import annotations

import array
import math
from collections import deque
from dataclasses import dataclass, field
from enum import Enum

FRAME = 0.02
"""Seconds of a frame."""
_SETTLE = 0.3  # the noise of the line is learnt first
_ABOVE = 9.0  # dB over the noise that count as voice
_QUIETEST = -60.0  # dB below full scale: a line with silence suppression
_PRE_ROLL = 0.5  # speech begins softly: what came before the onset belongs to it


class Sign(Enum):
    """What a frame told."""

    ONSET = "onset"
    SPEECH = "speech"
    END = "end"
    QUIET = "quiet"


@dataclass
class VoiceActivity:
    """Feed it 20 ms frames of s16le. ONSET comes after `needed` seconds of voice, END after `silence` without any or
    when an utterance is longer than `longest` (seconds)."""

    silence: float = 0.7
    needed: float = 0.1
    longest: float = 20.0
    noise: float = -50.0
    _frames: int = 0
    _voiced: int = 0
    _gap: int = 0
    _spoken: int = 0
    _before: deque[bytes] = field(default_factory=lambda: deque(maxlen=round(_PRE_ROLL / FRAME)))

    @property
    def spoken(self) -> float:
        """Seconds of the utterance so far, 0 between utterances."""
        return self._spoken * FRAME

    def take_before(self) -> bytes:
        """What was heard shortly before the onset, the onset included; once."""
        speech = b"".join(self._before)
        self._before.clear()
        return speech

    def feed(self, frame: bytes) -> Sign:
        level = loudness(frame)
        voiced = level > max(self.noise + _ABOVE, _QUIETEST + _ABOVE)
        self._frames += 1
        if self._frames * FRAME < _SETTLE or not voiced:
            rate = 0.2 if level < self.noise else 0.03
            self.noise += rate * (max(level, _QUIETEST) - self.noise)
        return self._during(voiced) if self._spoken else self._waiting(frame, voiced)

    def _waiting(self, frame: bytes, voiced: bool) -> Sign:
        self._before.append(frame)
        self._voiced = self._voiced + 1 if voiced else max(0, self._voiced - 2)
        if self._voiced * FRAME < self.needed:
            return Sign.QUIET
        self._spoken, self._gap = self._voiced, 0
        return Sign.ONSET

    def _during(self, voiced: bool) -> Sign:
        self._spoken += 1
        self._gap = 0 if voiced else self._gap + 1
        if self._gap * FRAME < self.silence and self._spoken * FRAME < self.longest:
            return Sign.SPEECH
        self._voiced = self._spoken = self._gap = 0
        return Sign.END


def loudness(frame: bytes) -> float:
    """Decibels below full scale of s16le samples."""
    samples = array.array("h", frame)
    power = sum(sample * sample for sample in samples) / max(1, len(samples))
    return 10 * math.log10(power / 32768**2 + 1e-10)
