"""What everybody may know: halls and public notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Hall:
    name: str
    county: str
    address: str
    hours: str
    phone: str
    services: tuple[str, ...]
    verified: bool


@dataclass(frozen=True)
class Notice:
    """A public notice. kind: hall, supply, payment. A county of None means everywhere."""

    id: str
    kind: str
    county: str | None
    text: str
    valid_from: datetime
    valid_until: datetime


class Directory(Protocol):
    async def halls(self, county: str | None = None) -> tuple[Hall, ...]: ...
    async def notices(self, county: str | None = None) -> tuple[Notice, ...]:
        """Notices valid now: those of the county and those for everywhere; all without a county."""
        ...
