"""Recognisers of a sherpa-onnx model folder, in the process itself: they run in threads and leave the calls alone."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import sherpa_onnx
from numpy.typing import NDArray

from bot.voice.asr import RATE, AsrUnavailable, Recognised
from bot.voice.asr.phrases import Phrases

_T = TypeVar("_T")
_UNSURE = 0.7  # where a model tells no probability
_pool = ThreadPoolExecutor(2, thread_name_prefix="asr")


def recogniser(folder: Path, kind: str = "tdnn") -> Any:
    """The model of a folder. `kind` names how it was made: tdnn (ours), sense-voice, paraformer, zipformer (the last
    two stream). FileNotFoundError names what is missing."""
    tokens = _file(folder, "tokens*.txt")
    common = {"tokens": tokens, "num_threads": 1}
    match kind:
        case "tdnn":
            model = _file(folder, "model*.onnx")
            return sherpa_onnx.OfflineRecognizer.from_tdnn_ctc(
                model, tokens, num_threads=1, sample_rate=RATE, feature_dim=40
            )
        case "sense-voice":
            # Left to itself it takes Chinese for Korean.
            return sherpa_onnx.OfflineRecognizer.from_sense_voice(
                _file(folder, "model*.onnx"), language="zh", use_itn=True, **common
            )
        case "paraformer":
            return sherpa_onnx.OnlineRecognizer.from_paraformer(
                encoder=_file(folder, "encoder*.onnx"), decoder=_file(folder, "decoder*.onnx"), **common
            )
        case "zipformer":
            parts = {name: _file(folder, f"{name}*.onnx") for name in ("encoder", "decoder", "joiner")}
            return sherpa_onnx.OnlineRecognizer.from_transducer(**parts, **common)
    raise ValueError(f"unknown kind of sherpa-onnx model: {kind}")


def _file(folder: Path, pattern: str) -> str:
    found = sorted(folder.glob(pattern))
    if not found:
        raise FileNotFoundError(f"{folder} has no {pattern}")
    return str(found[0])


class Offline:
    """Decodes an utterance when it is over."""

    def __init__(self, model: Any, phrases: Phrases | None) -> None:
        self._model = model
        self._phrases = phrases
        self._speech = bytearray()

    async def begin(self, hotwords: Sequence[str] = ()) -> None:
        self._speech.clear()

    async def feed(self, pcm: bytes) -> str:
        self._speech += pcm
        return ""

    async def end(self) -> Recognised:
        speech = bytes(self._speech)
        return await _in_thread(lambda: self._decode(speech))

    async def close(self) -> None:
        self._speech.clear()

    def _decode(self, speech: bytes) -> Recognised:
        stream = self._model.create_stream()
        stream.accept_waveform(RATE, _floats(speech))
        self._model.decode_stream(stream)
        text = stream.result.text.replace(" ", "")
        if self._phrases:
            return Recognised(*self._phrases.match(text))
        return Recognised(text, _confidence(stream.result))


class Online:
    """Decodes while the caller speaks."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._stream = model.create_stream()

    async def begin(self, hotwords: Sequence[str] = ()) -> None:
        self._stream = self._model.create_stream()

    async def feed(self, pcm: bytes) -> str:
        return await _in_thread(lambda: self._advance(pcm))

    async def end(self) -> Recognised:
        return await _in_thread(self._finish)

    async def close(self) -> None:
        """The stream goes with the call."""

    def _advance(self, pcm: bytes) -> str:
        self._stream.accept_waveform(RATE, _floats(pcm))
        while self._model.is_ready(self._stream):
            self._model.decode_stream(self._stream)
        return str(self._model.get_result(self._stream)).replace(" ", "")

    def _finish(self) -> Recognised:
        self._stream.accept_waveform(RATE, np.zeros(RATE // 2, np.float32))
        self._stream.input_finished()
        text = self._advance(b"")
        return Recognised(text, _UNSURE if text else 0.0)


def _floats(pcm: bytes) -> NDArray[np.float32]:
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)


def _confidence(result: Any) -> float:
    if not result.text:
        return 0.0
    told = [float(each) for each in getattr(result, "ys_log_probs", ())]
    return math.exp(sum(told) / len(told)) if told else _UNSURE


async def _in_thread(work: Callable[[], _T]) -> _T:
    try:
        return await asyncio.get_running_loop().run_in_executor(_pool, work)
    except RuntimeError as error:
        raise AsrUnavailable(str(error)) from error
