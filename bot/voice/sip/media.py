"""The sound of one call: G.711 in 20 ms packets both ways, and keys (RFC 4733, else tones in the sound) told as
early as they are known.

Silence is sent as silence, since a border controller ends a call that sends nothing. Packets count only from the
address the other side named, or from where it signals, and the first such source is kept. Payload types that were not
agreed are no speech.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from aiortp.packet import RtpPacket

from bot.voice.sip.g711 import G711
from bot.voice.sip.inband import KeyTones

FRAME = 160
"""Samples of a packet: 20 ms at 8 kHz."""
_SECONDS = 0.02
_BYTES = 2 * FRAME
_KEYS = "0123456789*#ABCD"
_SILENCE = b"\0" * _BYTES
_JITTER = 10  # packets that a recording may be behind
_BEHIND = 0.2  # a loop that was held up does not send everything at once


@dataclass
class _Piece:
    """One sound that is played: frames left, and who waits for its end."""

    frames: deque[bytes]
    interruptible: bool
    length: int
    done: asyncio.Future[float] = field(repr=False)


class RtpMedia(asyncio.DatagramProtocol):
    """`create` binds a port; `close` frees it."""

    def __init__(self, payload: int, keys_payload: int | None, allowed: frozenset[str]) -> None:
        self._codec = G711(payload)
        self._payload = payload
        self._keys_payload = keys_payload
        self._tones = None if keys_payload else KeyTones()  # whoever sends events sends no tones that count
        self._allowed = allowed
        self._to: tuple[str, int] | None = None
        self._locked: tuple[str, int] | None = None
        self._pieces: deque[_Piece] = deque()
        self._sequence = secrets.randbelow(1 << 15)
        self._timestamp = secrets.randbelow(1 << 31)
        self._ssrc = secrets.randbelow(1 << 32)
        self._key_at: int | None = None
        self._pace: asyncio.Task[None] | None = None
        self._udp: asyncio.DatagramTransport | None = None
        self.heard_at = 0.0
        self.held = False
        self.on_key: Callable[[str], None] = lambda key: None
        self.on_frame: Callable[[bytes], None] = lambda frame: None
        self.on_both: Callable[[bytes, bytes], None] | None = None  # heard and sent, each 20 ms
        self._heard: deque[bytes] = deque(maxlen=_JITTER)

    @classmethod
    async def create(
        cls,
        host: str,
        payload: int,
        keys_payload: int | None,
        to: tuple[str, int] | None,
        allowed: frozenset[str],
    ) -> RtpMedia:
        """Bound to a free port of `host`, sending to `to`."""
        loop = asyncio.get_running_loop()
        _, made = await loop.create_datagram_endpoint(lambda: cls(payload, keys_payload, allowed), (host, 0))
        made._to = to
        made.heard_at = loop.time()
        made._pace = asyncio.create_task(made._send())
        return made

    @property
    def port(self) -> int:
        assert self._udp
        return int(self._udp.get_extra_info("sockname")[1])

    def send_to(self, to: tuple[str, int]) -> None:
        """The other side has named another address."""
        self._to, self._locked = to, None

    def agreed(self, to: tuple[str, int], keys_payload: int | None) -> None:
        """What the called side has answered: where it listens and may speak from, and how it tells keys."""
        self._allowed |= {to[0]}
        self._to, self._keys_payload = to, keys_payload
        self._tones = None if keys_payload else KeyTones()

    async def play(self, sound: bytes, interruptible: bool) -> float:
        """Play after what is playing; returns the share (0 to 1) that was sent before it ended or was cut off."""
        frames = deque(sound[at : at + _BYTES].ljust(_BYTES, b"\0") for at in range(0, len(sound), _BYTES))
        piece = _Piece(frames, interruptible, max(1, len(frames)), asyncio.get_running_loop().create_future())
        self._pieces.append(piece)
        return await piece.done

    def hush(self) -> None:
        """Cut off what may be interrupted; the next packet is silence or what may not."""
        for piece in [each for each in self._pieces if each.interruptible]:
            self._pieces.remove(piece)
            _end(piece)

    async def close(self) -> None:
        if self._pace:
            self._pace.cancel()
            await asyncio.gather(self._pace, return_exceptions=True)
        for piece in self._pieces:
            _end(piece)
        self._pieces.clear()
        if self._udp:
            self._udp.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._udp = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, source: tuple[str, int]) -> None:
        try:
            packet = RtpPacket.parse(data)
        except (ValueError, IndexError):
            return
        if not self._may(source):
            return
        self.heard_at = asyncio.get_running_loop().time()
        if packet.payload_type == self._keys_payload:
            self._key(packet)
        elif packet.payload_type == self._payload and not self.held:
            frame = self._codec.decode(packet.payload)
            if self.on_both:
                self._heard.append(frame)
            if self._tones and (key := self._tones.feed(frame)):
                self.on_key(key)
            self.on_frame(frame)

    def _may(self, source: tuple[str, int]) -> bool:
        if self._locked is None and source[0] in self._allowed:
            self._locked = self._to = source
        return source == self._locked

    def _key(self, packet: RtpPacket) -> None:
        """An event is told with its first packet, whichever arrives; its other packets have the same timestamp."""
        if len(packet.payload) < 4 or packet.timestamp == self._key_at or packet.payload[0] >= len(_KEYS):
            return
        self._key_at = packet.timestamp
        self.on_key(_KEYS[packet.payload[0]])

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + _SECONDS, loop.time() - _BEHIND)
            await asyncio.sleep(due - loop.time())
            frame = self._next()
            if self.on_both:
                self.on_both(self._heard.popleft() if self._heard else _SILENCE, frame)
            if self._to and self._udp and not self.held:
                self._udp.sendto(self._packet(frame), self._to)

    def _next(self) -> bytes:
        while self._pieces:
            piece = self._pieces[0]
            if piece.frames:
                return piece.frames.popleft()
            self._pieces.popleft()
            _end(piece)
        return _SILENCE

    def _packet(self, frame: bytes) -> bytes:
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._timestamp = (self._timestamp + FRAME) & 0xFFFFFFFF
        packet = RtpPacket(
            payload_type=self._payload, sequence_number=self._sequence, timestamp=self._timestamp, ssrc=self._ssrc,
            payload=self._codec.encode(frame),
        )  # fmt: skip
        return packet.serialize()


def _end(piece: _Piece) -> None:
    if not piece.done.done():
        piece.done.set_result(1 - len(piece.frames) / piece.length)
