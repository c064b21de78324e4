"""Speech to text. One interface over what a company has: a sherpa-onnx model folder, a FunASR or a vosk server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

RATE = 8000
"""Samples per second; speech is 16-bit little-endian mono throughout."""


class AsrUnavailable(Exception):
    """The recogniser cannot be reached or broke off; the caller is led to the keys."""


@dataclass(frozen=True)
class Recognised:
    """What was understood; "" and 0 when nothing was."""

    text: str
    confidence: float  # 0 to 1


class Asr(Protocol):
    """Hears one caller, one utterance after the other. Every method raises Unavailable."""

    async def begin(self, hotwords: Sequence[str] = ()) -> None:
        """A new utterance; `hotwords` are likely in it, where the recogniser can be told so."""

    async def feed(self, pcm: bytes) -> str:
        """More speech; what is understood so far, "" where the recogniser waits for the end."""

    async def end(self) -> Recognised:
        """The utterance is over."""

    async def close(self) -> None:
        """The call is over."""
