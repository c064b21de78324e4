"""Speech for training: espeak-ng reads pinyin in many voices, and a telephone line is put around it."""

from __future__ import annotations

import random
import subprocess
import wave
from io import BytesIO
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin

Samples = NDArray[np.float32]
RATE = 8000
"""Samples per second of a telephone."""
VOICES = tuple(Path(__file__).with_name("voices.txt").read_text(encoding="utf-8").split())
"""Variants of espeak-ng that sound like people."""
HELD_OUT = VOICES[::5]
"""Never heard in training."""
TRAINING = tuple(name for name in VOICES if name not in HELD_OUT)


def speak(text: str, voice: str, dice: random.Random) -> Samples:
    """`text` read by a voice at a speed and pitch of its own, 8 kHz, peak below 1."""
    said = " ".join(lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True))
    command = [
        "espeak-ng", "-v", f"cmn-latn-pinyin+{voice}", "-s", str(dice.randint(125, 215)),
        "-p", str(dice.randint(25, 75)), "-g", str(dice.choice((0, 0, 1, 3))), "--stdout", said,
    ]  # fmt: skip
    done = subprocess.run(command, check=True, capture_output=True)
    with wave.open(BytesIO(done.stdout)) as file:
        rate, frames = file.getframerate(), file.readframes(file.getnframes() or 1 << 24)
    heard = np.frombuffer(frames[: len(frames) // 2 * 2], np.int16).astype(np.float32) / 32768
    resampled: Samples = soxr.resample(heard, rate, RATE).astype(np.float32)
    return resampled


def over_the_line(
    clean: Samples, dice: np.random.Generator, babble: Samples, snr: float, loss: float
) -> Samples:
    """As a telephone brings it: another loudness, noise at `snr` dB, G.711 A-law, and `loss` of the 20 ms packets
    gone."""
    edges = dice.integers(800, 3200, 2)
    padded = np.concatenate([np.zeros(edges[0]), clean, np.zeros(edges[1])]).astype(np.float32)
    level = float(np.sqrt(np.mean(clean**2)) + 1e-6)
    noise = _noise(len(padded), dice, babble)
    noisy = padded + noise * level / (np.sqrt(np.mean(noise**2)) + 1e-6) * 10 ** (-snr / 20)
    loud = np.clip(noisy * 10 ** dice.uniform(-0.9, 0.15) / (np.abs(noisy).max() + 1e-6), -1, 1)
    return _without_packets(alaw(loud), dice, loss)


def alaw(samples: Samples) -> Samples:
    """Through G.711 A-law and back (ITU-T G.711: 13 segments, A = 87.6), as a curve of 256 steps."""
    a = 87.6
    size = np.abs(samples)
    curve = np.where(size < 1 / a, a * size, 1 + np.log(np.maximum(a * size, 1e-9))) / (1 + np.log(a))
    steps = np.round(curve * 127) / 127 * (1 + np.log(a))
    back = np.where(steps < 1, steps / a, np.exp(steps - 1) / a)
    return np.asarray(np.sign(samples) * back, np.float32)


def _noise(size: int, dice: np.random.Generator, babble: Samples) -> Samples:
    kind = dice.integers(3)
    if kind == 0:
        return dice.standard_normal(size).astype(np.float32)
    if kind == 1:  # brown: wind, traffic
        return np.convolve(dice.standard_normal(size + 200), np.exp(-np.arange(200) / 40))[
            200 : 200 + size
        ].astype(np.float32)
    start = dice.integers(0, max(1, len(babble) - size))
    return np.resize(babble[start : start + size], size).astype(np.float32)


def _without_packets(samples: Samples, dice: np.random.Generator, loss: float) -> Samples:
    heard, packet = samples.copy(), RATE // 50
    for start in range(0, len(heard), packet):
        if dice.random() < loss:
            heard[start : start + packet] = 0
    return heard
