"""What to say before a crew is sent, in the order of the trade: known outage, arrears, neighbours, own breaker,
remote reading (danger comes before all of them and never reaches this point)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

SILENT_SHARE = (
    0.2  # a fifth of a transformer's meters silent: more than one household (start value, to be tuned)
)


class Finding(str, Enum):
    """What the checks show; the first that applies."""

    KNOWN_OUTAGE = "known_outage"
    ARREARS = "arrears"
    NEIGHBOURS_OUT = "neighbours_out"
    BREAKER = "breaker"
    METER_ANSWERS = "meter_answers"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Signs:
    """What is known; None = not known. `breaker_off`: the customer's own breaker has tripped."""

    known_outage: bool = False
    cut_for_arrears: bool = False
    neighbours_silent: float | None = None
    neighbours_lit: bool | None = None
    breaker_off: bool | None = None
    meter_online: bool | None = None


def check(signs: Signs) -> Finding:
    """The first finding in the order of the trade."""
    if signs.known_outage:
        return Finding.KNOWN_OUTAGE
    if signs.cut_for_arrears:
        return Finding.ARREARS
    if signs.neighbours_lit is False or (signs.neighbours_silent or 0) >= SILENT_SHARE:
        return Finding.NEIGHBOURS_OUT
    if signs.breaker_off:
        return Finding.BREAKER
    if signs.meter_online and signs.neighbours_lit is not False:
        return Finding.METER_ANSWERS
    return Finding.NOTHING
