"""FunASR and vosk servers: what they hear, what they tell, and what happens when they fail."""

from __future__ import annotations

import pytest

from bot.voice.asr import AsrUnavailable, Recognised
from bot.voice.asr.remote import FunAsr, Vosk
from scripts.ports import free_port
from tests.voice.asr.servers import FunAsrServer, VoskServer, listening

SPEECH = b"\x01\x00" * 160


async def test_funasr_is_told_the_rate_and_the_hot_words_and_the_second_pass_counts() -> None:
    server = FunAsrServer(online=["我家停", "点了"], offline="我家停电了")
    async with listening(server) as url:
        asr = FunAsr(url)
        await asr.begin(["停电", "报修"])
        for _ in range(3):
            await asr.feed(SPEECH)
        assert await asr.end() == Recognised("我家停电了", 0.7)
    assert server.hellos[0]["audio_fs"] == 8000
    assert server.hellos[0]["hotwords"] == '{"停电": 20, "报修": 20}'
    assert server.heard == SPEECH * 3


async def test_funasr_hears_the_next_utterance_too() -> None:
    server = FunAsrServer(offline="查电费")
    async with listening(server) as url:
        asr = FunAsr(url)
        for _ in range(2):
            await asr.begin()
            await asr.feed(SPEECH)
            assert (await asr.end()).text == "查电费"
    assert len(server.hellos) == 2


@pytest.mark.parametrize("trouble", ["silent", "drop", "nonsense"])
async def test_a_server_in_trouble_is_unavailable_within_the_patience(trouble: str) -> None:
    async with listening(FunAsrServer(trouble=trouble)) as url:
        asr = FunAsr(url, patience=0.2)
        await asr.begin()
        with pytest.raises(AsrUnavailable):
            await asr.feed(SPEECH)
            await asr.end()
        await asr.close()


@pytest.mark.parametrize("kind", [FunAsr, Vosk])
async def test_a_server_that_is_not_there_is_unavailable(kind: type[FunAsr] | type[Vosk]) -> None:
    with pytest.raises(AsrUnavailable):
        await kind(f"ws://127.0.0.1:{free_port()}", patience=0.5).begin()


async def test_vosk_is_told_the_rate_and_tells_words_with_their_confidence() -> None:
    server = VoskServer("我 家 停电 了")
    async with listening(server) as url:
        asr = Vosk(url)
        await asr.begin(["停电"])
        assert await asr.feed(SPEECH) == "我"
        assert await asr.end() == Recognised("我家停电了", pytest.approx(0.9))
    assert server.configs == [{"sample_rate": 8000, "phrase_list": ["停 电", "[unk]"]}]


async def test_nothing_heard_is_no_confidence() -> None:
    async with listening(VoskServer("")) as url:
        asr = Vosk(url)
        await asr.begin()
        await asr.feed(SPEECH)
        assert await asr.end() == Recognised("", 0.0)
