"""Keys as tones in the sound (ITU-T Q.23, Q.24), for equipment that sends neither RFC 4733 nor INFO."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RATE = 8000
ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
KEYS = ("123A", "456B", "789C", "*0#D")

_WINDOW = 205  # samples: the tones fall between its bins as little as they can (Goertzel's usual choice)
_LOUD = 200.0  # root mean square of samples; about -44 dB of full scale
_SHARE = 0.6  # of the power that both tones must hold: speech spreads it
_TWIST = 6.3  # how many times stronger one tone may be (8 dB)
_FRAMES = 2  # 40 ms, as Q.24 wants


def _waves(tones: Sequence[float]) -> np.ndarray:
    angle = 2 * np.pi * np.outer(tones, np.arange(_WINDOW)) / RATE
    return np.asarray(np.exp(-1j * angle))


_OFF = (0.985, 1.0, 1.015)  # a telephone may be off by so much (Q.24)
_TONES = _waves([tone * off for tone in (*ROWS, *COLUMNS) for off in _OFF])


class KeyTones:
    """Feed it the 20 ms frames of one caller; each key is told once, when it has sounded for 40 ms."""

    def __init__(self) -> None:
        self._sound = np.zeros(_WINDOW)
        self._last, self._count = "", 0

    def feed(self, frame: bytes) -> str | None:
        """The key that this frame completes."""
        samples = np.frombuffer(frame, "<i2").astype(float)
        self._sound = np.concatenate([self._sound, samples])[-_WINDOW:]
        key = self._key()
        self._count = self._count + 1 if key == self._last else 1
        self._last = key
        return key if key and self._count == _FRAMES else None

    def _key(self) -> str:
        power = float((self._sound**2).mean())
        if power < _LOUD**2:
            return ""
        found = (2 * np.abs(_TONES @ self._sound / _WINDOW) ** 2).reshape(-1, len(_OFF)).max(axis=1)
        row, column = int(found[:4].argmax()), int(found[4:].argmax())
        low, high = float(found[row]), float(found[4 + column])
        if low + high < _SHARE * power or max(low, high) > _TWIST * min(low, high):
            return ""
        return KEYS[row][column]
