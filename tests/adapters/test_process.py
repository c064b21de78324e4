"""The adapter against the real company system as a process of its own: killed, restarted, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from backend.settings import ROOT
from bot.adapters.bulkhead import CompanyAddress
from bot.adapters.http import connect
from bot.ports.errors import Unavailable
from bot.ports.orders import FaultReport
from scripts.ports import free_port
from tests.backend import world

FAULT = FaultReport("household", "没电了", address="临河区金川小区8号楼1单元101")


class Backend:
    """`python -m backend` on a free port."""

    def __init__(self, database: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.environment = {
            **os.environ,
            "GRIDCARE_BACKEND_DB": f"sqlite:///{database}",
            "GRIDCARE_BACKEND_URL": self.url,
            "GRIDCARE_BACKEND_TOKEN": world.TOKEN,
            "GRIDCARE_SUBJECT_KEY": world.KEY,
            "GRIDCARE_DEMO": "0",
        }
        self.log = database.with_suffix(".log")
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "backend"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stderr=log)
        for _ in range(300):
            try:
                httpx.get(f"{self.url}/ready", timeout=5).raise_for_status()
                return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait(15)


@pytest.fixture
def backend(database: Path) -> Iterator[Backend]:
    backend = Backend(database)
    yield backend
    backend.end(signal.SIGTERM)


@pytest.mark.slow
async def test_killed_and_back_again_the_key_still_gives_its_order(backend: Backend) -> None:
    who = world.subject("L0")
    async with connect(CompanyAddress(backend_url=backend.url, backend_token=world.TOKEN)) as company:
        first = await company.orders.report_fault(who, FAULT, "key-1")
        backend.end(signal.SIGKILL)
        with pytest.raises(Unavailable):
            await company.orders.report_fault(who, FAULT, "key-2")
        backend.start()
        assert await company.orders.report_fault(who, FAULT, "key-1") == first
        assert len(await company.orders.open_orders(who)) == 1
    assert world.TOKEN not in backend.log.read_text()


@pytest.mark.slow
async def test_asked_to_stop_it_finishes_cleanly(backend: Backend) -> None:
    backend.end(signal.SIGTERM)
    assert backend.process.returncode in (0, -signal.SIGTERM)
    assert "Traceback" not in backend.log.read_text()
