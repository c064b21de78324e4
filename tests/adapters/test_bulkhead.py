"""The way to the company: retries, breaker, time limits, and every failure turned into the error tree."""

from __future__ import annotations

import asyncio
import inspect
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from pathlib import Path

import httpx
import pytest
import stamina
from pydantic import ValidationError

from backend.storage import Store
from bot.adapters.bulkhead import (
    ATTEMPTS,
    BREAKER_FAILURES,
    LARGEST_ANSWER,
    TOTAL_SECONDS,
    CompanyAddress,
)
from bot.adapters.http import HttpCompany, connect
from bot.ports.errors import BadData, CompanyError, Conflict, NotAllowed, NotFound, Unavailable
from bot.ports.orders import FaultReport
from tests.backend import world

SECRET_ADDRESS = "临河区金川小区7号楼7单元707"
FAULT = FaultReport("household", "没电了", address=SECRET_ADDRESS, phone="13800000077")
HTTPX_ERRORS = [
    each
    for each in vars(httpx).values()
    if inspect.isclass(each) and issubclass(each, Exception) and each.__module__ == "httpx"
]
PLACES = {"places": []}


class Scripted(httpx.AsyncBaseTransport):
    """A network that answers by a script; the last entry is repeated. Keeps the requests."""

    def __init__(self, *script: Exception | httpx.Response) -> None:
        self.script, self.requests = list(script), []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        return httpx.Response(step.status_code, headers=step.headers, content=step.content)


def problem(status: int, type: str, field: str | None = None) -> httpx.Response:
    return httpx.Response(
        status, json={"type": f"https://x.invalid/{type}", "status": status, "field": field}
    )


def over(network: httpx.AsyncBaseTransport) -> HttpCompany:
    return connect(CompanyAddress(backend_token=world.TOKEN), network)


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retries follow at once."""
    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield


def make(kind: type[Exception]) -> Exception:
    """An exception of a class whose constructor we need not know."""
    error = kind.__new__(kind)
    error.args = (SECRET_ADDRESS,)
    return error


@pytest.mark.parametrize("kind", HTTPX_ERRORS, ids=lambda kind: kind.__name__)
async def test_every_error_of_the_client_is_mapped(kind: type[Exception]) -> None:
    async with over(Scripted(make(kind))) as company:
        with pytest.raises(CompanyError) as caught:
            await company.outages.locate(SECRET_ADDRESS)
    assert SECRET_ADDRESS not in str(caught.value)


def test_the_list_of_client_errors_is_not_empty() -> None:
    assert {httpx.ConnectTimeout, httpx.ReadError, httpx.InvalidURL, httpx.DecodingError} <= set(HTTPX_ERRORS)


@pytest.mark.parametrize(
    ("answer", "error", "field"),
    [
        (problem(404, "not-found"), NotFound, None),
        (problem(403, "not-allowed"), NotAllowed, None),
        (problem(401, "unauthorized", "subject"), Unavailable, None),
        (problem(401, "unauthorized", "authorization"), Unavailable, None),
        (problem(409, "idempotency-in-flight"), Conflict, None),
        (problem(422, "idempotency-mismatch"), Conflict, None),
        (problem(409, "too-soon"), BadData, "too_soon"),
        (problem(422, "invalid", "phone"), BadData, "phone"),
        (problem(500, "internal"), Unavailable, None),
        (problem(503, "unavailable"), Unavailable, None),
        (httpx.Response(502, text="<html>bad gateway</html>"), Unavailable, None),
        (httpx.Response(429), Unavailable, None),
        (httpx.Response(418), Unavailable, None),
        (httpx.Response(302, headers={"Location": "https://elsewhere.invalid"}), Unavailable, None),
        (httpx.Response(400, json=["not", "a", "problem"]), Unavailable, None),
        (
            httpx.Response(422, json={"type": "https://x.invalid/invalid", "field": "phone"}),
            Unavailable,
            None,
        ),
        (httpx.Response(404, text="<html>no such page</html>"), Unavailable, None),
        (httpx.Response(404, text='{"type": "https://x.invalid/not-f'), Unavailable, None),
        (problem(405, "method"), Unavailable, None),
        (httpx.Response(200, text="not json"), Unavailable, None),
        (httpx.Response(200, text=""), Unavailable, None),
        (httpx.Response(200, text='{"places": [], "more": "' + "x" * LARGEST_ANSWER), Unavailable, None),
        (httpx.Response(200, text='{"places": [' + " " * LARGEST_ANSWER + "]}"), Unavailable, None),
        (httpx.Response(200, json={"places": [{"county": SECRET_ADDRESS}]}), Unavailable, None),
    ],
)
async def test_every_answer_has_its_meaning(
    answer: httpx.Response, error: type[CompanyError], field: str | None
) -> None:
    async with over(Scripted(answer)) as company:
        with pytest.raises(error) as caught:
            await company.outages.locate("x")
    assert getattr(caught.value, "field", None) == field
    assert SECRET_ADDRESS not in str(caught.value)


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("no"),
        problem(503, "unavailable"),
        problem(409, "idempotency-in-flight"),
    ],
)
async def test_a_passing_trouble_is_not_noticed(trouble: Exception | httpx.Response) -> None:
    network = Scripted(trouble, trouble, httpx.Response(200, json=PLACES))
    async with over(network) as company:
        assert (await company.outages.locate("x")).places == ()
    assert len(network.requests) == ATTEMPTS


async def test_a_write_is_repeated_under_its_own_key() -> None:
    network = Scripted(httpx.ReadError("reset"))
    async with over(network) as company:
        with pytest.raises(Unavailable):
            await company.orders.report_fault(world.subject("L0"), FAULT, "key-1")
    assert [each.headers["Idempotency-Key"] for each in network.requests] == ["key-1"] * ATTEMPTS
    assert len({each.content for each in network.requests}) == 1


@pytest.mark.parametrize(
    "answer", [problem(404, "not-found"), problem(422, "invalid"), problem(422, "idempotency-mismatch")]
)
async def test_a_refusal_is_not_repeated(answer: httpx.Response) -> None:
    network = Scripted(answer)
    async with over(network) as company:
        with pytest.raises(CompanyError):
            await company.outages.locate("x")
    assert len(network.requests) == 1


async def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    sent = 0

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            nonlocal sent
            while True:
                sent += 1
                yield b" " * 65536

    class Flood(httpx.AsyncBaseTransport):
        async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, stream=Endless())

    async with over(Flood()) as company:
        with pytest.raises(Unavailable):
            await company.outages.locate("x")
    assert sent <= ATTEMPTS * (LARGEST_ANSWER // 65536 + 1)


async def test_an_open_breaker_answers_at_once_and_keeps_to_its_bulkhead() -> None:
    network = Scripted(httpx.ConnectError("no"))
    async with over(network) as company:
        for _ in range(BREAKER_FAILURES):
            with pytest.raises(Unavailable):
                await company.outages.locate("x")
        assert len(network.requests) == BREAKER_FAILURES
        with pytest.raises(Unavailable):
            await company.billing.account(world.subject("L1", world.HOME), world.HOME)
        assert len(network.requests) == BREAKER_FAILURES + ATTEMPTS


async def test_refusals_do_not_open_the_breaker() -> None:
    network = Scripted(*[problem(404, "not-found")] * 20, httpx.Response(200, json=PLACES))
    async with over(network) as company:
        for _ in range(20):
            with pytest.raises(NotFound):
                await company.outages.locate("x")
        assert (await company.outages.locate("x")).places == ()


async def test_a_key_that_cannot_be_sent_is_bad_data_and_nobodys_outage() -> None:
    async with over(Scripted(httpx.Response(200, json=PLACES))) as company:
        with pytest.raises(BadData):
            await company.orders.report_fault(world.subject("L0"), FAULT, "键")


async def test_numbers_cannot_leave_their_place_in_the_address() -> None:
    network = Scripted(problem(404, "not-found"))
    async with over(network) as company:
        with pytest.raises(NotFound):
            await company.orders.order(world.subject("L0"), "../accounts/1?x=#")
    assert network.requests[0].url.raw_path == b"/v1/orders/..%2Faccounts%2F1%3Fx%3D%23"


class Forgetful(httpx.AsyncBaseTransport):
    """Delivers every request and loses the first answer."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner, self.lost = inner, False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.inner.handle_async_request(request)
        if not self.lost:
            self.lost = True
            raise httpx.ReadTimeout("lost")
        return answer


async def test_an_answer_lost_after_the_effect_makes_no_second_order(database: Path) -> None:
    store = Store(f"sqlite:///{database}")
    async with over(Forgetful(httpx.ASGITransport(world.application(store)))) as company:
        who = world.subject("L0")
        receipt = await company.orders.report_fault(who, FAULT, "key-1")
        assert receipt.created
        assert len(await company.orders.open_orders(who)) == 1
    store.close()


@pytest.fixture
def black_hole() -> Iterator[str]:
    """A server that takes calls and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.slow
async def test_a_system_that_never_answers_costs_six_seconds_and_holds_up_no_other_bulkhead(
    black_hole: str,
) -> None:
    settings, started = CompanyAddress(backend_url=black_hole, backend_token=world.TOKEN), time.monotonic()
    async with connect(settings) as company, asyncio.TaskGroup() as calls:
        who = world.subject("L1", world.HOME)
        billing = [
            calls.create_task(unavailable(company.billing.account(who, world.HOME))) for _ in range(60)
        ]
        orders = calls.create_task(unavailable(company.orders.order(who, "1")))
    assert all(each.result().startswith("billing: ") for each in billing)
    assert orders.result().startswith("orders: ")
    assert time.monotonic() - started < TOTAL_SECONDS + 1.5


async def unavailable(call: Awaitable[object]) -> str:
    """What is told when a call fails as Unavailable."""
    with pytest.raises(Unavailable) as refused:
        await call
    return str(refused.value)


def test_settings_without_a_token_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRIDCARE_BACKEND_TOKEN", raising=False)
    with pytest.raises(ValidationError):
        CompanyAddress()
    with pytest.raises(ValidationError):
        CompanyAddress(backend_token="")
