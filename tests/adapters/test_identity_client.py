from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from bot.adapters.identity import GatewayIdentity
from bot.ports.errors import BadData, NotAllowed, Unavailable
from bot.ports.identity import Level


def gateway(answer: Callable[[httpx.Request], httpx.Response]) -> GatewayIdentity:
    return GatewayIdentity("http://gateway", "t" * 20, httpx.MockTransport(answer))


async def test_a_match_brings_the_fresh_subject() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/internal/v1/identity/c-1/match"
        assert request.headers["authorization"] == "Bearer " + "t" * 20
        assert json.loads(request.content) == {
            "account_no": "0100000000123",
            "items": {"holder_name": "王秀英"},
        }
        return httpx.Response(
            200, json={"matched": True, "subject": "jwt", "level": "L2", "accounts": ["0100000000123"]}
        )

    proof = await gateway(answer).match("c-1", "0100000000123", {"holder_name": "王秀英"})
    assert (proof.matched, proof.level, proof.accounts) == (True, Level.L2, ("0100000000123",))


async def test_a_code_goes_to_the_number_on_file_and_is_checked() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/code"):
            return httpx.Response(200, json={"sent": True, "phone_masked": "138****0001", "expires_in": 300})
        return httpx.Response(200, json={"matched": False, "tries_left": 2})

    client = gateway(answer)
    assert await client.send_code("c-1", "0100000000123") == "138****0001"
    assert (await client.check_code("c-1", "111111")).tries_left == 2


def refused(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused, Unavailable),
        (lambda _: httpx.Response(503), Unavailable),
        (lambda _: httpx.Response(429), NotAllowed),
        (lambda _: httpx.Response(404), BadData),
        (lambda _: httpx.Response(200, text="no json"), BadData),
        (lambda _: httpx.Response(200, json=[]), BadData),
        (lambda _: httpx.Response(200, json={}), BadData),
    ],
)
async def test_every_failure_has_its_error_and_tells_nothing_personal(
    answer: Callable[[httpx.Request], httpx.Response], error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        await gateway(answer).match("c-1", "0100000000123", {"holder_name": "王秀英"})
    assert "王秀英" not in str(caught.value) and "0100000000123" not in str(caught.value)
