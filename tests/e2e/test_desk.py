"""People behind the bot on the whole system, in a real browser."""

import pytest

from tests.e2e.running import RunningSystem
from tests.e2e.test_browser import browse


@pytest.mark.e2e
async def test_agents_and_customers_meet_on_the_real_system(system: RunningSystem) -> None:
    password = system.layout.agents_password()
    await browse("desk.test.mjs", GRIDCARE_E2E_URL=system.url("gateway"), GRIDCARE_E2E_PASSWORD=password)
