"""Keys in the sound: told once each, also over a poor line, and never by speech."""

import numpy as np
import pytest

from bot.voice.sip.inband import COLUMNS, KEYS, RATE, ROWS, KeyTones
from bot.voice.speech.voices import Prosody, Speaker

ALL = "".join(KEYS)


def tone(key: str, seconds: float = 0.1, twist: float = 1.0, off: float = 1.0) -> np.ndarray:
    row = next(n for n, keys in enumerate(KEYS) if key in keys)
    at = np.arange(int(seconds * RATE)) / RATE
    low, high = ROWS[row] * off, COLUMNS[KEYS[row].index(key)] * off
    return 6000 * (np.sin(2 * np.pi * low * at) + twist * np.sin(2 * np.pi * high * at))


def told(sound: np.ndarray) -> str:
    tones = KeyTones()
    raw = np.clip(sound, -32768, 32767).astype("<i2").tobytes()
    return "".join(tones.feed(raw[n : n + 320]) or "" for n in range(0, len(raw) - 319, 320))


def dialled(keys: str, **more: float) -> np.ndarray:
    return np.concatenate([part for key in keys for part in (tone(key, **more), np.zeros(RATE // 15))])


@pytest.mark.parametrize(("twist", "off"), [(1.0, 1.0), (0.6, 1.0), (1.6, 1.0), (1.0, 1.015), (1.0, 0.985)])
def test_every_key_is_told_once(twist: float, off: float) -> None:
    assert told(dialled(ALL, twist=twist, off=off)) == ALL


def test_the_same_key_again_after_a_pause_is_two_keys() -> None:
    assert told(dialled("1155")) == "1155"


def test_noise_at_fifteen_decibels_does_no_harm() -> None:
    sound = dialled(ALL * 5)
    level = 6000 / 10 ** (15 / 20)
    assert told(sound + np.random.default_rng(7).normal(0, level, len(sound))) == ALL * 5


def test_a_click_one_tone_and_hum_are_no_keys() -> None:
    at = np.arange(RATE) / RATE
    assert told(tone("5", seconds=0.015)) == ""
    for hertz in (50, 440, 770, 1336, 1400):
        assert told(8000 * np.sin(2 * np.pi * hertz * at)) == ""


async def test_speech_is_no_keys() -> None:
    text = "您好，我家停电了，户号是零一二三四五六七八九，请你们快来修一修，谢谢。"
    for speed in (120, 160, 200):
        sound = np.frombuffer(await Speaker().say(text, Prosody(speed)), "<i2").astype(float)
        assert told(sound) == ""
