"""Calls that the line makes: answered, engaged, not answered, on a bad line; and a call back from beginning to end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.core.handoff import State
from bot.gateway.store import tables as t
from bot.voice.brain import Brain
from bot.voice.callbacks import CallBacks
from bot.voice.exchange import Exchange
from bot.voice.recording import Recordings, sound
from bot.voice.sip.dial import NotAnswered
from bot.voice.speech.voices import Prosody, Speaker
from tests.channels.conftest import running
from tests.channels.test_voice import TOKEN
from tests.clock import ManualClock
from tests.gateway.fakes import agent, until
from tests.voice.sip.handset import Handset
from tests.voice.sip.test_endpoint import TONE, answering
from tests.voice.sip.test_inband import dialled

PHONE = "13800000012"


async def test_who_answers_is_heard_and_hears_and_his_keys_arrive() -> None:
    async with Handset(180, 200).ready() as phone, answering(outbound=phone.address, number="95598") as line:
        called = await line.endpoint.dial(PHONE, 5)
        called.media.on_key = line._key
        called.media.on_frame = line.sound.extend
        assert (phone.dialled, line.endpoint.lines) == (PHONE, 1)
        await phone.press("1#")
        await phone.speak(TONE[:3200])
        await called.play(TONE, interruptible=True)
        await until(lambda: line.keys == "1#" and len(line.sound) >= 3200 and len(phone.sound) >= len(TONE))
        assert "ACK" in phone.seen
        phone.hang_up()
        await until(lambda: line.over)
        assert line.endpoint.lines == 0


async def test_keys_of_a_telephone_without_events_are_heard_in_the_sound() -> None:
    async with (
        Handset(200, events=False).ready() as phone,
        answering(outbound=phone.address, trunks=frozenset({"192.0.2.1"})) as line,
    ):
        called = await line.endpoint.dial(PHONE, 5)
        called.media.on_key = line._key
        await phone.speak(dialled("1").astype("<i2").tobytes())
        await until(lambda: line.keys == "1")


async def test_a_called_person_can_be_hung_up_on() -> None:
    async with Handset(200).ready() as phone, answering(outbound=phone.address) as line:
        called = await line.endpoint.dial(PHONE, 5)
        called.drop()
        await until(lambda: "BYE" in phone.seen and line.over)


@pytest.mark.parametrize(
    ("status", "why"),
    [(486, "busy"), (603, "busy"), (480, "no_answer"), (404, "no_answer"), (503, "not_dialled")],
)
async def test_who_is_not_reached_is_told_why_and_the_refusal_is_acknowledged(status: int, why: str) -> None:
    async with Handset(100, status).ready() as phone, answering(outbound=phone.address) as line:
        with pytest.raises(NotAnswered, match=why):
            await line.endpoint.dial(PHONE, 5)
        await until(lambda: "ACK" in phone.seen)
        assert line.endpoint.lines == 0


async def test_nobody_is_let_ring_for_ever() -> None:
    async with Handset(180).ready() as phone, answering(outbound=phone.address) as line:
        with pytest.raises(NotAnswered, match="no_answer"):
            await line.endpoint.dial(PHONE, 0.3)
        await until(lambda: phone.seen[-2:] == ["CANCEL", "ACK"])


async def test_who_answers_while_the_call_is_cancelled_is_not_left_in_silence() -> None:
    async with (
        Handset(180, answers_cancelled=True).ready() as phone,
        answering(outbound=phone.address) as line,
    ):
        with pytest.raises(NotAnswered):
            await line.endpoint.dial(PHONE, 0.3)
        await until(lambda: phone.seen[-2:] == ["ACK", "BYE"])


async def test_an_invite_that_was_lost_is_sent_again() -> None:
    async with Handset(200, deaf=2).ready() as phone, answering(outbound=phone.address) as line:
        await line.endpoint.dial(PHONE, 8)
        assert phone.deaf == 0 and phone.seen[0] == "INVITE"


async def test_a_trunk_that_says_nothing_has_not_dialled() -> None:
    async with Handset().ready() as phone, answering(outbound=phone.address) as line:
        with pytest.raises(NotAnswered, match="not_dialled"):
            await line.endpoint.dial(PHONE, 0.3)


async def test_without_a_trunk_nobody_is_called() -> None:
    async with answering() as line:
        with pytest.raises(NotAnswered, match="not_dialled"):
            await line.endpoint.dial(PHONE, 1)


async def _blip(_text: str, _prosody: Prosody) -> bytes:
    return TONE[:1600]


async def test_a_caller_whom_nobody_could_serve_is_called_back_takes_a_person_and_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.region.desk.Callbacks.quiet_at", lambda _rules, _moment: False)
    recordings = Recordings(tmp_path / "recordings", bytes(32), days=92, clock=ManualClock(1_800_000_000.0))
    async with (
        running(tmp_path, voice_token=TOKEN) as site,
        site.http(authorization=f"Bearer {TOKEN}") as http,
        Handset(180, 200).ready() as phone,
        answering(outbound=phone.address, number="95598") as line,
    ):
        site.engine.answer = lambda _turn: [{"custom": {"type": "handover", "reason": "user_asked"}}]
        brain = Brain(http)
        await brain.open("call-1", PHONE)
        await brain.call_back(PHONE)
        exchange = Exchange(http, Speaker(_blip), "bayannur", None, recordings, dials=True)
        line.endpoint._ended = exchange.ended
        duty = asyncio.create_task(CallBacks(http, line.endpoint, exchange, pause=0.1).run())

        def now(c: sa.Connection) -> None:
            c.execute(sa.insert(t.agent).values(**agent("坐席1", site.clock())))
            c.execute(sa.update(t.callback).values(not_before=0.0))

        await site.gateway.store.write(now)
        await until(lambda: "ACK" in phone.seen)
        await until(lambda: len(phone.sound) > 3 * 1600)
        await phone.press("1")

        async def state() -> str:
            return str(
                await site.gateway.store.read(lambda c: c.execute(sa.select(t.handoff.c.state)).scalar_one())
            )

        async def with_the_agent() -> bool:
            return await state() == State.ASSIGNED

        await until(with_the_agent, 10)
        await until(lambda: "REFER" in phone.seen or line.lines == [], 10)
        phone.hang_up()

        async def over() -> bool:
            return (
                await site.gateway.store.read(lambda c: c.execute(sa.select(t.callback.c.state)).scalar_one())
                == "done"
            )

        await until(over)
        duty.cancel()
    (file,) = (tmp_path / "recordings").glob("tel-*/*.rec")
    assert any(sound(file, bytes(32)))
