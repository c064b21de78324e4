"""How exactly forms keep what they are told: every turn of states.yml, with the state written down beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dialogue.talking import Customer
from tests.e2e.running import RunningSystem

pytestmark = pytest.mark.model
WATCHED = (
    "party", "roof", "pv_party", "parking", "reading", "power_now", "device",
    "address", "account_no", "phone", "contact_name", "neighbours_lit", "breaker_off", "content", "happened_at",
    "place", "wish", "power", "period", "new_holder", "people_count", "money", "new_place", "reason", "purpose",
)  # fmt: skip
TURNS, EXACT = 200, 0.95


def conversations() -> list[list[tuple[str, dict[str, Any]]]]:
    written = yaml.safe_load(Path(__file__).with_name("states.yml").read_text(encoding="utf-8"))
    return [[(str(say), changed) for say, changed in turns] for turns in written["conversations"]]


def wrong_turns(turns: list[tuple[str, dict[str, Any]]], system: RunningSystem) -> list[str]:
    """The turns after which the state is not what is written. What one turn got wrong is not held against the next."""
    wrong, expected = [], dict.fromkeys(WATCHED)
    with Customer(system) as customer:
        for say, changed in turns:
            understood = customer.say(say)["intent"]
            kept = {slot: customer.slots()["slots"].get(slot) for slot in WATCHED}
            expected |= changed
            if kept != expected:
                differ = {s: (kept[s], expected[s]) for s in WATCHED if kept[s] != expected[s]}
                wrong.append(f"{say} ({understood}): {differ}")
            expected = kept
    return wrong


def test_the_state_is_exact_after_nineteen_turns_of_twenty(system: RunningSystem) -> None:
    written = conversations()
    count = sum(map(len, written))
    wrong = [line for turns in written for line in wrong_turns(turns, system)]
    print(f"exact {1 - len(wrong) / count:.4f} of {count} turns")
    assert count >= TURNS
    assert len(wrong) <= (1 - EXACT) * count, "\n".join(wrong)
