"""What to say before a crew is sent, in the order of the trade: known outage, arrears, an order already open,
neighbours, own breaker, remote reading (danger comes before all of them and never reaches this point)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

SILENT_SHARE = (
    0.2  # a fifth of a transformer's meters silent: more than one household (start value, to be tuned)
)

_URGENT = re.compile(
    r"医院|手术|透析|养殖|鸡舍|鱼塘|冷库"
    r"|(苗|庄稼|葵花|玉米|小麦|番茄|瓜|地里?).{0,6}(旱死|干死|旱得|快死|要死|冻死)|大棚|等着浇|正浇|孵化|育苗"
)


_OVERVOLTAGE = re.compile(r"零线|特别亮|刺眼|雪亮|(?<!\d)(2[6-9]\d|3\d\d)\s*伏")


def overvoltage(text: str) -> bool:
    """True when lights far too bright, or a voltage far too high, tell of a broken neutral."""
    return bool(_OVERVOLTAGE.search(text))


def urgent(text: str) -> bool:
    """True for overvoltage (a broken neutral) and what cannot wait: hospitals, barns, cold stores, crops that dry or freeze."""
    return overvoltage(text) or bool(_URGENT.search(text))


_IRRIGATES = re.compile(r"机?井|水泵|抽水|浇地|浇水|灌溉|农灌|排灌|滴灌|变台|秋浇|春灌|夏灌")


def irrigates(text: str) -> bool:
    """True when a well, a pump or its transformer is meant."""
    return bool(_IRRIGATES.search(text))


class Finding(str, Enum):
    """What the checks show; the first that applies."""

    KNOWN_OUTAGE = "known_outage"
    ARREARS = "arrears"
    REPORTED = "reported"
    NEIGHBOURS_OUT = "neighbours_out"
    BREAKER = "breaker"
    METER_ANSWERS = "meter_answers"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Signs:
    """What is known; None = not known. `breaker_off`: the customer's own breaker has tripped."""

    known_outage: bool = False
    cut_for_arrears: bool = False
    reported: bool = False  # an order for this is open
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
    if signs.reported:
        return Finding.REPORTED
    if signs.neighbours_lit is False or (signs.neighbours_silent or 0) >= SILENT_SHARE:
        return Finding.NEIGHBOURS_OUT
    if signs.breaker_off:
        return Finding.BREAKER
    if signs.meter_online:
        return Finding.METER_ANSWERS
    return Finding.NOTHING
