"""What is asked about the power itself: places, outages, and the supply of an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.ports.identity import Subject

SUSPECTED = "suspected"


@dataclass(frozen=True)
class Outage:
    """A planned or fault outage. `eta` is None when nobody has given one: then none may be said.

    kind: planned, temporary, fault, capacity, arrears, orderly. status: announced, active, restored, cancelled.
    eta_source: schedule, crew, estimate. certainty: suspected, confirmed; the two are never worded alike."""

    id: str
    kind: str
    cause: str
    area: str
    county: str
    status: str
    starts_at: datetime
    eta: datetime | None
    eta_source: str | None
    households: int
    progress: str
    crew: str | None
    next_update_at: datetime | None
    feeder: str
    transformers: tuple[str, ...]
    certainty: str = "confirmed"


@dataclass(frozen=True)
class Place:
    """A place of the supply area that an address text may mean."""

    county: str
    name: str
    transformers: tuple[str, ...]
    town: str = ""

    @property
    def title(self) -> str:
        """How it is told from others of its name."""
        return f"{self.county}{self.town}{self.name}"


@dataclass(frozen=True)
class Located:
    """What an address text means: exactly one place, several to choose from, or none."""

    places: tuple[Place, ...]

    @property
    def certain(self) -> bool:
        return len(self.places) == 1


@dataclass(frozen=True)
class SupplyState:
    """What the systems know about the power of one account, for the checks before a crew is sent.

    meter_online: remote reading answered, None = not asked or no answer. neighbours_silent: share of meters on
    the same transformer that do not answer, 0..1, None = unknown."""

    account_no: str
    cut_for_arrears: bool
    meter_online: bool | None
    neighbours_silent: float | None
    outages: tuple[Outage, ...]
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class NearbyReports:
    """How many other households on the same transformer reported a fault in the last minutes, and where."""

    reports: int
    within_minutes: int
    place: str


class Outages(Protocol):
    async def supply_state(self, who: Subject, account_no: str) -> SupplyState: ...
    async def reports_near(self, who: Subject, account_no: str) -> NearbyReports: ...
    async def locate(self, address: str) -> Located: ...
    async def in_area(
        self, county: str | None, place: str | None, first: date | None = None, last: date | None = None
    ) -> tuple[Outage, ...]:
        """Announced and active outages of a place, or of a county; between two days when given."""
        ...
