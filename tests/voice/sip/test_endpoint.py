"""Signalling and sound over real sockets: what a trunk, a border controller or a bad line may do."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator

import pytest

from bot.voice.sip.endpoint import CallLimits, SipEndpoint, SipLine
from scripts import softphone
from scripts.softphone import Softphone
from tests.gateway.fakes import until
from tests.voice.sip.test_inband import dialled

TONE = (b"\x00\x20" * 4 + b"\x00\xe0" * 4) * 400


@pytest.fixture(autouse=True)
async def _sockets_are_closed(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    opened, real = [], softphone._bind

    async def bind() -> softphone._Packets:
        opened.append(await real())
        return opened[-1]

    monkeypatch.setattr(softphone, "_bind", bind)
    yield
    for each in opened:
        if each.udp:
            each.udp.close()
    await asyncio.sleep(0)


class Answering:
    """An endpoint that notes calls, keys and sound."""

    def __init__(self, **more: object) -> None:
        self.lines: list[SipLine] = []
        self.over: list[SipLine] = []
        self.keys = ""
        self.sound = bytearray()
        self.endpoint = SipEndpoint(("127.0.0.1", 0), self._answer, self._ended, **more)  # type: ignore[arg-type]

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.endpoint.port

    async def _answer(self, line: SipLine) -> None:
        self.lines.append(line)
        line.media.on_key = self._key
        line.media.on_frame = self.sound.extend

    def _key(self, key: str) -> None:
        self.keys += key

    async def _ended(self, line: SipLine) -> None:
        self.over.append(line)


@contextlib.asynccontextmanager
async def answering(**more: object) -> AsyncIterator[Answering]:
    one = Answering(**more)
    await one.endpoint.start()
    try:
        yield one
    finally:
        await one.endpoint.drain(0)


@pytest.mark.parametrize("payload", [96, 97, 100, 101])
async def test_a_call_is_answered_its_keys_arrive_and_it_ends(payload: int) -> None:
    async with answering() as line:
        phone = Softphone(line.address, keys_payload=payload)
        assert await phone.call() == 200
        await phone.press("1*#0")
        await until(lambda: line.keys == "1*#0")
        assert line.lines[0].caller == "13800000901"
        assert await phone.hang_up() == 200
        await until(lambda: line.over)


async def test_a_repeated_invite_is_one_call_and_a_repeated_bye_is_answered_alike() -> None:
    async with answering() as line:
        phone = Softphone(line.address)
        assert await phone.call() == 200
        for _ in range(3):
            phone.send(phone.invite)
        await asyncio.sleep(0.1)
        assert len(line.lines) == 1
        bye = phone.request("BYE")
        phone.send(bye)
        phone.send(bye)
        assert [(await phone.final("BYE", 3))[0] for _ in range(2)] == [200, 200]
        await phone.close()


async def test_the_answer_is_repeated_until_it_is_acknowledged() -> None:
    async with answering() as line:
        phone = Softphone(line.address)
        phone.request = _without_ack(phone)  # type: ignore[method-assign]
        assert await phone.call() == 200
        assert (await phone.final("INVITE", 3))[0] == 200
        await phone.close()


def _without_ack(phone: Softphone):  # type: ignore[no-untyped-def]
    real = phone.request

    def request(method: str, *args: object, **more: object) -> bytes:
        return b"\r\n" if method == "ACK" else real(method, *args, **more)  # type: ignore[arg-type]

    return request


@pytest.mark.parametrize(("codecs", "status"), [("8 0", 200), ("0", 200), ("18", 488), ("9 18", 488)])
async def test_only_g711_is_spoken(codecs: str, status: int) -> None:
    async with answering() as line:
        phone = Softphone(line.address, codecs=codecs)
        assert await phone.call() == status
        await phone.close()
        assert len(line.lines) == (status == 200)


async def test_an_invite_without_a_description_gets_ours() -> None:
    async with answering() as line:
        phone = Softphone(line.address)
        assert await phone.call(sdp=False) == 200
        assert "m=audio" in phone.seen[-1] and "PCMA/8000" in phone.seen[-1]
        await phone.close()


async def test_what_is_required_and_not_known_is_refused() -> None:
    async with answering() as line:
        phone = Softphone(line.address)
        assert await phone.call(headers="Require: something-new") == 420
        await phone.close()


async def test_options_are_answered_unknown_methods_and_strange_dialogs_refused() -> None:
    async with answering() as line:
        phone = Softphone(line.address)
        assert await phone.call() == 200
        for method, status in (("OPTIONS", 200), ("PUBLISH", 405)):
            phone.send(phone.request(method))
            assert (await phone.final(method, 3))[0] == status
        stranger = Softphone(line.address)
        stranger.sip, stranger.rtp = phone.sip, phone.rtp
        stranger.send(stranger.request("BYE"))
        assert (await stranger.final("BYE", 3))[0] == 481
        await phone.close()


async def test_keys_by_info() -> None:
    async with answering() as line:
        phone = Softphone(line.address)
        assert await phone.call() == 200
        phone.send(phone.request("INFO", "Signal=5\r\nDuration=160\r\n"))
        assert (await phone.final("INFO", 3))[0] == 200
        await until(lambda: line.keys == "5")
        await phone.close()


async def test_what_is_played_is_heard_and_can_be_cut_off_at_once() -> None:
    async with answering() as line:
        phone = Softphone(line.address)
        assert await phone.call() == 200
        await until(lambda: line.lines)
        playing = asyncio.create_task(line.lines[0].play(TONE * 10, True))
        await until(lambda: phone.seconds_heard > 0.2)
        line.lines[0].hush()
        await asyncio.wait_for(playing, 1)
        heard = phone.seconds_heard
        await asyncio.sleep(0.3)
        assert phone.seconds_heard - heard < 0.1
        assert len(phone.heard) > 320 * 10, "silence is sent as silence"
        await line.lines[0].play(TONE, False)
        assert phone.seconds_heard > heard
        await phone.hang_up()


async def test_speech_reaches_the_ear_and_a_stranger_s_packets_do_not() -> None:
    async with answering() as line:
        phone = Softphone(line.address)
        assert await phone.call() == 200
        await phone.speak(TONE)
        await until(lambda: len(line.sound) >= len(TONE))
        stranger = Softphone(line.address)
        stranger.sip, stranger.rtp = phone.sip, (await softphone._bind())
        stranger._media = phone._media
        before = line.keys
        await stranger.press("9")
        await asyncio.sleep(0.1)
        assert line.keys == before
        await phone.hang_up()


async def test_keys_in_the_sound_count_where_no_events_are_agreed() -> None:
    async with answering() as line:
        phone = Softphone(line.address, keys_payload=0)
        assert await phone.call() == 200
        await phone.speak(dialled("0#5").astype("<i2").tobytes())
        await until(lambda: line.keys == "0#5")
        await phone.hang_up()
    async with answering() as line:
        phone = Softphone(line.address)
        assert await phone.call() == 200
        await phone.speak(dialled("0#5").astype("<i2").tobytes())
        assert line.keys == ""
        await phone.hang_up()


async def test_a_key_counts_once_though_half_of_its_packets_are_lost() -> None:
    async with answering() as line:
        phone = Softphone(line.address)
        assert await phone.call() == 200
        dice, real = random.Random(4), phone._rtp

        def lossy(payload_type: int, payload: bytes, timestamp: int) -> None:
            if dice.random() > 0.5 or (payload[1] == 0x80 | 10 and payload[3] == 0xC0):
                real(payload_type, payload, timestamp)

        phone._rtp = lossy  # type: ignore[method-assign]
        await phone.press("13579")
        await asyncio.sleep(0.2)
        assert line.keys == "13579"
        await phone.close()


async def test_a_call_is_referred_and_the_agents_answer_is_told() -> None:
    async with answering(agents="95598001") as line:
        phone = Softphone(line.address)
        assert await phone.call() == 200
        await until(lambda: line.lines)
        referring = asyncio.create_task(line.lines[0].refer())
        refer = await phone.asked("REFER")
        assert "Refer-To: <sip:95598001@127.0.0.1>" in refer
        phone.send(
            phone.request(
                "NOTIFY",
                "SIP/2.0 200 OK",
                headers="Event: refer\r\nContent-Type: message/sipfrag;version=2.0",
            )
        )
        assert await asyncio.wait_for(referring, 5)
        await phone.close()


async def test_too_many_calls_and_foreign_trunks_are_refused() -> None:
    async with answering(limits=CallLimits(calls=1)) as line:
        one, two = Softphone(line.address), Softphone(line.address)
        assert await one.call() == 200
        assert await two.call() == 503
        await one.close()
        await two.close()
    async with answering(trunks=frozenset({"192.0.2.1"})) as line:
        phone = Softphone(line.address)
        assert await phone.call(answer=0.5) == 0
        await phone.close()


async def test_at_the_end_nobody_new_comes_in_and_who_talks_is_hung_up_on() -> None:
    one = Answering()
    await one.endpoint.start()
    phone = Softphone(one.address)
    assert await phone.call() == 200
    ending = asyncio.create_task(one.endpoint.drain(0.3))
    await asyncio.sleep(0.05)
    late = Softphone(one.address)
    assert await late.call() == 503
    assert (await phone.asked("BYE")).startswith("BYE")
    await ending
    await phone.close()
    await late.close()


async def test_nonsense_does_not_stop_it() -> None:
    dice = random.Random(95598)
    async with answering() as line:
        phone = Softphone(line.address)
        assert await phone.call() == 200
        good = [phone.invite, phone.request("INFO", "Signal=5"), phone.request("BYE")]
        for _ in range(100_000 if os.environ.get("GRIDCARE_LONG") else 2000):
            message = bytearray(dice.choice(good))
            for _ in range(dice.randint(1, 12)):
                message[dice.randrange(len(message))] = dice.randrange(256)
            phone.send(bytes(message[: dice.randint(1, len(message))]))
            if phone.rtp.udp and phone._media:
                phone.rtp.udp.sendto(dice.randbytes(dice.randint(1, 60)), phone._media)
            if dice.random() < 0.01:
                await asyncio.sleep(0)
        await asyncio.sleep(0.2)
        other = Softphone(line.address)
        other.sip, other.rtp = (await softphone._bind()), (await softphone._bind())
        other.send(other.request("OPTIONS"))
        assert (await other.final("OPTIONS", 5))[0] == 200
        await phone.close()
