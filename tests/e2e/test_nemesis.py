"""Gateway, engine and backend are killed at random under 25 customers: what was acknowledged is done, once, in order."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e import nemesis
from tests.e2e.running import RunningSystem

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(420)]

CUSTOMERS = 25
SECONDS = 60


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[RunningSystem]:
    """A system nobody else uses."""
    running = await asyncio.to_thread(RunningSystem, tmp_path)
    yield running
    await asyncio.to_thread(running.stop)


async def test_nothing_acknowledged_is_lost_doubled_or_disordered(alone: RunningSystem) -> None:
    gateway_db, backend_db = (alone.layout.run_dir / f"{name}.db" for name in ("gateway", "backend"))
    token = alone.secret("GRIDCARE_APP_TOKEN")
    customers = nemesis.clients(alone.url("gateway"), token, CUSTOMERS, pause=(0.5, 4.0))
    # An engine needs longer to come back than the pause between kills: it is chosen less often.
    victims = [alone.system[name] for name in ("gateway", "backend", "gateway", "backend", "engine")]
    ledger = await nemesis.rampage(customers, victims, SECONDS, pause=(2.0, 5.0))
    await nemesis.settled(gateway_db, seconds=150)
    report = nemesis.check(gateway_db, ledger, nemesis.danger_orders(backend_db))
    print(report)
    assert report.clean, f"{report}\n{report.lost + report.unanswered + report.duplicated + report.orders}"
    assert {"gateway", "backend", "engine"} <= set(ledger.killed)
