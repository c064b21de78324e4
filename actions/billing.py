"""Balance, bills, arrears, use, tiers and why a bill changed. Numbers come from the company, words from
data/dialogue."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from actions import _names
from actions._account import account_for
from actions._base import CompanyAction
from actions._before import SUM, Instead
from actions._say import Changes, Say, button
from actions._telling import usual
from actions._turn import Turn
from actions._wiring import parts
from actions.figures import MONTHS_KEPT, billed_use, month_just_told, month_meant, tell_parts, told
from bot.core import bill_explanation, phrasing, simulation, values
from bot.core.ranges import Range
from bot.core.talk import sums
from bot.ports.billing import Bill, Payment, TariffRef
from bot.ports.errors import NotFound
from bot.ports.identity import Level

DAYS_SHOWN = 30
PAYMENT_DAYS = 365
MORE_KWH = 100
PAYMENTS_TOLD = 3


class QueryBalance(CompanyAction):
    topic = True

    async def act(self, turn: Turn, say: Say) -> Changes:
        account_no = account_for(turn, Level.L1)
        balance = await parts().company.billing.balance(turn.subject, account_no)
        say(
            "utter_query_balance_prepaid" if balance.prepaid else "utter_query_balance",
            amount=phrasing.yuan(balance.amount), as_of=phrasing.moment(balance.as_of, turn.now),
        )  # fmt: skip
        if balance.penalty:
            say("utter_query_balance_penalty", penalty=phrasing.yuan(balance.penalty))
        say("utter_query_balance_note")
        return {"account_no": account_no}


class QueryBill(CompanyAction):
    topic = True

    async def act(self, turn: Turn, say: Say) -> Changes:
        account_no = account_for(turn, Level.L2)
        billing = parts().company.billing
        if sums.asked(turn.text) and turn.intent == "query_bill":
            raise Instead(SUM)
        leaning = month_meant(turn)
        months = Range(leaning, leaning) if leaning else turn.months()
        if months and months.low != months.high:
            bills = await billing.bills(turn.subject, account_no, MONTHS_KEPT)
            named = [each for each in bills if months.low <= each.month <= months.high]
            tell_bills(named, months, say)
            return {"account_no": account_no, "month": None, **told(turn, *(each.month for each in named))}
        try:
            bill = await billing.bill(turn.subject, account_no, months.low if months else None)
        except NotFound:
            if months is None:
                raise
            say("utter_query_bill_no_such_month", month=phrasing.month(months.low))
            return {"account_no": account_no, "month": None}
        history = await billing.bills(turn.subject, account_no, 12)
        say(
            "utter_query_bill", month=phrasing.month(bill.month), kwh=phrasing.kwh(bill.kwh),
            amount=phrasing.yuan(bill.amount), paid=_names.word("paid", "yes" if bill.paid else "no"),
            readings=_readings(bill),
        )  # fmt: skip
        if len(bill.lines) > 1:
            say("utter_query_bill_tiers", lines="，".join(_line(bill)))
        if bill.adjustments:
            tell_parts(bill, say)
        say.card("bill_history", history_card(account_no, history))
        return {"account_no": account_no, "month": None, "bill_month": bill.month, **told(turn, bill.month)}


def tell_bills(bills: list[Bill], months: Range, say: Say) -> None:
    """Each bill of several months and their sum."""
    if not bills:
        first, last = phrasing.month(months.low), phrasing.month(months.high)
        named = _names.word("month_bill", "from_to").format(first=first, last=last)
        say("utter_query_bill_no_such_month", month=named)
        return
    told = (
        _names.word("month_bill", "one").format(
            month=phrasing.month(b.month), kwh=phrasing.kwh(b.kwh), amount=phrasing.yuan(b.amount)
        )
        for b in bills
    )
    total = phrasing.yuan(sum((b.amount for b in bills), Decimal(0)))
    say("utter_query_bill_months", bills=phrasing.listing(told), total=total)


def _readings(bill: Bill) -> str:
    """From which reading to which, and by what they are multiplied."""
    kind = "plain" if bill.multiplier == 1 else "multiplied"
    return _names.word("readings", kind).format(
        opening=phrasing.kwh(bill.opening_reading), closing=phrasing.kwh(bill.closing_reading),
        multiplier=phrasing.kwh(bill.multiplier),
    )  # fmt: skip


def _line(bill: Bill) -> list[str]:
    return [f"{phrasing.kwh(line.kwh)}×{line.price}={phrasing.yuan(line.amount)}" for line in bill.lines]


def history_card(account_no: str, bills: tuple[Bill, ...]) -> dict[str, Any]:
    """The card of docs/protocols.md: at most twelve months, oldest first."""
    months = [
        {"month": b.month, "kwh": phrasing.kwh(b.kwh), "yuan": phrasing.yuan(b.amount)} for b in bills[-12:]
    ]
    return {"account": phrasing.masked(account_no), "months": months}


class QueryPaymentRecord(CompanyAction):
    """What was booked: in the month or on the day named, else lately; an amount named is looked for among it."""

    topic = True

    async def act(self, turn: Turn, say: Say) -> Changes:
        account_no = account_for(turn, Level.L2)
        today = turn.now.date()
        first, last = turn.days() or (today - timedelta(PAYMENT_DAYS), today)
        money = values.amounts(str(turn.mention("money")), turn.words("money"))
        booked = await parts().company.billing.payments(turn.subject, account_no, first, last)
        found = [each for each in booked if money is None or money[0] <= each.amount <= money[1]]
        if found:
            told = phrasing.listing(_payment(each, turn) for each in found[:PAYMENTS_TOLD])
            say("utter_query_payment_record", payments=told)
        else:
            say("utter_query_payment_record_none", first=phrasing.day(first), last=phrasing.day(last))
        return {"account_no": account_no}


def _payment(payment: Payment, turn: Turn) -> str:
    day = phrasing.day(payment.paid_at.astimezone(turn.now.tzinfo).date())
    return f"{day}{payment.channel}{phrasing.yuan(payment.amount)}"


class QueryArrears(CompanyAction):
    topic = True

    async def act(self, turn: Turn, say: Say) -> Changes:
        account_no = account_for(turn, Level.L2)
        arrears = await parts().company.billing.arrears(turn.subject, account_no)
        if not arrears.months:
            say("utter_query_arrears_none")
            return {"account_no": account_no}
        say(
            "utter_query_arrears", months=phrasing.listing(phrasing.month(m) for m in arrears.months),
            principal=phrasing.yuan(arrears.principal), penalty=phrasing.yuan(arrears.penalty),
            total=phrasing.yuan(arrears.principal + arrears.penalty),
            since=phrasing.day(arrears.due_since) if arrears.due_since else _names.word("since", "due"),
        )  # fmt: skip
        if arrears.cut_off:
            say("utter_query_arrears_cut_off", **usual("reconnection"))
        elif arrears.cut_after:
            say("utter_query_arrears_cut_after", day=phrasing.day(arrears.cut_after))
        return {"account_no": account_no}


class QueryUsage(CompanyAction):
    """Use of a day, a month or the last 30 days; days without a good reading are told, not counted."""

    topic = True

    async def act(self, turn: Turn, say: Say) -> Changes:
        account_no = account_for(turn, Level.L1)
        today = turn.now.date()
        month = month_meant(turn) or month_just_told(turn)
        first, last = (values.day_range(month, today) if month else turn.days()) or (
            today - timedelta(DAYS_SHOWN),
            today,
        )
        days = await parts().company.billing.usage(turn.subject, account_no, first, last)
        good = [d.kwh for d in days if d.kwh is not None]
        if not good and (billed := await billed_use(turn, account_no, first, last)):
            say(
                "utter_query_usage_billed", month=phrasing.month(billed.month), total=phrasing.kwh(billed.kwh)
            )
            return {"account_no": account_no, "month": None, **told(turn, billed.month)}
        if not good:
            say("utter_query_usage_none", first=phrasing.day(first), last=phrasing.day(last))
            return {"account_no": account_no, "month": None}
        total = sum(good, Decimal(0))
        name = "utter_query_usage_day" if first == last else "utter_query_usage"
        say(
            name, first=phrasing.day(first), last=phrasing.day(days[-1].day), total=phrasing.kwh(total),
            average=phrasing.kwh(total / len(good)), most=phrasing.kwh(max(good)),
        )  # fmt: skip
        if len(good) < len(days):
            say("utter_query_usage_gaps", count=len(days) - len(good))
        return {"account_no": account_no, "month": None}


class QueryTier(CompanyAction):
    topic = True

    async def act(self, turn: Turn, say: Say) -> Changes:
        account_no = account_for(turn, Level.L1)
        tier = await parts().company.billing.tier(turn.subject, account_no)
        told: dict[str, Any] = {
            "tier": tier.tier,
            "price": str(tier.price),
            "used": phrasing.kwh(tier.used_kwh),
        }
        if tier.left_kwh is None or tier.next_price is None:
            say("utter_query_tier_last", **told)
        else:
            left, following = phrasing.kwh(tier.left_kwh), str(tier.next_price)
            say("utter_query_tier", left=left, next_price=following, **told)
        more = Decimal(MORE_KWH)
        cost = simulation.cost_of_more(tier.used_kwh, more, tier.bounds, tier.prices)
        say("utter_query_tier_more", more=phrasing.kwh(more), cost=phrasing.yuan(cost))
        tell_tariff(tier.tariff, say)
        return {"account_no": account_no}


def compared(turn: Turn, bills: tuple[Bill, ...]) -> tuple[Bill, Bill] | None:
    """The two months meant: both when two are named (九月比七月), else the one meant and the one before it."""
    said = (values.month_range(str(m.value)) for m in turn.heard.mentions if m.name == "month")
    named = {end for months in said if months for end in (months.low, months.high)}
    both = [bill for bill in bills if bill.month in named]
    if len(both) == 2:
        return both[0], both[1]
    known = turn.months()
    month = max(named) if named else known.high if known else turn.slots.get("bill_month")
    index = next((i for i, b in enumerate(bills) if b.month == month), len(bills) - 1)
    return (bills[index - 1], bills[index]) if index >= 1 else None


def tell_tariff(tariff: TariffRef, say: Say) -> None:
    """Which version of the prices this was, and where it stands written."""
    told = "utter_tariff_source" if tariff.verified else "utter_tariff_unverified"
    say(told, source=tariff.source.partition("（")[0], version=tariff.version)


class ExplainBill(CompanyAction):
    """Restate the two numbers, split the change, give the likeliest cause, offer a check of the meter."""

    topic = True

    async def act(self, turn: Turn, say: Say) -> Changes:
        account_no = account_for(turn, Level.L2)
        bills = await parts().company.billing.bills(turn.subject, account_no, 13)
        pair = compared(turn, bills)
        if pair is None:
            say("utter_explain_bill_no_comparison")
            return {"account_no": account_no, "month": None}
        old, new = pair
        change = bill_explanation.explain(old, new)
        say(
            "utter_explain_bill", old_month=phrasing.month(old.month), new_month=phrasing.month(new.month),
            old=phrasing.yuan(old.amount), new=phrasing.yuan(new.amount),
            way=_names.word("way", "up" if change.total > 0 else "down" if change.total < 0 else "same"),
            change=phrasing.yuan(abs(change.total)),
        )  # fmt: skip
        parts_told = [f"{_names.word('part', name)} {amount:+.2f}" for name, amount in change.parts()]
        if parts_told:
            first, amount = change.parts()[0]
            cause = _names.word("cause_up" if amount > 0 else "cause_down", first)
            say("utter_explain_bill_parts", parts="、".join(parts_told), cause=cause)
        if new.estimated:
            say("utter_explain_bill_estimated")
        tell_tariff(new.tariff, say)
        say(
            "utter_explain_bill_offer",
            **usual("meter_test"),
            buttons=[button("meter_test", "/request_meter_test"), button("no", "/deny")],
        )
        return {
            "account_no": account_no,
            "month": None,
            "bill_month": new.month,
            **told(turn, old.month, new.month),
        }
