"""What meters tell beyond the bill: peak and valley with what a time-of-use tariff would ask, and prepaid meters."""

from __future__ import annotations

from decimal import Decimal

from actions import _names
from actions._account import account_for
from actions._say import Changes, Say, button
from actions._telling import tell_clock, tell_known
from actions._turn import Turn
from actions._wiring import parts
from actions.billing import tell_tariff
from actions.information import Answer
from bot.core import answers, phrasing, simulation
from bot.ports.billing import TierStatus
from bot.ports.errors import NotFound
from bot.ports.identity import Level
from bot.ports.orders import ApplicationDraft
from bot.ports.services import Prepaid, TimeOfUse

PREPAID = "query_prepaid"


class QueryTimeOfUse(Answer):
    """The month's kWh by period, then what they would cost by period and what they cost flat."""

    topic = True

    async def act(self, turn: Turn, say: Say) -> Changes:
        account_no, company = account_for(turn, Level.L1), parts().company
        months = turn.months()
        month = months.low if months else None
        try:
            split = await company.services.time_of_use(turn.subject, account_no, month)
        except NotFound:
            if month is None:
                raise
            say("utter_query_bill_no_such_month", month=phrasing.month(month))
            return {"account_no": account_no, "month": None}
        used = (_names.word("period", name).format(kwh=phrasing.kwh(kwh)) for name, kwh in split.kwh.items())
        say("utter_query_time_of_use", month=phrasing.month(split.month), periods="、".join(used))
        if split.tariff and split.kwh.keys() <= split.prices.keys():
            tell_comparison(split, await company.billing.tier(turn.subject, account_no), say)
        return {"account_no": account_no, "month": None, "bill_month": split.month}


def tell_comparison(split: TimeOfUse, flat: TierStatus, say: Say) -> None:
    """Both prices of the same kWh, the cheaper one named, and where the prices come from."""
    total = sum(split.kwh.values(), Decimal(0))
    by_period = simulation.by_period(split.kwh, split.prices)
    as_now = simulation.cost_of_more(Decimal(0), total, flat.bounds, flat.prices)
    way = "same" if by_period == as_now else "dearer" if by_period > as_now else "cheaper"
    say(
        f"utter_compare_time_of_use_{way}", by_period=phrasing.yuan(by_period), as_now=phrasing.yuan(as_now),
        difference=phrasing.yuan(abs(by_period - as_now)),
    )  # fmt: skip
    if split.tariff:
        tell_tariff(split.tariff, say)


class QueryPrepaid(Answer):
    """How it is done, when that is asked; else the meter's money, its switch, and what became of the last purchase.
    What did not arrive is booked to be looked at, when that is wanted."""

    topic = True

    async def act(self, turn: Turn, say: Say) -> Changes:
        if turn.slots.get("prepaid_failed") and turn.slots.get("opening") == PREPAID:
            return await self._book(turn, say)
        how = answers.asks_how(turn.text) and not turn.slots.get("goal")
        if how and (found := self.found(turn, PREPAID)):
            tell_known(found, turn, say, button("my_meter", "/query_prepaid"))
            return {}
        account_no = account_for(turn, Level.L1)
        meter = await parts().company.services.prepaid(turn.subject, account_no)
        if not meter.prepaid:
            say("utter_query_prepaid_none")
            return {"account_no": account_no}
        return {"account_no": account_no, **tell_meter(meter, turn, say)}

    async def _book(self, turn: Turn, say: Say) -> Changes:
        account_no = account_for(turn, Level.L1)
        draft = ApplicationDraft(
            PREPAID, "", "", account_no=account_no, details={"purchase": str(turn.slots["prepaid_failed"])},
            channel=turn.channel, conversation=turn.conversation,
        )  # fmt: skip
        order = (await parts().company.orders.apply(turn.subject, draft, turn.key("prepaid"))).order
        say("utter_query_prepaid_booked", order_no=order.order_no)
        tell_clock(order, turn, say)
        return {"order_no": order.order_no, "prepaid_failed": None}


def tell_meter(meter: Prepaid, turn: Turn, say: Say) -> Changes:
    """Money, switch, last purchase; returns what is offered to be booked."""
    balance, read_at = meter.meter_balance or Decimal(0), meter.read_at or turn.now
    say("utter_query_prepaid", balance=phrasing.yuan(balance), read_at=phrasing.moment(read_at, turn.now))
    if meter.switch_open:
        say("utter_query_prepaid_switch")
    elif balance < meter.warn_below and meter.emergency:
        say("utter_query_prepaid_low", emergency=phrasing.yuan(meter.emergency))
    newest = next(iter(meter.purchases), None)
    if newest is None:
        return {}
    say(
        f"utter_query_prepaid_{newest.state}", amount=phrasing.yuan(newest.amount), channel=newest.channel,
        bought=phrasing.moment(newest.bought_at, turn.now),
    )  # fmt: skip
    failed = newest.state == "failed"
    return {"prepaid_failed": newest.bought_at.isoformat(), "offered": PREPAID} if failed else {}
