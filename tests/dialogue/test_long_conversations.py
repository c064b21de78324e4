"""Long conversations of messy people (long/*.yml) with the whole system, over the app channel as the company's own
app would; afterwards the company's rows are what was agreed.

A turn says what the customer says (`say`) or presses (`press`) and, exactly, what is answered: names of replies, the
kind of a card, or `text` for words of the region. `orders` are all the orders that the conversation has left, in the
order of their numbers, with what must have been written down (null = nothing)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dialogue.naming import name_of
from tests.dialogue.talking import SEASON
from tests.e2e.running import Customer, RunningSystem

pytestmark = pytest.mark.model
TOLD = """
SELECT w.order_no, w.kind, w.business, w.urges, t.told FROM work_orders w JOIN (
    SELECT order_no, told, conversation FROM fault_reports
    UNION ALL SELECT a.order_no, a.told, w.conversation FROM applications a JOIN work_orders w USING (order_no)
    UNION ALL SELECT v.order_no, v.told, w.conversation FROM voices v JOIN work_orders w USING (order_no)
) t USING (order_no) WHERE t.conversation = ? ORDER BY w.order_no
"""


def conversations() -> list[Any]:
    paths = sorted((Path(__file__).parent / "long").glob("*.yml"))
    return [pytest.param(yaml.safe_load(p.read_text(encoding="utf-8")), id=p.stem) for p in paths]


def answered(customer: Customer) -> list[str]:
    """The names of what the last answer holds."""
    told = (m.get("card") or name_of(m.get("text", "")) for m in customer.last)
    return [name for one in told if (name := one["card"] if isinstance(one, dict) else one) != SEASON]


def newest(system: RunningSystem) -> str:
    """The gateway's name for the conversation that has just begun."""
    return str(
        system.rows("gateway", "SELECT id FROM conversation ORDER BY created_at DESC LIMIT 1")[0]["id"]
    )


def orders_of(conversation: str, system: RunningSystem) -> list[dict[str, Any]]:
    """What the company has written down for a conversation."""
    rows = system.rows("backend", TOLD, conversation)
    return [
        {"kind": r["kind"], "business": r["business"], "urges": r["urges"], **json.loads(r["told"])}
        for r in rows
    ]


@pytest.mark.parametrize("conversation", conversations())
def test_long_conversation(conversation: dict[str, Any], system: RunningSystem) -> None:
    who = conversation.get("as", {})
    customer = system.customer(tuple(who.get("accounts", ())), who.get("level", "L0"))
    name = ""
    for number, turn in enumerate(conversation["turns"], 1):
        customer.say(turn["say"]) if "say" in turn else customer.choose(turn["press"])
        assert answered(customer) == turn["replies"], f"turn {number}: {turn}"
        name = name or newest(system)
    left, wanted = orders_of(name, system), conversation["orders"]
    assert [{k: order.get(k) for k in want} for order, want in zip(left, wanted, strict=True)] == wanted


def test_there_are_thirty_of_ten_to_twenty_five_turns() -> None:
    turns = [len(one.values[0]["turns"]) for one in conversations()]
    assert len(turns) >= 30 and all(10 <= n <= 25 for n in turns)
