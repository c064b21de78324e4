"""The trained engine with the real action server, gateway and company behind it, for all conversations of a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.running import RunningSystem


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    folder: Path = tmp_path_factory.mktemp("dialogue")
    running = RunningSystem(folder, households=60)
    yield running
    running.stop()
