"""Calls that the line makes, through one trunk (RFC 3261, 13.2). The library sends an INVITE once and knows its answers;
repeating it on a bad line, giving up and what follows then are here."""

from __future__ import annotations

import asyncio

from aiosipua import IncomingCall, SipResponse, build_sdp
from aiosipua.dialog import DialogState
from aiosipua.header_codec import stringify_uri
from aiosipua.outgoing_call import OutgoingCall
from aiosipua.sdp import SdpMessage
from aiosipua.transaction import T1, Transaction, TransactionState
from aiosipua.uac import SipUAC

from bot.voice.sip.g711 import PCMA
from bot.voice.sip.guard import GuardedUdp

_BUSY = frozenset({486, 600, 603})
_ABSENT = frozenset({404, 408, 410, 480, 484, 487, 604})
_TRUNK_SILENT = 16.0  # no answer at all, not even that it is tried


class NotAnswered(Exception):
    """`why`: busy, no_answer, or not_dialled when the trunk could not."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def offer(host: str, port: int, keys: int) -> SdpMessage:
    """G.711 A-law, which every trunk in China has, and keys."""
    return build_sdp(host, port, PCMA, "PCMA", dtmf_payload_type=keys)


class Dialler:
    """`trunk` is where calls go out, `number` what the called person sees."""

    def __init__(self, transport: GuardedUdp, trunk: tuple[str, int], number: str) -> None:
        self.trunk = trunk
        self.uac = SipUAC(transport)
        self._transport = transport
        self._number = number

    async def dial(self, phone: str, sdp: SdpMessage, ring: float) -> tuple[IncomingCall, SdpMessage]:
        """The answered call as the endpoint knows calls, and its answer; rings for so many seconds. Raises NotAnswered."""
        host, port = self._transport.local_addr
        call = self.uac.send_invite(
            f"sip:{self._number}@{host}:{port}", f"sip:{phone}@{self.trunk[0]}:{self.trunk[1]}", self.trunk, sdp,
            user_agent="GridCare",
        )  # fmt: skip
        via = call.invite.via
        taken = self.uac.transactions._client[(via[0].branch or "", "INVITE")]
        repeating = asyncio.create_task(self._repeat(call, taken))
        try:
            await call.wait_answered(ring)
        except TimeoutError:
            silent = taken.state is TransactionState.TRYING
            self._give_up(call)
            raise NotAnswered("not_dialled" if silent else "no_answer") from None
        except RuntimeError:
            raise NotAnswered(_why(call._reject_code)) from None
        except asyncio.CancelledError:
            self._give_up(call)
            raise
        finally:
            repeating.cancel()
        return self._answered(call, taken.response)

    def over(self, call_id: str) -> None:
        """Forget a call that has ended."""
        self.uac.remove_call(call_id)

    def _answered(self, call: OutgoingCall, answer: SipResponse | None) -> tuple[IncomingCall, SdpMessage]:
        if answer is not None:
            if answer.contact:
                call.dialog.remote_target = stringify_uri(answer.contact[0].uri)
            call.dialog.route_set = list(reversed(answer.headers.get("record-route")))
        line = IncomingCall(
            dialog=call.dialog, invite=call.invite, sdp_offer=None, transport=self._transport, source_addr=self.trunk,
            user_agent="GridCare",
        )  # fmt: skip
        line._answered = True  # a CANCEL does not refuse it any more
        if call.sdp_answer is None or not call.sdp_answer.rtp_address:
            line.hangup()
            self.over(call.call_id)
            raise NotAnswered("not_dialled")
        return line, call.sdp_answer

    async def _repeat(self, call: OutgoingCall, taken: Transaction) -> None:
        """Timer A: again and again, less and less often, until anything is heard of it."""
        pause, waited = T1, 0.0
        while waited < _TRUNK_SILENT:
            await asyncio.sleep(pause)
            waited, pause = waited + pause, pause * 2
            if taken.state is not TransactionState.TRYING:
                return
            self._transport.send(call.invite, self.trunk)

    def _give_up(self, call: OutgoingCall) -> None:
        """CANCEL; whoever answers in the same moment is hung up on."""
        if call.cancel(self.uac):
            self.uac._calls[call.call_id] = call
            call.on_answer = self._too_late
            asyncio.get_running_loop().call_later(64 * T1, self.over, call.call_id)

    def _too_late(self, call: OutgoingCall) -> None:
        call.dialog.state = DialogState.CONFIRMED
        self.uac.send_bye(call.dialog, self.trunk)


def _why(status: int) -> str:
    return "busy" if status in _BUSY else "no_answer" if status in _ABSENT else "not_dialled"
