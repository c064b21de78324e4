"""G.711 (ITU-T), A-law and µ-law, for 16-bit samples at 8 kHz."""

from __future__ import annotations

from aiortp.codecs import get_codec

PCMA, PCMU = 8, 0
_OTHER_SIGN = bytes(value ^ 0x80 for value in range(256))


class G711:
    """The coder of one RTP payload type."""

    def __init__(self, payload: int) -> None:
        self._codec = get_codec(payload)
        # aiortp 0.8.0 has the sign bit of A-law the wrong way round: everything would arrive upside down.
        self._inverted = payload == PCMA

    def encode(self, samples: bytes) -> bytes:
        """One byte for each s16le sample."""
        coded: bytes = self._codec.encode(samples)
        return coded.translate(_OTHER_SIGN) if self._inverted else coded

    def decode(self, coded: bytes) -> bytes:
        """s16le samples."""
        samples: bytes = self._codec.decode(coded.translate(_OTHER_SIGN) if self._inverted else coded)
        return samples
