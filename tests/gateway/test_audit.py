"""The audit trail cannot be changed, and when it is in spite of that it shows."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.gateway.store import audit
from bot.gateway.store import tables as t
from bot.gateway.store.storage import Store
from tests.clock import ManualClock
from tests.gateway.fakes import settings


@pytest.fixture
async def store(tmp_path: Path):  # type: ignore[no-untyped-def]
    one = Store(settings(tmp_path).gateway_db, ManualClock(1_800_000_000.0))
    await one.open()
    for number in range(5):
        await one.write(audit.record, "a01", "view", f"c-{number}")
    yield one
    await one.close()


async def test_an_unbroken_trail_verifies(store: Store) -> None:
    count, newest, broken = await store.read(audit.verify)
    assert (count, broken) == (5, None) and len(newest) == 64


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET actor = 'x' WHERE id = 2", "DELETE FROM audit WHERE id = 2"]
)
async def test_the_database_refuses_to_change_it(store: Store, statement: str) -> None:
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        await store.write(lambda c: c.execute(sa.text(statement)))
    assert (await store.read(audit.verify))[2] is None


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET actor = 'x' WHERE id = 2", 2),
        ("UPDATE audit SET detail = 'x' WHERE id = 5", 5),
        ("DELETE FROM audit WHERE id = 3", 3),
        ("DELETE FROM audit WHERE id = 5", 5),
        ("UPDATE audit SET at = at + 1 WHERE id = 1", 1),
    ],
)
async def test_whoever_gets_round_that_is_found(store: Store, statement: str, broken: int) -> None:
    def tamper(c: sa.Connection) -> None:
        for trigger in ("audit_no_update", "audit_no_delete"):
            c.execute(sa.text(f"DROP TRIGGER {trigger}"))
        c.execute(sa.text(statement))

    await store.write(tamper)
    assert (await store.read(audit.verify))[2] == broken


async def test_a_change_that_fails_leaves_no_row(store: Store) -> None:
    def fails(c: sa.Connection) -> None:
        audit.record(c, "a01", "take", "c-1")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await store.write(fails)
    assert len(await store.read(lambda c: c.execute(sa.select(t.audit)).all())) == 5
