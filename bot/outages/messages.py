"""Events of meters and devices as a head-end sends them (docs/protocols.md): parsed, filtered, made ready for the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from bot.outages.store import HeardEvent

AHEAD = 300.0  # seconds a clock may be ahead
_TYPES = {"3.26.9.185": "power_down", "3.26.0.216": "power_up"}  # IEC 61968-9
_NAMES = {
    "power_down": ("last_gasp", ""),
    "power_up": ("power_on", ""),
    "breaker_open": ("breaker", "open"),
    "breaker_closed": ("breaker", "closed"),
    "closed": ("closed", ""),  # by a crew or the control room
}
Refused = Literal["malformed", "unknown", "early", "future"]


class DeviceEvent(BaseModel):
    """`asset` is meter:<number> or device:<id>; a name that tells nothing of power is passed over."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=1, max_length=100)
    source: str = Field(min_length=1, max_length=80)
    asset: str = Field(pattern=r"^(meter|device):.+$", max_length=120)
    type: str | None = None
    name: str | None = None
    at: AwareDatetime
    value: bool | float | str | None = None


def parse(
    told: Mapping[str, Any], seen_at: float, installed: Mapping[str, datetime | None]
) -> HeardEvent | Refused | None:
    """The event; None for one that tells nothing of power; why it is refused otherwise. `installed`: the devices known
    and since when."""
    try:
        event = DeviceEvent.model_validate(told)
    except ValidationError:
        return "malformed"
    name = event.name or _TYPES.get(event.type or "")
    subject, at = event.asset.partition(":")[2], event.at.timestamp()
    if name == "ping_reply":
        kind, value = "ping", "on" if _is_on(event.value) else "off"
    elif name in _NAMES:
        kind, value = _NAMES[name]
    else:
        return None
    if subject not in installed:
        return "unknown"
    since = installed[subject]
    if since is not None and event.at < since:
        return "early"
    if at > seen_at + AHEAD:
        return "future"
    return HeardEvent(f"{event.source}:{event.id}", at, seen_at, kind, subject, value)


def _is_on(value: object) -> bool:
    return value is True or value in (1, "1", "on", "true")
