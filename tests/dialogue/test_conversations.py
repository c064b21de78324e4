"""Every conversation of tests/dialogue/*.yml against the trained engine, the real actions and the real company.

A turn says what the customer says (`say`) or presses (`press`) and, exactly, the names of the replies; `slots` what
the engine must keep then (null = nothing), `form` the form that must be active (null = none). `kind` names the kind
of behaviour that a conversation proves; tests/house wants every kind of every capability with a form. Those of the
kind company_down are held in test_with_the_company_down.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dialogue.talking import Customer, hold
from tests.e2e.running import RunningSystem

pytestmark = pytest.mark.model
COMPANY_DOWN = "company_down"


def conversations(*, down: bool) -> list[Any]:
    """The conversations held while the company answers, or while it does not."""
    found = []
    for path in sorted(Path(__file__).parent.glob("test_*.yml")):
        for one in yaml.safe_load(path.read_text(encoding="utf-8"))["conversations"]:
            if (one.get("kind") == COMPANY_DOWN) is down:
                found.append(pytest.param(one, id=f"{path.stem}: {one.get('kind', '')} {one['name']}"))
    return found


@pytest.mark.parametrize("conversation", conversations(down=False))
def test_conversation(conversation: dict[str, Any], system: RunningSystem) -> None:
    hold(conversation, system)


def misunderstood() -> list[Any]:
    listed = yaml.safe_load(Path(__file__).with_name("expected_failures.yml").read_text(encoding="utf-8"))
    return [pytest.param(one, id=one["say"]) for one in listed["sentences"]]


@pytest.mark.parametrize("sentence", misunderstood())
def test_a_listed_misunderstanding_still_is_one(sentence: dict[str, Any], system: RunningSystem) -> None:
    with Customer(system) as customer:
        understood = customer.say(sentence["say"])["intent"]
    assert understood != sentence["wanted"], "understood now: take it off expected_failures.yml"
