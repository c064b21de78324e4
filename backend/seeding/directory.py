"""Halls as the region lists them, and notices around the moment of seeding."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.region import Region
from backend.seeding.loading import Loader
from backend.seeding.metering import stamp
from backend.tables import HallRow, NoticeRow


def load(loader: Loader, region: Region, plan: Mapping[str, Any], moment: datetime) -> None:
    """Load the halls of the region and the notices of the plan."""
    loader.insert(HallRow, (_hall(each) for each in region.halls))
    loader.insert(NoticeRow, (_notice(each, moment) for each in plan["notices"]))


def _hall(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    told = (entry[key] for key in ("name", "county", "address", "hours", "phone"))
    return *told, json.dumps(entry["services"]), entry["verified"]


def _notice(entry: Mapping[str, Any], moment: datetime) -> tuple[Any, ...]:
    span = (stamp((moment + timedelta(days=entry[key])).astimezone(UTC)) for key in ("from_day", "until_day"))
    return entry["id"], entry["kind"], entry.get("county"), entry["text"], *span
