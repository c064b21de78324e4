"""A telephone that is called: answers an INVITE as a test wants, presses keys, hears, hangs up."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator

from aiortp.packet import RtpPacket

from bot.voice.sip.g711 import G711
from scripts.softphone import _bind, _Packets

_KEYS = "0123456789*#"
_PCMA, _EVENT = 8, 101


class Handset:
    """`answers`: statuses given to an INVITE, the last one final; `deaf`: so many INVITEs are lost on the way;
    `answers_cancelled`: says 200 to a call that is being cancelled; `events`: knows RFC 4733."""

    def __init__(
        self, *answers: int, deaf: int = 0, answers_cancelled: bool = False, events: bool = True
    ) -> None:
        self.answers = answers
        self.deaf = deaf
        self.answers_cancelled = answers_cancelled
        self.events = events
        self.seen: list[str] = []
        self.dialled = ""
        self.sound = bytearray()
        self._invite = ""
        self._number = 0

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.sip.port

    @contextlib.asynccontextmanager
    async def ready(self) -> AsyncIterator[Handset]:
        self.sip, self.rtp = await _bind(), await _bind()
        tasks = [asyncio.create_task(each) for each in (self._signals(), self._hears())]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for each in (self.sip, self.rtp):
                assert each.udp
                each.udp.close()

    async def press(self, keys: str) -> None:
        for key in keys:
            began = self._number = self._number + 1600
            for at in range(6):
                payload = bytes((_KEYS.index(key), (0x80 if at > 2 else 0) | 10)) + (160 * (at + 1)).to_bytes(
                    2, "big"
                )
                self._send(_EVENT, payload, began)
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)

    async def speak(self, pcm: bytes) -> None:
        for at in range(0, len(pcm), 320):
            self._number += 160
            self._send(_PCMA, G711(_PCMA).encode(pcm[at : at + 320]), self._number)
            await asyncio.sleep(0.02)

    def hang_up(self) -> None:
        """BYE of the called side: From and To change places."""
        to, sender = self._header("From"), f"{self._header('To')};tag=handset"
        contact = re.search(r"<(sip:[^>]+)>", self._header("Contact"))
        assert contact
        self._out(
            f"BYE {contact[1]} SIP/2.0", f"Via: SIP/2.0/UDP 127.0.0.1:{self.sip.port};branch=z9hG4bKhandset;rport",
            f"From: {sender}", f"To: {to}", f"Call-ID: {self._header('Call-ID')}", "CSeq: 1 BYE", "Max-Forwards: 70",
        )  # fmt: skip

    async def _signals(self) -> None:
        while True:
            text = (await self.sip.received.get()).decode(errors="replace")
            method = text.split(" ", 1)[0]
            if method == "INVITE" and self.deaf:
                self.deaf -= 1
                continue
            self.seen.append(method)
            if method == "INVITE" and not self._invite:
                self._invite = text
                self.dialled = text.split("sip:", 1)[1].split("@", 1)[0]
                for status in self.answers:
                    self._answer(self._invite, status)
            elif method == "CANCEL":
                self._answer(text, 200)
                self._answer(self._invite, 200 if self.answers_cancelled else 487)
            elif method == "BYE":
                self._answer(text, 200)

    async def _hears(self) -> None:
        while True:
            packet = RtpPacket.parse(await self.rtp.received.get())
            self.sound += G711(_PCMA).decode(packet.payload)

    def _answer(self, request: str, status: int) -> None:
        kept = [
            line + (";tag=handset" if line.startswith("To:") and "tag=" not in line else "")
            for line in request.split("\r\n\r\n")[0].split("\r\n")[1:]
            if line.split(":", 1)[0] in ("Via", "From", "To", "Call-ID", "CSeq")
        ]
        body = "" if status != 200 or " INVITE" not in request.split("CSeq:")[1][:20] else self._sdp()
        self._out(
            f"SIP/2.0 {status} Whatever", *kept, f"Contact: <sip:handset@127.0.0.1:{self.sip.port}>",
            *(["Content-Type: application/sdp"] if body else []), body=body,
        )  # fmt: skip

    def _sdp(self) -> str:
        events = ("101", "a=rtpmap:101 telephone-event/8000\r\n") if self.events else ("", "")
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {self.rtp.port} RTP/AVP {f'8 {events[0]}'.strip()}\r\na=rtpmap:8 PCMA/8000\r\n{events[1]}"
        )

    def _header(self, name: str) -> str:
        found = re.search(rf"^{name}: (.*?)\r$", self._invite, re.M)
        assert found
        return found[1]

    def _send(self, payload_type: int, payload: bytes, timestamp: int) -> None:
        port = re.search(r"m=audio (\d+)", self._invite)
        assert port
        self._sequence = getattr(self, "_sequence", 0) + 1
        packet = RtpPacket(
            payload_type=payload_type,
            sequence_number=self._sequence,
            timestamp=timestamp,
            ssrc=7,
            payload=payload,
        )
        _to(self.rtp, packet.serialize(), int(port[1]))

    def _out(self, *lines: str, body: str = "") -> None:
        via = re.search(r"^Via: SIP/2.0/UDP [\w.]+:(\d+)", self._invite, re.M)
        assert via
        text = "\r\n".join((*lines, f"Content-Length: {len(body)}", "", body))
        _to(self.sip, text.encode(), int(via[1]))


def _to(socket: _Packets, data: bytes, port: int) -> None:
    assert socket.udp
    socket.udp.sendto(data, ("127.0.0.1", port))
