"""A gateway whose clock is wrong: what it signs for the company still counts."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from email.utils import formatdate
from pathlib import Path

import httpx
import pytest

from backend.storage import Store
from bot.adapters.bulkhead import CompanyAddress
from bot.adapters.http import HttpCompany, connect
from bot.gateway.app import create
from bot.gateway.customer import subject
from bot.gateway.gateway import Gateway
from bot.ports.errors import Unavailable
from bot.ports.identity import Level, Subject
from bot.ports.orders import FaultReport
from tests.backend import world
from tests.backend.conftest import database as database
from tests.backend.conftest import seeded as seeded
from tests.gateway.fakes import settings

HOUR = 3600
FAULT = FaultReport("danger", "电线断了", hazard="line_down", urgent=True)


class Dated(httpx.AsyncBaseTransport):
    """The company, with the date its server would send."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        answer.headers["date"] = formatdate(time.time(), usegmt=True)
        return answer


@pytest.fixture(params=[-HOUR, 0, HOUR], ids=["behind", "right", "ahead"])
async def late(request: pytest.FixtureRequest, database: Path) -> AsyncIterator[tuple[HttpCompany, float]]:
    """A company as a gateway sees it whose clock is off, and that gateway's clock."""
    store, off = Store(f"sqlite:///{database}"), request.param
    transport = Dated(httpx.ASGITransport(world.application(store)))
    address = CompanyAddress(backend_token=world.TOKEN)
    async with connect(address, transport, lambda: time.time() + off) as company:
        yield company, off
    store.close()


async def test_an_order_is_lost_to_no_clock(late: tuple[HttpCompany, float]) -> None:
    company, off = late

    def signed() -> Subject:
        now = time.time() + off
        token = subject.mint(world.KEY, "c-1", "L0", (), now + (company.ahead() or 0))
        return Subject(token, Level.L0, (), "c-1")

    try:
        receipt = await company.orders.report_fault(signed(), FAULT, "danger:1")
    except Unavailable:
        receipt = await company.orders.report_fault(signed(), FAULT, "danger:1")
    assert receipt.created and company.ahead() == pytest.approx(-off, abs=2)


async def test_ready_tells_by_how_much_the_clocks_differ(
    late: tuple[HttpCompany, float], tmp_path: Path
) -> None:
    company, off = late
    await company.directory.halls()
    gateway = Gateway(settings(tmp_path), None, company, lambda: time.time() + off)  # type: ignore[arg-type]  # no turn is asked for
    gateway.engine = Ready()  # type: ignore[assignment]
    await gateway.store.open()
    transport = httpx.ASGITransport(create(gateway, channels=()))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        told = (await http.get("/ready")).json()["company_clock_ahead"]
    await gateway.store.close()
    assert told == pytest.approx(-off, abs=2)


class Ready:
    async def ready(self) -> bool:
        return True
