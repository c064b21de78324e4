"""Every conversation of tests/dialogue/*.yml against the trained engine, the real actions and the real company.

A turn says what the customer says (`say`) or presses (`press`) and, exactly, the names of the replies; `slots` what
the engine must keep then (null = nothing), `form` the form that must be active (null = none)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dialogue.talking import Customer
from tests.e2e.running import RunningSystem

pytestmark = pytest.mark.model


def conversations() -> list[Any]:
    found = []
    for path in sorted(Path(__file__).parent.glob("test_*.yml")):
        for one in yaml.safe_load(path.read_text(encoding="utf-8"))["conversations"]:
            found.append(pytest.param(one, id=f"{path.stem}: {one['name']}"))
    return found


@pytest.mark.parametrize("conversation", conversations())
def test_conversation(conversation: dict[str, Any], system: RunningSystem) -> None:
    who = conversation.get("as", {})
    with Customer(system, who.get("level", "L0"), tuple(who.get("accounts", ()))) as customer:
        for number, turn in enumerate(conversation["turns"], 1):
            answer = customer.say(turn["say"]) if "say" in turn else customer.press(turn["press"])
            told = [told_as(reply) for reply in answer["replies"]]
            assert told == turn["replies"], f"turn {number}: understood as {answer['intent']}"
            if "slots" in turn or "form" in turn:
                check_state(customer.slots(), turn, number)


def misunderstood() -> list[Any]:
    listed = yaml.safe_load(Path(__file__).with_name("expected_failures.yml").read_text(encoding="utf-8"))
    return [pytest.param(one, id=one["say"]) for one in listed["sentences"]]


@pytest.mark.parametrize("sentence", misunderstood())
def test_a_listed_misunderstanding_still_is_one(sentence: dict[str, Any], system: RunningSystem) -> None:
    with Customer(system) as customer:
        understood = customer.say(sentence["say"])["intent"]
    assert understood != sentence["wanted"], "understood now: take it off expected_failures.yml"


def told_as(reply: dict[str, Any]) -> str:
    """The name of a reply, the kind of an effect, or `text` for words of the region or said before."""
    return reply["response"] or (reply["custom"] or {"type": "text"})["type"]


def check_state(state: dict[str, Any], turn: dict[str, Any], number: int) -> None:
    kept = state["slots"]
    wanted = turn.get("slots", {})
    assert {name: kept.get(name) for name in wanted} == wanted, f"turn {number}"
    if "form" in turn:
        assert state["active_form"] == turn["form"], f"turn {number}"
