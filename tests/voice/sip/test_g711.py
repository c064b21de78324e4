"""Coded values against the tables of ITU-T G.711 (decision values of a sine's samples, both laws)."""

import struct

import pytest

from bot.voice.sip.g711 import G711, PCMA, PCMU

# sample, A-law, µ-law: silence, small and large values of both signs, full scale.
TABLE = [
    (8, 0xD5, 0xFE), (-8, 0x55, 0x7E), (1000, 0xFA, 0xCE), (-1000, 0x7A, 0x4E), (8000, 0x8A, 0xA0), (-8000, 0x0A, 0x20),
    (32124, 0xAA, 0x80), (-32124, 0x2A, 0x00),
]  # fmt: skip


@pytest.mark.parametrize(("sample", "a_law", "mu_law"), TABLE)
def test_a_sample_has_the_byte_of_the_standard(sample: int, a_law: int, mu_law: int) -> None:
    raw = struct.pack("<h", sample)
    assert (G711(PCMA).encode(raw)[0], G711(PCMU).encode(raw)[0]) == (a_law, mu_law)


@pytest.mark.parametrize("payload", [PCMA, PCMU])
def test_what_is_decoded_has_the_sign_and_the_size_of_what_was_coded(payload: int) -> None:
    for sample in (*range(-32000, 32001, 997), 5):
        (back,) = struct.unpack("<h", G711(payload).decode(G711(payload).encode(struct.pack("<h", sample))))
        assert abs(back - sample) <= max(16, abs(sample) * 0.04)
