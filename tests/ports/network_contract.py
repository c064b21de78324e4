"""What every adapter of the network port must do; part of tests/ports/contract.py."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.ports.company import Company
from bot.ports.network import OutageFinding
from bot.ports.orders import FaultReport
from tests.ports.services_contract import HOME

REPORT = FaultReport("household", "家里没电了", account_no=HOME)


async def transformer_of(company: Company, meter: str) -> str:
    rows = {each.id: each for each in await company.network.devices()}
    at = rows[meter]
    while at.kind != "transformer":
        assert at.parent
        at = rows[at.parent]
    return at.id


async def heard(company: Company, who: Any, key: str = "k-net") -> tuple[str, str]:
    """The meter and the order of one report of HOME."""
    receipt = await company.orders.report_fault(who("L1", HOME, conversation="c-net"), REPORT, key)
    (report,) = (each for each in await company.network.reports(0) if each.order_no == receipt.order.order_no)
    (meter,) = report.places
    return meter, receipt.order.order_no


def finding(transformer: str, *orders: str, stage: str = "suspected", crew: bool = False) -> OutageFinding:
    since = datetime.now(UTC) - timedelta(minutes=5)
    return OutageFinding("G1", transformer, stage, since, 40, (transformer,), crew, orders)


class NetworkContract:
    async def test_every_device_hangs_below_another_up_to_a_root(self, company: Company) -> None:
        rows = await company.network.devices()
        ids = {each.id for each in rows}
        assert all(each.parent is None or each.parent in ids for each in rows)
        assert {"feeder", "transformer", "meter"} <= {each.kind for each in rows}

    async def test_a_fault_report_is_heard_once_with_its_meter(self, company: Company, who: Any) -> None:
        meter, order_no = await heard(company, who)
        kinds = {each.id: each.kind for each in await company.network.devices()}
        assert kinds[meter] == "meter"
        last = max(each.number for each in await company.network.reports(0))
        assert await company.network.reports(last) == ()
        assert order_no in {each.order_no for each in await company.network.reports(last - 1)}

    async def test_a_suspected_outage_is_told_as_one_and_takes_no_report(
        self, company: Company, who: Any
    ) -> None:
        meter, order_no = await heard(company, who)
        await company.network.publish(finding(await transformer_of(company, meter), order_no), "k-f1")
        state = await company.outages.supply_state(who("L1", HOME), HOME)
        assert [(each.id, each.status, each.certainty) for each in state.outages] == [
            ("G1", "active", "suspected")
        ]
        order = await company.orders.order(who("L1", HOME, conversation="c-net"), order_no)
        assert order.outage_id is None and order.due_at is not None

    async def test_a_sure_one_has_one_crew_and_all_its_reports(self, company: Company, who: Any) -> None:
        meter, order_no = await heard(company, who)
        transformer = await transformer_of(company, meter)
        await company.network.publish(finding(transformer, order_no, stage="confirmed", crew=True), "k-f1")
        order = await company.orders.order(who("L1", HOME, conversation="c-net"), order_no)
        (outage,) = (await company.outages.supply_state(who("L1", HOME), HOME)).outages
        assert (order.outage_id, order.due_at) == ("G1", None)
        assert outage.crew and outage.certainty == "confirmed"

    async def test_a_verified_one_is_over(self, company: Company, who: Any) -> None:
        meter, order_no = await heard(company, who)
        transformer = await transformer_of(company, meter)
        for key, stage in (("k-f1", "confirmed"), ("k-f2", "verified")):
            await company.network.publish(finding(transformer, order_no, stage=stage, crew=True), key)
        state = await company.outages.supply_state(who("L1", HOME), HOME)
        assert not any(each.status == "active" for each in state.outages)
