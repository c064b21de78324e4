from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend import region
from backend.storage import Store
from tests.backend import world


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A seeded database that no test writes to."""
    path = tmp_path_factory.mktemp("backend") / "template.db"
    world.make(path)
    return path


@pytest.fixture
def database(seeded: Path, tmp_path: Path) -> Path:
    """A fresh copy of it."""
    return Path(shutil.copy(seeded, tmp_path / "backend.db"))


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{database}")
    yield store
    store.close()


@pytest.fixture
def client(store: Store) -> Iterator[world.Client]:
    """The real application; every request carries the service token."""
    with world.running(store) as client:
        yield client


@pytest.fixture(scope="session")
def here() -> region.Region:
    return region.load("bayannur")
