"""Figures over the bills of several months: which were told, which are meant, and their sums."""

from __future__ import annotations

from datetime import date
from typing import Any

from actions import _names
from actions._account import account_for
from actions._base import CompanyAction
from actions._say import Changes, Say
from actions._turn import Turn
from actions._wiring import parts
from bot.core import phrasing, values
from bot.core.talk import months, sums
from bot.ports.billing import Bill
from bot.ports.errors import NotFound
from bot.ports.identity import Level

MONTHS_KEPT = 13


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
        wanted = [m for m in sums.chosen(question, before, told_now, list(bills)) if m in bills]
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
        f"utter_sum_{question.kind}", months=phrasing.listing(phrasing.month(r.month) for r in rows), rows=listed,
        month=phrasing.month(found.rows[0].month), count=len(rows), **said,
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
