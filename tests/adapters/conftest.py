from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.backend import world


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A seeded database that no test writes to."""
    path = tmp_path_factory.mktemp("company") / "template.db"
    world.make(path)
    return path


@pytest.fixture
def database(seeded: Path, tmp_path: Path) -> Path:
    """A fresh copy of it."""
    return Path(shutil.copy(seeded, tmp_path / "backend.db"))
