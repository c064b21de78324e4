"""Recordings of other channels as the recognisers take them: AMR of WeChat, WebM and MP4 of browsers, Ogg, WAV."""

from __future__ import annotations

import io
from collections.abc import Iterator

import av
from av.audio.resampler import AudioResampler

from bot.voice.asr import RATE, Asr, Recognised
from bot.voice.asr.ear import Ear
from bot.voice.asr.vad import FRAME, VoiceActivity

LONGEST = 60.0
"""Seconds of a recording that are taken; WeChat's voice messages end there too."""

_FRAME_BYTES = round(FRAME * RATE) * 2
_SILENCE = bytes(RATE * 2)  # a second: the last word is over
_CONTAINERS = (
    (0, b"#!AMR", "amr"),
    (0, b"RIFF", "wav"),
    (0, b"\x1aE\xdf\xa3", "matroska"),
    (0, b"OggS", "ogg"),
    (4, b"ftyp", "mp4"),
)


class NotARecording(ValueError):
    """The bytes are no recording of a kind that is taken."""


def samples(data: bytes) -> bytes:
    """The first minute of a recording. The container is told by its first bytes and nothing else is tried, so that no
    playlist can name files or addresses. Raises NotSound."""
    kind = next((name for at, mark, name in _CONTAINERS if data[at:].startswith(mark)), None)
    if kind is None:
        raise NotARecording("unknown container")
    sound = bytearray()
    try:
        with av.open(io.BytesIO(data), "r", format=kind) as file:
            resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
            for frame in (*_frames(file), None):
                for part in resampler.resample(frame):
                    sound += part.to_ndarray().tobytes()
    except (av.FFmpegError, IndexError, ValueError) as wrong:
        raise NotARecording("cannot be decoded") from wrong
    return bytes(sound[: round(LONGEST * RATE) * 2])


def _frames(file: av.container.InputContainer) -> Iterator[av.AudioFrame]:
    for frame in file.decode(audio=0):
        if (frame.time or 0.0) > LONGEST:
            return
        yield frame


async def recognise(asr: Asr, pcm: bytes) -> Recognised:
    """What is said in a recording, as sure as its least sure utterance. Raises Unavailable."""
    ear, said = Ear(asr, VoiceActivity()), list[Recognised]()
    sound = pcm + _SILENCE
    try:
        for at in range(0, len(sound) - _FRAME_BYTES + 1, _FRAME_BYTES):
            heard = await ear.listen(sound[at : at + _FRAME_BYTES])
            if heard is not None and heard.text:
                said.append(heard)
    finally:
        await ear.close()
    return Recognised(
        "，".join(each.text for each in said), min((each.confidence for each in said), default=0.0)
    )
