"""Fill the database with a made-up Bayannur; what was there is replaced.

    python -m backend.seed --size 2000

The same size, seed and moment give the same data. Everything is relative to the moment (default: now), so the data are
as fresh as their seeding.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from random import Random
from typing import Any

from backend import clocks, region
from backend.seeding import directory, events, grid, households, network, prepayment
from backend.seeding.loading import Loader
from backend.seeding.metering import Metering
from backend.settings import Database
from backend.storage import Store
from backend.tables import (
    AccountRow,
    BillRow,
    CounterRow,
    CustomerRow,
    DailyUsageRow,
    DeviceRow,
    MeterRow,
    PaymentRow,
)

DEFAULT_SIZE = 2000
BATCH = 2000
SEEDED = "seeded"


def seed(store: Store, region_name: str, size: int, moment: datetime, number: int = 1) -> None:
    """Replace everything by `size` households, the fixed demonstration accounts coming on top."""
    store.migrate("base")
    store.migrate()
    loader = Loader(store)
    try:
        _fill(loader, region_name, size, moment.astimezone(clocks.CHINA), Random(number))
    finally:
        loader.close()


def is_seeded(store: Store) -> bool:
    """Whether a seeding has been completed."""
    with store.reading() as session:
        return session.get(CounterRow, SEEDED) is not None


def _fill(loader: Loader, region_name: str, size: int, moment: datetime, rng: Random) -> None:
    here, plan = region.load(region_name), region.read(region_name, "seed")
    spots = grid.build(loader, plan, here.counties, size, rng)
    chosen = events.choose_spots(plan, spots, rng)
    active = {entry["id"] for entry in plan["outages"] if entry["status"] == "active"}
    dark = {line for key, spot in chosen.items() if key in active for line in spot.transformers}
    people = itertools.chain(households.fixed(plan, spots, rng), households.random(plan, spots, dark, rng))
    metering = Metering(here, plan, moment.date(), rng)
    payments, purchases = itertools.count(1), itertools.count(1)
    meters: defaultdict[str, list[str]] = defaultdict(list)
    for batch in _batches(people):
        _load(loader, batch, metering, payments)
        for each in batch:
            meters[each.transformer].append(each.meter_no)
        prepayment.load(loader, plan, batch, moment, purchases)
        loader.commit()
    loader.insert(DeviceRow, network.devices(plan, spots, meters, rng))
    events.load(loader, plan, chosen, moment)
    directory.load(loader, here, plan, moment)
    loader.insert(CounterRow, [(SEEDED, int(f"{moment:%Y%m%d}"))])


def _load(
    loader: Loader, batch: list[households.Customer], metering: Metering, numbers: Iterator[int]
) -> None:
    rows = [each.rows() for each in batch]
    loader.insert(CustomerRow, (customer for customer, _, _ in rows if customer))
    loader.insert(AccountRow, (account for _, account, _ in rows))
    loader.insert(MeterRow, (meter for _, _, meter in rows))
    readings = [metering.readings(each.home) for each in batch]
    loader.insert(BillRow, (bill for each in readings for bill in each.bills))
    loader.insert(PaymentRow, ((next(numbers), *paid) for each in readings for paid in each.payments))
    loader.insert(DailyUsageRow, (day for each in readings for day in each.days))


def _batches(people: Iterable[households.Customer]) -> Iterator[list[Any]]:
    people = iter(people)
    while batch := list(itertools.islice(people, BATCH)):
        yield batch


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="backend.seed", description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=DEFAULT_SIZE, help="households (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="number of the random sequence")
    parser.add_argument(
        "--at", type=datetime.fromisoformat, help="the moment the data are for (default: now)"
    )
    parser.add_argument("--if-empty", action="store_true", help="do nothing when there are data already")
    args = parser.parse_args()
    settings = Database()
    store = Store(settings.backend_db)
    store.migrate()
    if args.if_empty and is_seeded(store):
        return 0
    started = time.perf_counter()
    seed(store, settings.region, args.size, args.at or clocks.now(), args.seed)
    print(f"seeded {args.size} households in {time.perf_counter() - started:.1f} s", file=sys.stderr)
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
