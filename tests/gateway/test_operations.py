"""The registry of kept writes, as submissions, effects and texts read it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.gateway.store import tables as t
from bot.gateway.store.texts import Wording
from bot.gateway.turns import submissions
from bot.gateway.turns.operations import OPERATIONS
from bot.ports.orders import FaultReport
from bot.region.region import load
from tests.gateway.conftest import TALK, Desk
from tests.gateway.fakes import until

FAULT = {
    "phenomenon": "household",
    "description": "没电",
    "address": "临河区金川小区5号楼",
    "attachments": ["a", "b"],
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_is_told_has_its_text_and_what_is_silent_has_none(name: str) -> None:
    operation = OPERATIONS[name]
    assert Wording(load("bayannur")).has(operation.text) == (not operation.silent)


def test_actions_may_ask_for_what_customers_confirm_and_for_nothing_else() -> None:
    asked = {name for name, each in OPERATIONS.items() if each.deferrable}
    assert asked >= {"report_fault", "apply", "voice", "invoice", "phone"}
    assert not asked & {"report_danger", "amend_fault", "forget"}


def test_a_body_becomes_the_dataclass_of_the_ports() -> None:
    report = OPERATIONS["report_fault"].build(FAULT)
    assert report == FaultReport("household", "没电", "临河区金川小区5号楼", attachments=("a", "b"))
    with pytest.raises(TypeError, match="report_fault has no colour"):
        OPERATIONS["report_fault"].build({**FAULT, "colour": "red"})


async def test_what_cannot_be_carried_out_is_not_kept(desk: Desk) -> None:
    await desk.say("你好")
    for operation, body, error in (
        ("launch", {}, KeyError),
        ("report_fault", {"colour": "red"}, TypeError),
        ("voice", {"kind": "praise"}, TypeError),
    ):
        with pytest.raises(error):
            await desk.gateway.store.write(submissions.add, "k", TALK, operation, body)
    assert await desk.rows(t.submission) == []


async def test_a_write_of_a_newer_gateway_is_left_to_it_and_holds_nothing_up(desk: Desk) -> None:
    await desk.say("你好")
    newer = {"key": "newer", "conversation": TALK, "operation": "book_visit", "body": {}, "created_at": 0.0}
    await desk.change(sa.insert(t.submission).values(**newer))
    await desk.gateway.store.write(submissions.add, "ours", TALK, "report_fault", FAULT)

    async def done() -> bool:
        return {row.key: row.state for row in await desk.rows(t.submission)} == {
            "newer": "new",
            "ours": "done",
        }

    await until(done)
    attempts = {row.key: row.attempts for row in await desk.rows(t.submission)}
    assert attempts == {"newer": 0, "ours": 1}
