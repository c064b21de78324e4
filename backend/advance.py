"""Move open orders one state on, as the company's people would: for demonstrations and tests.

python -m backend.advance [ORDER_NO …]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from sqlalchemy import select

from backend import orders, region
from backend.settings import Database
from backend.storage import Store
from backend.tables import WorkOrderRow


def advance(store: Store, here: region.Region, numbers: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Move the given orders, or all open ones; returns each order's number and new state."""
    with store.writing() as session:
        query = select(WorkOrderRow).where(WorkOrderRow.open).order_by(WorkOrderRow.order_no)
        moved = session.scalars(query.where(WorkOrderRow.order_no.in_(numbers)) if numbers else query).all()
        for order in moved:
            orders.move(order, here, orders.next_state(order, here) or "archived")
        return [(order.order_no, order.state) for order in moved]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="backend.advance", description=__doc__.splitlines()[0])
    parser.add_argument("orders", nargs="*", metavar="ORDER_NO", help="default: all open orders")
    args = parser.parse_args()
    settings = Database()
    store = Store(settings.backend_db)
    for number, state in advance(store, region.load(settings.region), args.orders):
        print(number, state)
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
