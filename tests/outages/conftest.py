from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend import clocks, seed
from backend.storage import Store
from bot.adapters.bulkhead import CompanyAddress
from bot.adapters.http import connect
from bot.outages.__main__ import WORDS, yaml
from bot.outages.store import EventLog
from bot.outages.watch import OutageWatch, Taken
from bot.ports.company import Company
from tests.backend import world

HOUSEHOLDS = 1200  # some ten at a transformer


@dataclass
class Clock:
    """A time that goes on when it is told to; from now, because the company has its own."""

    now: float = field(default_factory=lambda: datetime.now(UTC).timestamp())

    def __call__(self) -> float:
        return self.now


@dataclass
class Town:
    """The made-up Bayannur with a watch over its network."""

    company: Company
    watch: OutageWatch
    clock: Clock
    folder: Path
    store: Store
    serial: int = 0

    def meters(self, transformer: str) -> list[str]:
        tree = self.watch.tree
        node = tree.index[transformer]
        return [tree.ids[meter] for meter in tree.meters[tree.meters_below(node)]]

    def event(self, name: str, asset: str, ago: float = 10.0, **more: Any) -> dict[str, Any]:
        self.serial += 1
        at = datetime.fromtimestamp(self.clock.now - ago, UTC).isoformat()
        return {"id": f"e{self.serial}", "source": "hes-1", "asset": asset, "name": name, "at": at, **more}

    async def hear(self, name: str, *meters: str, ago: float = 10.0, **more: Any) -> Taken:
        return await self.watch.hear([self.event(name, f"meter:{each}", ago, **more) for each in meters])

    async def minute(self, dark: set[str] | None = None) -> None:
        """A minute goes by; meters that are asked answer by what is dark."""
        self.clock.now += 60
        await self.watch.look()
        if dark is not None and self.watch.asked:
            events = [
                self.event("ping_reply", f"meter:{each}", 0, value=each not in dark)
                for each in self.watch.asked
            ]
            await self.watch.hear(events)

    def another_watch(self) -> OutageWatch:
        """The same process after a restart."""
        events = EventLog(f"sqlite:///{self.folder / 'outages.db'}")
        events.open()
        return OutageWatch(events, self.company, words(), self.clock)


def words() -> dict[str, str]:
    return dict(yaml.safe_load(WORDS.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def bayannur(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("outages") / "template.db"
    store = Store(f"sqlite:///{path}")
    seed.seed(store, "bayannur", HOUSEHOLDS, clocks.now())
    store.close()
    return path


@pytest.fixture
async def town(bayannur: Path, tmp_path: Path) -> AsyncIterator[Town]:
    store = Store(f"sqlite:///{shutil.copy(bayannur, tmp_path / 'backend.db')}")
    transport = httpx.ASGITransport(world.application(store))
    async with connect(CompanyAddress(backend_token=world.TOKEN), transport) as company:
        events = EventLog(f"sqlite:///{tmp_path / 'outages.db'}")
        events.open()
        clock = Clock()
        watch = OutageWatch(events, company, words(), clock)
        await watch.open()
        yield Town(company, watch, clock, tmp_path, store)
        events.close()
    store.close()
