from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.running import RunningSystem


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """One whole system for all end-to-end tests of a run."""
    folder: Path = tmp_path_factory.mktemp("system")
    running = RunningSystem(folder)
    yield running
    running.stop()
