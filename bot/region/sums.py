"""Sums of the trade over facts and the region's figures, for answers to a case: `{sum.cost}` in an entry.

Each names the facts it needs; each gives an amount in yuan, kWh or tenths, and the entry of data/region it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bot.core.numbers import plain
from bot.core.simulation import CENT, cost_of_more
from bot.region.facts import Facts

TARIFFS = {
    "residential": "residential",
    "shared": "residential_flat",
    "agricultural": "agricultural",
    "commercial": "commercial",
    "industrial": "commercial",
}
MONTHS = 12

Read = Callable[[str, str], Mapping[str, Any]]
"""(file, section) of the region → its entries."""


@dataclass(frozen=True)
class Result:
    """The amount as text, and which entry of which file of the region it comes from."""

    text: str
    file: str
    entry: Mapping[str, Any]


@dataclass(frozen=True)
class Sum:
    needs: tuple[str, ...]
    work: Callable[[Facts, Read], Result]


def cost(price_class: str, kwh: Decimal, read: Read) -> Result:
    """What so many kWh of one month cost under that tariff."""
    tariff = read("tariffs", "tariffs")[price_class]
    bounds, prices = (tuple(map(Decimal, tariff[key])) for key in ("bounds", "prices"))
    return Result(str(cost_of_more(Decimal(0), kwh, bounds, prices)), "tariffs", tariff)


def _cost(facts: Facts, read: Read) -> Result:
    return cost(TARIFFS[str(facts["class"])], Decimal(facts["kwh"]), read)


def _surcharge(facts: Facts, read: Read) -> Result:
    """What the dearer tiers add to a month of a home."""
    kwh, tariff = Decimal(facts["kwh"]), read("tariffs", "tariffs")["residential"]
    tiered = Decimal(cost("residential", kwh, read).text)
    return Result(
        str((tiered - kwh * Decimal(tariff["prices"][0])).quantize(CENT, ROUND_HALF_UP)), "tariffs", tariff
    )


def _penalty(facts: Facts, read: Read) -> Result:
    """Late payment within the calendar year: amount × daily rate × days, never less than the minimum."""
    holder = "residential" if facts["class"] in {"residential", "shared"} else "other"
    rule = read("tariffs", "penalty")[holder]
    amount = Decimal(facts["money"]) * Decimal(rule["this_year"]) * Decimal(facts["days"])
    return Result(str(max(amount.quantize(CENT, ROUND_HALF_UP), Decimal(rule["minimum"]))), "tariffs", rule)


def _share(facts: Facts, read: Read) -> Decimal:
    """What is left of an appliance's price: all of it at first, then less by its years, never below the least."""
    lives, price = (read("rules", "rules")[name] for name in ("appliance_life", "appliance_price"))
    age, life = Decimal(facts["age"]), Decimal(lives[str(facts["device"])]) * MONTHS
    if age <= Decimal(price["full_months"]):
        return Decimal(1)
    return max(1 - age / life, Decimal(price["least"]))


def _tenths(facts: Facts, read: Read) -> Result:
    tenths = (_share(facts, read) * 10).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Result(plain(tenths), "rules", read("rules", "rules")["appliance_life"])


def _compensation(facts: Facts, read: Read) -> Result:
    amount = (Decimal(facts["money"]) * _share(facts, read)).quantize(Decimal(1), ROUND_HALF_UP)
    return Result(plain(amount), "rules", read("rules", "rules")["appliance_life"])


def _energy(facts: Facts, read: Read) -> Result:
    kwh = Decimal(facts["watts"]) * Decimal(facts["hours"]) / 1000
    return Result(
        plain(kwh.quantize(CENT, ROUND_HALF_UP)), "tariffs", read("tariffs", "tariffs")["residential"]
    )


def _energy_cost(facts: Facts, read: Read) -> Result:
    """At the first tier: what a home pays as long as it stays within it."""
    return cost("residential", Decimal(_energy(facts, read).text), read)


SUMS = {
    "cost": Sum(("class", "kwh"), _cost),
    "surcharge": Sum(("kwh",), _surcharge),
    "penalty": Sum(("class", "money", "days"), _penalty),
    "tenths": Sum(("device", "age"), _tenths),
    "compensation": Sum(("device", "age", "money"), _compensation),
    "energy": Sum(("watts", "hours"), _energy),
    "energy_cost": Sum(("watts", "hours"), _energy_cost),
}
