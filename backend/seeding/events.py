"""Outages around the moment of seeding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from backend.seeding.grid import Spot
from backend.seeding.loading import Loader
from backend.seeding.metering import stamp
from backend.tables import OutageRow, OutageTransformerRow

NOTICE_DAYS = 7


def choose_spots(plan: Mapping[str, Any], spots: list[Spot], rng: Random) -> dict[str, Spot]:
    """Where each outage of the plan is: at a demonstration account, or at a free place of a county."""
    homes = {each["account_no"]: (each["town"], each["place"]) for each in plan["accounts"]}
    free = [each for each in spots if (each.town, each.name) not in homes.values()]
    chosen = {}
    for entry in plan["outages"]:
        if "account" in entry:
            chosen[entry["id"]] = next(s for s in spots if (s.town, s.name) == homes[entry["account"]])
        else:
            chosen[entry["id"]] = rng.choice([each for each in free if each.county.name == entry["county"]])
    return chosen


def load(loader: Loader, plan: Mapping[str, Any], chosen: Mapping[str, Spot], moment: datetime) -> None:
    """Load the outages of the plan relative to `moment`."""
    rows = [_row(entry, chosen[entry["id"]], plan, moment) for entry in plan["outages"]]
    loader.insert(OutageRow, rows)
    hits = ((key, line) for key, spot in chosen.items() for line in spot.transformers)
    loader.insert(OutageTransformerRow, hits)


def _row(entry: Mapping[str, Any], spot: Spot, plan: Mapping[str, Any], moment: datetime) -> tuple[Any, ...]:
    starts, eta = _times(entry, moment)
    update = moment + timedelta(hours=entry["update_hours"]) if "update_hours" in entry else None
    announced = starts - timedelta(days=NOTICE_DAYS if entry["kind"] == "planned" else 0)
    crew = (
        plan["crews"]["repair"][0].format(county=spot.county.short[0])
        if entry["status"] == "active"
        else None
    )
    return (
        entry["id"], entry["kind"], entry["cause"], f"{spot.town}{spot.name}", spot.county.name, entry["status"],
        _utc(announced), _utc(starts), _utc(eta), entry.get("eta_source"), spot.households, entry["progress"],
        crew, _utc(update), spot.feeder, "confirmed", None,
    )  # fmt: skip


def _times(entry: Mapping[str, Any], moment: datetime) -> tuple[datetime, datetime | None]:
    if "from_day" in entry:
        day = (moment + timedelta(days=entry["from_day"])).replace(minute=0, second=0, microsecond=0)
        return day.replace(hour=entry["from_hour"]), day.replace(hour=entry["eta_hour"])
    eta = moment + timedelta(hours=entry["eta_hours"]) if "eta_hours" in entry else None
    return moment + timedelta(hours=entry["from_hours"]), eta


def _utc(moment: datetime | None) -> str | None:
    return stamp(moment.astimezone(UTC)) if moment else None
