"""Customers with their accounts and meters: the fixed demonstration accounts first, then as many as asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from backend.seeding.grid import Spot
from backend.seeding.loading import Row
from backend.seeding.metering import Home

FIRST_RANDOM_ACCOUNT = 1000
PREPAID = 0.4


@dataclass
class Customer:
    """One account with everything that belongs to it."""

    home: Home
    account_no: str
    name: str
    phone: str
    spot: Spot
    transformer: str
    address: str
    prepaid: bool
    credit: Decimal
    cut_off: bool = False
    online: bool | None = True
    flags: Sequence[str] = field(default_factory=list)
    same_as: int | None = None  # the customer who has this account too
    newest_purchase: str = "delivered"

    @property
    def meter_no(self) -> str:
        return f"1500{self.home.id:08d}"

    def rows(self) -> tuple[Row | None, Row, Row]:
        """Customer, account and meter."""
        number, owner = self.home.id, self.same_as or self.home.id
        customer = None if self.same_as else (number, self.name, self.phone)
        address = f"{self.spot.county.name}{self.spot.town}{self.spot.name}{self.address}"
        account = (
            number, self.account_no, owner, self.spot.id, address, self.home.price_class, self.prepaid,
            int(self.credit * 100), self.cut_off, json.dumps(list(self.flags)),
        )  # fmt: skip
        meter = (number, self.meter_no, number, self.transformer, self.home.multiplier, self.online)
        return customer, account, meter


def fixed(plan: Mapping[str, Any], spots: list[Spot], rng: Random) -> Iterator[Customer]:
    """The accounts of docs/demo-data.md."""
    owners: dict[str, int] = {}
    for number, entry in enumerate(plan["accounts"], 1):
        spot = next(each for each in spots if (each.town, each.name) == (entry["town"], entry["place"]))
        home = _home(plan, entry["profile"], number, rng)
        home.kwh, home.unpaid = entry.get("kwh", ()), entry.get("unpaid", 0)
        home.late, home.gaps = entry.get("late", False), entry.get("gaps", False)
        home.estimated = entry.get("estimated", False)
        home.back_billing = Decimal(entry["back_billing"]) if "back_billing" in entry else None
        yield Customer(
            home, entry["account_no"], entry["name"], entry["phone"], spot, spot.transformers[0], entry["address"],
            prepaid=entry.get("prepaid", False), credit=Decimal(entry.get("credit", "0")),
            cut_off=entry.get("cut_off", False), online=entry.get("online", True),
            flags=entry.get("flags", plan["profiles"][entry["profile"]].get("flags", ())),
            same_as=owners.get(entry["phone"]), newest_purchase=entry.get("newest_purchase", "delivered"),
        )  # fmt: skip
        owners.setdefault(entry["phone"], number)


def random(plan: Mapping[str, Any], spots: list[Spot], dark: set[str], rng: Random) -> Iterator[Customer]:
    """All other households, place by place; meters of `dark` transformers do not answer."""
    number = len(plan["accounts"])
    for spot in spots:
        shares = {key: profile["share"][spot.area] for key, profile in plan["profiles"].items()}
        kinds = rng.choices(list(shares), list(shares.values()), k=spot.households)
        for index, kind in enumerate(kinds):
            number += 1
            yield _stranger(plan, kind, number, spot, index, dark, rng)


def _stranger(
    plan: Mapping[str, Any], kind: str, number: int, spot: Spot, index: int, dark: set[str], rng: Random
) -> Customer:
    profile = plan["profiles"][kind]
    home = _home(plan, kind, number, rng)
    arrears = rng.random() < 0.02
    home.unpaid = rng.randrange(1, 4) if arrears else 0
    transformer = spot.transformers[index * len(spot.transformers) // max(1, spot.households)]
    return Customer(
        home=home,
        account_no=f"01{FIRST_RANDOM_ACCOUNT + number:011d}",
        name=_name(plan, profile["holder"], rng),
        phone=f"138{FIRST_RANDOM_ACCOUNT + number:08d}",
        spot=spot,
        transformer=transformer,
        address=_address(spot, profile, index),
        prepaid=profile["price_class"] == "residential" and not arrears and rng.random() < PREPAID,
        credit=Decimal(rng.randrange(0, 20000)) / 100 if not arrears else Decimal(0),
        cut_off=arrears and home.unpaid == 3 and rng.random() < 0.5,
        online=False if transformer in dark else rng.choices((True, False, None), (98, 1, 1))[0],
        flags=profile.get("flags", ()),
    )


def _home(plan: Mapping[str, Any], kind: str, number: int, rng: Random) -> Home:
    profile = plan["profiles"][kind]
    low, high = profile["kwh"]
    return Home(
        id=number,
        price_class=profile["price_class"],
        base=rng.randrange(low, high),
        season=profile["season"],
        multiplier=profile.get("multiplier", 1),
        gaps=False,
    )


def _name(plan: Mapping[str, Any], holder: str, rng: Random) -> str:
    if holder == "person":
        return f"{rng.choice(plan['surnames'])}{rng.choice(plan['given'])}"
    return str(rng.choice(plan["firms" if holder == "firm" else "important"]))


def _address(spot: Spot, profile: Mapping[str, Any], index: int) -> str:
    """As people say it: 5号楼2单元301 in town, 3组12号 in a village, 2号机井 in the fields."""
    if "address" in profile:
        return f"{index + 1}号{profile['address']}"
    if spot.area == "urban":
        return f"{index // 24 + 1}号楼{index // 12 % 2 + 1}单元{index // 2 % 6 + 1}0{index % 2 + 1}"
    return f"{index // 20 + 1}组{index % 20 + 1}号"
