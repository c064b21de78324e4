"""Figures over the bills of several months: which were told, which are meant, and their sums."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from actions import _names
from actions._account import account_for
from actions._base import CompanyAction
from actions._say import Changes, Say
from actions._turn import Turn
from actions._wiring import parts
from bot.core import phrasing, values
from bot.core.dates import shifted
from bot.core.talk import months, sums
from bot.ports.billing import Bill
from bot.ports.errors import NotFound
from bot.ports.identity import Level
from bot.region import facts

MONTHS_KEPT = 13
LATELY = 14  # days whose use tells how long money lasts


def month_meant(turn: Turn) -> str | None:
    """The month that leans on the one told last (再上个月, 去年同期)."""
    return months.meant(turn.text, (turn.slots.get("told_months") or [None])[-1])


def month_just_told(turn: Turn) -> str | None:
    """The month of the bill told last, when the sentence names no time (那电量呢)."""
    named = turn.heard.names & {"month", "date"}
    return None if named or turn.slots.get("topic") != "action_query_bill" else turn.slots.get("bill_month")


def told(turn: Turn, *named: str) -> Changes:
    """The months told in this conversation, the latest last; those said again move there."""
    before = [month for month in turn.slots.get("told_months") or () if month not in named]
    return {"told_months": [*before, *named][-MONTHS_KEPT:]}


def named_months(turn: Turn, on_file: list[str]) -> list[str]:
    """The months a sentence names: by themselves, as a range, or as seen from the one told last."""
    said = (values.month_range(str(m.value)) for m in turn.heard.mentions if m.name == "month")
    named = [month for r in said if r for month in on_file if r.low <= month <= r.high]
    return [*named, *filter(None, [month_meant(turn)])]


class SumBills(CompanyAction):
    """Sums, differences and the like over the bills told, named or on file (bot/core/talk/sums.py)."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        account_no = account_for(turn, Level.L2)
        question = sums.asked(turn.text)
        if question is None:
            return {}
        bills = {
            b.month: b for b in await parts().company.billing.bills(turn.subject, account_no, MONTHS_KEPT)
        }
        before = list(turn.slots.get("told_months") or ())
        named = named_months(turn, list(bills))
        told_now = [*before[-1:], *named] if len(named) == 1 and question.kind == "difference" else named
        wanted = [
            m for m in sums.chosen(question, before, told_now, list(bills), turn.now.year) if m in bills
        ]
        if len(wanted) < sums.SPAN.get(question.kind, 1):
            say("utter_sum_unknown")
            return {"account_no": account_no}
        rows = [sums.Row(m, bills[m].kwh if question.energy else bills[m].amount) for m in wanted]
        tell_sum(question, rows, say)
        return {"account_no": account_no, **told(turn, *wanted)}


def tell_sum(question: sums.Wanted, rows: list[sums.Row], say: Say) -> None:
    found = sums.answer(question.kind, rows)
    shown = phrasing.kwh if question.energy else phrasing.yuan
    said: dict[str, Any] = {
        "unit": _names.word("unit", "kwh" if question.energy else "yuan"),
        "value": shown(abs(found.value)),
    }
    listed = phrasing.listing(f"{phrasing.month(r.month)}{shown(r.value)}{said['unit']}" for r in rows)
    if question.kind == "difference":
        way = "up" if found.value > 0 else "down"
        say(
            "utter_sum_difference" if found.value else "utter_sum_same", old_month=phrasing.month(rows[0].month),
            new_month=phrasing.month(rows[-1].month), old=shown(rows[0].value), new=shown(rows[-1].value),
            way=_names.word("way", way), **said,
        )  # fmt: skip
        return
    say(
        f"utter_sum_{question.kind}", months=months_named(rows), rows=listed,
        month=phrasing.month(found.rows[0].month), count=len(rows), **said,
    )  # fmt: skip


def months_named(rows: list[sums.Row]) -> str:
    """The months of the rows; more than two that follow each other by their first and last."""
    first, last = rows[0].month, rows[-1].month
    if len(rows) > 2 and shifted(first, len(rows) - 1) == last:
        return _names.word("month_bill", "span").format(
            first=phrasing.month(first), last=phrasing.month(last), count=len(rows)
        )
    return phrasing.listing(phrasing.month(row.month) for row in rows)


class TellGrowth(CompanyAction):
    """What a delay adds to what is owed, at the daily rate of the region: an estimate."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        account_no = account_for(turn, Level.L2)
        billing = parts().company.billing
        arrears = await billing.arrears(turn.subject, account_no)
        if not arrears.months:
            say("utter_query_arrears_none")
            return {"account_no": account_no}
        rate = parts().region.penalty_of((await billing.account(turn.subject, account_no)).price_class)
        days = facts.read(turn.text).get("days") or Decimal(1)
        say(
            "utter_arrears_growth", principal=phrasing.yuan(arrears.principal), days=phrasing.kwh(Decimal(days)),
            daily=phrasing.yuan(arrears.principal * rate), growth=phrasing.yuan(arrears.principal * rate * Decimal(days)),
            total=phrasing.yuan(arrears.principal + arrears.penalty + arrears.principal * rate * Decimal(days)),
        )  # fmt: skip
        return {"account_no": account_no, "topic": "action_query_arrears"}


class TellLasting(CompanyAction):
    """How long the balance lasts at the mean use of the last days and the price of the present tier: an estimate."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        account_no = account_for(turn, Level.L1)
        company, today = parts().company, turn.now.date()
        balance = await company.billing.balance(turn.subject, account_no)
        left = balance.amount
        if balance.prepaid:
            left = (await company.services.prepaid(turn.subject, account_no)).meter_balance or left
        named = values.amounts(str(turn.mention("money")), turn.words("money"))
        left = named[1] if named else left
        days = await company.billing.usage(turn.subject, account_no, today - timedelta(LATELY), today)
        good = [day.kwh for day in days if day.kwh is not None]
        tier = await company.billing.tier(turn.subject, account_no)
        daily = sum(good, Decimal(0)) / len(good) * tier.price if good else Decimal(0)
        if left <= 0 or not daily:
            say("utter_lasting_none" if left <= 0 else "utter_lasting_unknown", amount=phrasing.yuan(left))
            return {"account_no": account_no}
        count = int(left / daily)
        say(
            "utter_lasting", amount=phrasing.yuan(left), count=count, day=phrasing.day(today + timedelta(count)),
            use=phrasing.kwh(sum(good, Decimal(0)) / len(good)), price=str(tier.price), days=len(good),
            daily=phrasing.yuan(daily),
        )  # fmt: skip
        return {"account_no": account_no}


class TellParts(CompanyAction):
    """What the total of a bill is made of: the tiers, and what stands beside them."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        account_no = account_for(turn, Level.L2)
        said = turn.months()
        month = said.low if said else turn.slots.get("bill_month")
        tell_parts(await parts().company.billing.bill(turn.subject, account_no, month), say)
        return {"account_no": account_no, "month": None}


def tell_parts(bill: Bill, say: Say) -> None:
    """The tiers, every amount beside them by its name, and that they make the total."""
    energy = sum((line.amount for line in bill.lines), Decimal(0))
    beside = [f"{_names.word('adjustment', each.kind)}{each.amount:+.2f}" for each in bill.adjustments]
    say(
        "utter_bill_parts" if beside else "utter_bill_parts_alone", month=phrasing.month(bill.month),
        energy=phrasing.yuan(energy), beside="、".join(beside), amount=phrasing.yuan(bill.amount),
    )  # fmt: skip


async def billed_use(turn: Turn, account_no: str, first: date, last: date) -> Bill | None:
    """The bill of a whole month that has no daily readings; None when there is none, or it may not be told."""
    one_month = first.day == 1 and (first.year, first.month) == (last.year, last.month)
    if not one_month or not turn.subject.level.covers(Level.L2):
        return None
    try:
        return await parts().company.billing.bill(turn.subject, account_no, f"{first:%Y-%m}")
    except NotFound:
        return None
