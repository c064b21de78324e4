"""SIP over UDP as trunks need it: only known neighbours, and each request handled once.

Without the server transaction (RFC 3261, 17.2) a repeated INVITE would open a second call and a repeated BYE would be
answered 481.
"""

from __future__ import annotations

import asyncio

from aiosipua import SipMessage, SipRequest, SipResponse
from aiosipua.header_codec import stringify_uri
from aiosipua.transport import UdpSipTransport

_REMEMBERED = 32.0  # 64*T1

_Key = tuple[str, str, int | None, str]


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, owner: GuardedUdp) -> None:
        self._owner = owner

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._owner._dispatch(data, (addr[0], addr[1]))


class GuardedUdp(UdpSipTransport):
    """Answers a repeated request with what it answered before. `trunks` empty: everybody may call."""

    def __init__(self, local_addr: tuple[str, int], trunks: frozenset[str]) -> None:
        super().__init__(local_addr=local_addr)
        self._trunks = trunks
        self._answers: dict[_Key, bytes | None] = {}
        self.refused = 0

    @property
    def port(self) -> int:
        assert self._udp_transport
        return int(self._udp_transport.get_extra_info("sockname")[1])

    async def start(self) -> None:
        # The library's own protocol asserts a class that Python 3.11's transports do not have.
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self), local_addr=self.local_addr
        )
        self._udp_transport = transport

    def send(self, message: SipRequest | SipResponse, addr: tuple[str, int]) -> None:
        if isinstance(message, SipResponse) and (key := _key(message)) in self._answers:
            self._answers[key] = bytes(message)
        super().send(message, addr)

    def _dispatch(self, data: bytes, addr: tuple[str, int]) -> None:
        if not data.strip(b"\r\n\0 "):
            return  # keep-alive
        if self._trunks and addr[0] not in self._trunks:
            self.refused += 1
            return
        try:
            message = SipMessage.parse(data)
        except Exception:
            return  # nothing that could be answered
        if isinstance(message, SipRequest) and message.method != "ACK":
            key = _key(message)
            if key in self._answers:
                if (answer := self._answers[key]) and self._udp_transport:
                    self._udp_transport.sendto(answer, addr)
                return
            if key is not None:
                self._answers[key] = None
                asyncio.get_running_loop().call_later(_REMEMBERED, self._answers.pop, key, None)
        if isinstance(message, SipResponse) and _refuses_a_call(message):
            super().send(_acknowledgement(message), addr)
        super()._dispatch(data, addr)


def _refuses_a_call(message: SipResponse) -> bool:
    sequence = message.cseq
    return message.status_code >= 300 and sequence is not None and sequence.method == "INVITE"


def _acknowledgement(answer: SipResponse) -> SipRequest:
    """The ACK of a refused INVITE belongs to its transaction (RFC 3261, 17.1.1.3): without it the answer is repeated
    for half a minute."""
    number = answer.cseq.seq if answer.cseq else 1
    ack = SipRequest(method="ACK", uri=stringify_uri(answer.to_addr.uri) if answer.to_addr else "")
    ack.headers.append("Via", answer.headers.get_first("via") or "")
    for name in ("From", "To", "Call-ID"):
        ack.headers.set_single(name, answer.headers.get_first(name) or "")
    ack.headers.set_single("CSeq", f"{number} ACK")
    ack.headers.set_single("Max-Forwards", "70")
    return ack


def _key(message: SipRequest | SipResponse) -> _Key | None:
    try:
        via, sequence = message.via, message.cseq
    except (ValueError, IndexError):
        return None
    if not via or not via[0].branch or sequence is None:
        return None
    return via[0].branch, via[0].host, via[0].port, sequence.method
