"""The HTTP adapter over the real company system keeps the contract."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from backend.storage import Store
from bot.adapters.bulkhead import CompanyAddress
from bot.adapters.http import connect
from bot.ports.company import Company
from tests.backend import world
from tests.ports import contract


class TestHttp(contract.Contract):
    @pytest.fixture
    async def company(self, database: Path) -> AsyncIterator[Company]:
        store = Store(f"sqlite:///{database}")
        transport = httpx.ASGITransport(world.application(store))
        async with connect(CompanyAddress(backend_token=world.TOKEN), transport) as company:
            yield company
        store.close()

    @pytest.fixture
    def who(self) -> contract.Who:
        return world.subject
