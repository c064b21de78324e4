"""A SIP endpoint that any softphone, PBX, border controller or trunk can call.

Everything about the signalling library stays in this module. Not here: TLS and SRTP (a border controller ends them),
PRACK, IPv6.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from aiosipua import IncomingCall, SdpNegotiationError, SipRequest, build_sdp, negotiate_sdp
from aiosipua.sdp import SdpMessage
from aiosipua.uas import SipUAS

from bot.voice.sip.dial import Dialler, NotAnswered, offer
from bot.voice.sip.g711 import PCMA, PCMU
from bot.voice.sip.guard import GuardedUdp
from bot.voice.sip.media import RtpMedia

log = structlog.get_logger()

_OFFERED_KEYS = 101
_NUMBER = re.compile(r"(?:sip|sips|tel):\+?([0-9]{3,20})(?:@|;|$|>)")
_SIGNAL = re.compile(r"Signal\s*=\s*([0-9*#A-D])")
_REFER_SECONDS = 30.0
_SUPPORTED = frozenset({"timer", "replaces", "norefersub"})


@dataclass
class CallLimits:
    """`calls` at the same time, `invites` per second."""

    calls: int = 100
    invites: int = 20


@dataclass
class SipLine:
    """One call's telephone side (bot/voice/call.py: Line)."""

    call: IncomingCall
    media: RtpMedia
    agents: str
    caller: str | None
    asserted: bool = False  # a trunk of ours vouches for the number
    referred: asyncio.Future[bool] | None = field(default=None, repr=False)
    drop: Callable[[], None] = field(default=lambda: None, repr=False)
    """End the call."""

    @property
    def name(self) -> str:
        """Tells this call from every other."""
        return self.call.call_id

    async def play(self, sound: bytes, interruptible: bool) -> float:
        return await self.media.play(sound, interruptible)

    def hush(self) -> None:
        self.media.hush()

    async def refer(self) -> bool:
        """REFER (RFC 3515) to the agents' number; True when they answered."""
        if not self.agents or self.call.transport is None:
            return False
        self.referred = asyncio.get_running_loop().create_future()
        host, port = self.call.transport.local_addr
        request = self.call.dialog.create_request("REFER", via_host=host, via_port=port)
        request.headers.set_single("Refer-To", f"<sip:{self.agents}@{self.call.source_addr[0]}>")
        request.headers.set_single("Contact", f"<sip:{host}:{port}>")
        self.call.transport.send(request, self.call.source_addr)
        try:
            return await asyncio.wait_for(self.referred, _REFER_SECONDS)
        except TimeoutError:
            return False


class SipEndpoint:
    """`answer` is called with the line of each new call and returns at once; `ended` when it is over."""

    def __init__(
        self,
        address: tuple[str, int],
        answer: Callable[[SipLine], Awaitable[None]],
        ended: Callable[[SipLine], Awaitable[None]],
        *,
        agents: str = "",
        trunks: frozenset[str] = frozenset(),
        limits: CallLimits | None = None,
        outbound: tuple[str, int] | None = None,
        number: str = "",
    ) -> None:
        self._host = address[0]
        known = trunks | {outbound[0]} if trunks and outbound else trunks
        self._transport = GuardedUdp(address, known)
        self._answer = answer
        self._ended = ended
        self._agents = agents
        self._trunks = trunks
        self._limits = limits or CallLimits()
        self._lines: dict[str, SipLine] = {}
        self._invites: deque[float] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._draining = False
        self._empty = asyncio.Event()
        self._dialler = Dialler(self._transport, outbound, number) if outbound else None
        uac = self._dialler.uac if self._dialler else None
        self._uas = SipUAS(self._transport, user_agent="GridCare", uac=uac)
        self._uas.on_invite = self._invited
        self._uas.on_reinvite = self._reinvited
        self._uas.on_bye = lambda call, request: self._over(call.call_id)
        self._uas.on_cancel = lambda request, addr: self._over(request.call_id or "")
        self._uas.on_ack_timeout = lambda call: self._over(call.call_id)
        self._uas.on_transfer_progress = self._progress
        self._uas._handlers["INFO"] = self._info

    @property
    def port(self) -> int:
        return self._transport.port

    @property
    def lines(self) -> int:
        """Calls now."""
        return len(self._lines)

    async def start(self) -> None:
        await self._uas.start()
        self._transport.local_addr = (self._host, self._transport.port)

    async def drain(self, seconds: float) -> None:
        """Take no more calls, let those that run end, then hang up."""
        self._draining = True
        if self._lines:
            self._empty.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), seconds)
        for name in tuple(self._lines):
            self._lines[name].call.hangup()
            self._over(name)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._uas.stop()

    async def dial(self, phone: str, ring: float) -> SipLine:
        """Call somebody through the trunk; the line once it is answered. Raises NotAnswered."""
        if self._dialler is None or self._draining or len(self._lines) >= self._limits.calls:
            raise NotAnswered("not_dialled")
        allowed = frozenset({self._dialler.trunk[0], *self._trunks})
        media = await RtpMedia.create(self._host, PCMA, _OFFERED_KEYS, None, allowed)
        try:
            call, answer = await self._dialler.dial(phone, offer(self._host, media.port, _OFFERED_KEYS), ring)
        except BaseException:
            await media.close()
            raise
        if answer.rtp_address:
            media.agreed(answer.rtp_address, _keys_of(answer) or None)
        return self._line(call, media, phone, asserted=True)

    def _line(self, call: IncomingCall, media: RtpMedia, caller: str | None, asserted: bool) -> SipLine:
        line = SipLine(call, media, self._agents, caller, asserted)
        line.drop = lambda: self.hang_up(line)
        self._lines[call.call_id] = line
        return line

    def hang_up(self, line: SipLine) -> None:
        line.call.hangup()
        self._over(line.name)

    def _invited(self, call: IncomingCall) -> None:
        refusal = self._refusal(call)
        if refusal:
            self._reject(call, *refusal)
        else:
            self._spawn(self._accept(call))

    def _refusal(self, call: IncomingCall) -> tuple[int, str] | None:
        now = asyncio.get_running_loop().time()
        self._invites.append(now)
        while self._invites and self._invites[0] < now - 1:
            self._invites.popleft()
        needed = {each.strip().lower() for each in (call.invite.get_header("require") or "").split(",")} - {
            ""
        }
        if needed - _SUPPORTED:
            return 420, "Bad Extension"
        if (
            self._draining
            or len(self._lines) >= self._limits.calls
            or len(self._invites) > self._limits.invites
        ):
            return 503, "Service Unavailable"
        return None

    def _reject(self, call: IncomingCall, status: int, reason: str) -> None:
        call.reject(status, reason)
        self._uas._calls.pop(call.call_id, None)

    async def _accept(self, call: IncomingCall) -> None:
        offer = call.sdp_offer
        payload, keys, remote = PCMA, _OFFERED_KEYS, None
        if offer is not None:
            try:
                _, payload = negotiate_sdp(offer, self._host, 9, [PCMA, PCMU])  # China's telephone first
            except SdpNegotiationError:
                self._reject(call, 488, "Not Acceptable Here")
                return
            keys, remote = _keys_of(offer), offer.rtp_address
        allowed = frozenset({call.source_addr[0], *((remote[0],) if remote else ()), *self._trunks})
        media = await RtpMedia.create(self._host, payload, keys or None, remote, allowed)
        line = self._line(call, media, self._caller(call), bool(self._trunks))
        call.accept(self._sdp(offer, media, payload, keys))
        await self._answer(line)

    def _sdp(self, offer: SdpMessage | None, media: RtpMedia, payload: int, keys: int) -> SdpMessage:
        if offer is None:  # late offer: ours goes out, the answer comes with the ACK
            name = "PCMA" if payload == PCMA else "PCMU"
            return build_sdp(self._host, media.port, payload, name, dtmf_payload_type=keys)
        return negotiate_sdp(offer, self._host, media.port, [payload], dtmf_payload_type=keys)[0]

    def _reinvited(self, call: IncomingCall) -> None:
        """Another address, hold, or the end of hold."""
        line = self._lines.get(call.call_id)
        offer = call.sdp_offer
        if line is None or offer is None:
            call.reject(488, "Not Acceptable Here")
            return
        try:
            answer, _ = negotiate_sdp(offer, self._host, line.media.port, [PCMA, PCMU], _keys_of(offer))
        except SdpNegotiationError:
            call.reject(488, "Not Acceptable Here")
            return
        direction = next((each.direction for each in offer.media if each.media == "audio"), "sendrecv")
        line.media.held = (
            direction in ("sendonly", "inactive") or (offer.rtp_address or ("", 1))[0] == "0.0.0.0"
        )
        if offer.rtp_address and not line.media.held:
            line.media.send_to(offer.rtp_address)
        call.accept(answer)

    def _info(self, request: SipRequest, addr: tuple[str, int]) -> None:
        """Keys of equipment without RFC 4733 (application/dtmf-relay)."""
        line = self._lines.get(request.call_id or "")
        if line is None:
            self._uas._send_error(request, 481, "Call/Transaction Does Not Exist")
            return
        self._transport.send_reply(line.call.dialog.create_response(request, 200, "OK"))
        if found := _SIGNAL.search(request.text or ""):
            line.media.on_key(found[1])

    def _progress(self, call: str, status: int, _reason: str) -> None:
        line = self._lines.get(call)
        if line and line.referred and not line.referred.done() and status >= 200:
            line.referred.set_result(status < 300)

    def _caller(self, call: IncomingCall) -> str | None:
        """The calling number; an asserted one (RFC 3325) counts only where trunks are named."""
        asserted = call.invite.get_header("p-asserted-identity") if self._trunks else None
        found = _NUMBER.search(asserted or call.caller or "")
        return found[1] if found else None

    def _over(self, name: str) -> None:
        line = self._lines.pop(name, None)
        if self._dialler:
            self._dialler.over(name)
        if not self._lines:
            self._empty.set()
        if line is not None:
            self._spawn(self._end(line))

    async def _end(self, line: SipLine) -> None:
        if line.referred and not line.referred.done():
            # Whoever took the call hangs up here: the caller is with the agents.
            line.referred.set_result(True)
        await line.media.close()
        await self._ended(line)

    def _spawn(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            try:
                await work
            except Exception as error:
                log.error("call_failed", error=type(error).__name__)

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _keys_of(offer: SdpMessage) -> int:
    """The payload type the other side wants for keys, 0 when it knows none."""
    audio = next((each for each in offer.media if each.media == "audio"), None)
    for codec in audio.codecs if audio else ():
        if codec.encoding_name.lower() == "telephone-event":
            return codec.payload_type
    return 0
