"""What the engine's answers and silences mean."""

import httpx
import pytest

from bot.gateway.turns.engine import Broken, Down, EngineClient, EngineFault, TurnRequest, Unable

TURN = TurnRequest("c-1", "m-1", "你好", None)
GOOD = {"message_id": "m-1", "replies": [{"text": "您好", "buttons": None, "unknown": 1}], "also": []}


def engine(respond: object) -> EngineClient:
    def handle(request: httpx.Request) -> httpx.Response:
        if isinstance(respond, Exception):
            raise respond
        assert isinstance(respond, httpx.Response)
        return respond

    return EngineClient(httpx.AsyncClient(transport=httpx.MockTransport(handle), base_url="http://engine"))


@pytest.mark.parametrize(
    ("respond", "fault"),
    [
        (httpx.ConnectError("refused"), Down),
        (httpx.ConnectTimeout("slow"), Down),
        (httpx.Response(401), Down),
        (httpx.ReadTimeout("slow"), Unable),
        (httpx.ReadError("cut off"), Unable),
        (httpx.RemoteProtocolError("killed"), Unable),
        (httpx.Response(409), Unable),
        (httpx.Response(503), Unable),
        (httpx.Response(400), Broken),
        (httpx.Response(500), Broken),
        (httpx.Response(200, content=b""), Broken),
        (httpx.Response(200, json=[]), Broken),
        (httpx.Response(200, json={"message_id": "m-1"}), Broken),
        (httpx.Response(200, json={"message_id": "m-1", "replies": [{"text": 7}]}), Broken),
    ],
)
async def test_every_failure_has_its_meaning(respond: object, fault: type[EngineFault]) -> None:
    with pytest.raises(fault):
        await engine(respond).turn(TURN)


async def test_a_good_answer_is_read_and_what_is_unknown_in_it_is_ignored() -> None:
    answer = await engine(httpx.Response(200, json=GOOD)).turn(TURN)
    assert answer.replies[0].text == "您好" and answer.replayed is False


async def test_only_a_ready_engine_is_ready() -> None:
    assert await engine(httpx.Response(200)).ready()
    assert not await engine(httpx.Response(503)).ready()
    assert not await engine(httpx.ConnectError("refused")).ready()
