"""A softphone for one call, as much SIP and RTP as a call needs: `make call` rings the running line and presses keys.

Each argument is a pause in seconds, or keys: `python -m scripts.softphone 127.0.0.1:8098 4 1 2 0`. What the line says is
heard as seconds of sound; the words are in the console, in the conversation of the call.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import secrets
import sys
from dataclasses import dataclass, field
from typing import cast

from aiortp.packet import RtpPacket

from bot.voice.sip.g711 import G711

_KEYS = "0123456789*#"
_PCMA = 8
_LOUD = 500  # of 32768: more than the hiss of a silent line


class _Packets(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.received: asyncio.Queue[bytes] = asyncio.Queue()
        self.udp: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.udp = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, _source: tuple[str, int]) -> None:
        self.received.put_nowait(data)

    @property
    def port(self) -> int:
        assert self.udp
        return int(self.udp.get_extra_info("sockname")[1])


async def _bind() -> _Packets:
    loop = asyncio.get_running_loop()
    return (await loop.create_datagram_endpoint(_Packets, ("127.0.0.1", 0)))[1]


@dataclass
class Softphone:
    """One caller. `call` rings, `press` sends keys (RFC 4733), `speak` sends sound, `hang_up` ends."""

    to: tuple[str, int]
    number: str = "13800000901"
    keys_payload: int = 101
    codecs: str = "8 0"
    call_id: str = field(default_factory=lambda: secrets.token_hex(8))
    heard: bytearray = field(default_factory=bytearray)
    seen: list[str] = field(default_factory=list)
    _tag: str = ""
    _sequence: int = 1
    _rtp_sequence: int = 0
    _timestamp: int = 0
    _media: tuple[str, int] | None = None

    async def call(self, *, sdp: bool = True, headers: str = "", answer: float = 5.0) -> int:
        """Ring; the final status. 200 is acknowledged and the sound begins."""
        self.sip, self.rtp = await _bind(), await _bind()
        self._listening = asyncio.create_task(self._listen())
        self.branch = f"z9hG4bK{secrets.token_hex(6)}"
        self.invite = self.request("INVITE", self._sdp() if sdp else "", self.branch, headers)
        self.send(self.invite)
        status, text = await self.final("INVITE", answer)
        if status == 200:
            found = re.search(r"c=IN IP4 (\S+)", text), re.search(r"m=audio (\d+)", text)
            if found[0] and found[1]:
                self._media = (found[0][1], int(found[1][1]))
            tag = re.search(r"^To:.*;tag=([^\s;]+)", text, re.M | re.I)
            self._tag = tag[1] if tag else ""
        self.send(self.request("ACK", "" if sdp else self._sdp(), self.branch if status != 200 else None))
        self._silence = asyncio.create_task(self._breathe())
        return status

    async def press(self, keys: str) -> None:
        for key in keys:
            self._timestamp += 1600
            began = self._timestamp
            for number in range(6):
                end = 0x80 if number > 2 else 0
                payload = bytes((_KEYS.index(key), end | 10)) + (160 * (number + 1)).to_bytes(2, "big")
                self._rtp(self.keys_payload, payload, began)
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.06)

    async def speak(self, pcm: bytes) -> None:
        """s16le of 8 kHz, at the speed of speech."""
        self._silence.cancel()
        codec, loop = G711(_PCMA), asyncio.get_running_loop()
        due = loop.time()
        for at in range(0, len(pcm), 320):
            self._timestamp += 160
            self._rtp(_PCMA, codec.encode(pcm[at : at + 320].ljust(320, b"\0")), self._timestamp)
            due += 0.02
            await asyncio.sleep(max(0, due - loop.time()))
        self._silence = asyncio.create_task(self._breathe())

    async def hang_up(self) -> int:
        self.send(self.request("BYE"))
        status, _ = await self.final("BYE", 5)
        await self.close()
        return status

    async def __aenter__(self) -> Softphone:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        for task in (self._listening, getattr(self, "_silence", None)):
            if task:
                task.cancel()
        for each in (self.sip, self.rtp):
            if each.udp:
                each.udp.close()

    @property
    def seconds_heard(self) -> float:
        """Seconds that were louder than a silent line."""
        frames = [self.heard[at : at + 320] for at in range(0, len(self.heard), 320)]
        loud = [
            f
            for f in frames
            if max(abs(int.from_bytes(f[n : n + 2], "little", signed=True)) for n in range(0, len(f) - 1, 2))
            > _LOUD
        ]
        return len(loud) * 0.02

    def request(self, method: str, body: str = "", branch: str | None = None, headers: str = "") -> bytes:
        """A request of this call; a new transaction unless a branch is given."""
        if method not in ("ACK", "CANCEL"):
            self._sequence += 1
        to = f"<sip:95598@{self.to[0]}>" + (f";tag={self._tag}" if self._tag else "")
        lines = [
            f"{method} sip:95598@{self.to[0]}:{self.to[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.sip.port};branch={branch or 'z9hG4bK' + secrets.token_hex(6)};rport",
            "Max-Forwards: 70", f"From: <sip:{self.number}@127.0.0.1>;tag=caller-{self.call_id}", f"To: {to}",
            f"Call-ID: {self.call_id}", f"CSeq: {self._sequence} {method}",
            f"Contact: <sip:{self.number}@127.0.0.1:{self.sip.port}>",
            *([headers] if headers else []),
            *(["Content-Type: application/sdp"] if body.startswith("v=0") else []),
            f"Content-Length: {len(body)}", "", body,
        ]  # fmt: skip
        return "\r\n".join(lines).encode()

    def send(self, message: bytes) -> None:
        assert self.sip.udp
        self.sip.udp.sendto(message, self.to)

    async def final(self, method: str, seconds: float) -> tuple[int, str]:
        """The final answer to a request of this method; 0 when none comes."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    text = (await self.sip.received.get()).decode(errors="replace")
                    self.seen.append(text)
                    status = int(text.split(" ", 2)[1]) if text.startswith("SIP/2.0") else 0
                    if status >= 200 and re.search(rf"^CSeq:\s*\d+ {method}", text, re.M | re.I):
                        return status, text
        except TimeoutError:
            return 0, ""

    async def asked(self, method: str, seconds: float = 5.0) -> str:
        """A request of the other side; it is answered 200 (202 to REFER)."""
        async with asyncio.timeout(seconds):
            while True:
                text = (await self.sip.received.get()).decode(errors="replace")
                if text.startswith(f"{method} "):
                    kept = [
                        line
                        for line in text.split("\r\n")
                        if re.match(r"(Via|From|To|Call-ID|CSeq):", line, re.I)
                    ]
                    status = "202 Accepted" if method == "REFER" else "200 OK"
                    self.send("\r\n".join([f"SIP/2.0 {status}", *kept, "Content-Length: 0", "", ""]).encode())
                    return text

    def _sdp(self) -> str:
        keys = f" {self.keys_payload}" if self.keys_payload else ""
        lines = [
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
            f"m=audio {self.rtp.port} RTP/AVP {self.codecs}{keys}", "a=rtpmap:8 PCMA/8000", "a=rtpmap:0 PCMU/8000",
            *([f"a=rtpmap:{self.keys_payload} telephone-event/8000"] if keys else []), "a=sendrecv",
        ]  # fmt: skip
        return "\r\n".join([*lines, ""])

    def _rtp(self, payload_type: int, payload: bytes, timestamp: int) -> None:
        self._rtp_sequence = (self._rtp_sequence + 1) & 0xFFFF
        packet = RtpPacket(
            payload_type=payload_type,
            sequence_number=self._rtp_sequence,
            timestamp=timestamp,
            ssrc=7,
            payload=payload,
        )
        if self._media and self.rtp.udp:
            self.rtp.udp.sendto(packet.serialize(), self._media)

    async def _breathe(self) -> None:
        """A telephone sends also when nobody speaks."""
        while True:
            self._timestamp += 160
            self._rtp(_PCMA, b"\xd5" * 160, self._timestamp)
            await asyncio.sleep(0.02)

    async def _listen(self) -> None:
        codec = G711(_PCMA)
        while True:
            self.heard += codec.decode(RtpPacket.parse(await self.rtp.received.get()).payload)


async def play(address: str, steps: list[str]) -> int:
    host, _, port = address.partition(":")
    phone = Softphone((host, int(port)))
    status = await phone.call()
    print(f"rang: {status}")
    if status != 200:
        return 1
    before = 0.0
    for step in steps:
        if re.fullmatch(r"\d+\.\d+|\d+s", step):
            await asyncio.sleep(float(step.rstrip("s")))
        else:
            await phone.press(step)
            await asyncio.sleep(0.5)
        heard, before = phone.seconds_heard - before, phone.seconds_heard
        print(f"{step:>8}  heard {heard:.1f} s of speech")
    print(f"hung up: {await phone.hang_up()}")
    return 0


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("address")
    given.add_argument("steps", nargs="*", default=["12s", "2", "10s", "2", "8s", "1", "8s", "0", "12s"])
    options = given.parse_args()
    return asyncio.run(play(options.address, options.steps))


if __name__ == "__main__":
    sys.exit(main())
