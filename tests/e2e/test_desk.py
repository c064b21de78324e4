"""People behind the bot on the whole system, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.running import RunningSystem
from tests.e2e.test_browser import browse


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """A system of its own: customers of other tests, who still wait for a person, would fill the seats."""
    folder: Path = tmp_path_factory.mktemp("office")
    running = RunningSystem(folder)
    yield running
    running.stop()


@pytest.mark.e2e
async def test_agents_and_customers_meet_on_the_real_system(office: RunningSystem) -> None:
    password = office.layout.agents_password()
    await browse("desk.test.mjs", GRIDCARE_E2E_URL=office.url("gateway"), GRIDCARE_E2E_PASSWORD=password)
