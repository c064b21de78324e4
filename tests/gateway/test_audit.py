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


def _forge(c: sa.Connection) -> None:
    """Write the whole chain anew, as whoever has the database and no key can."""
    for trigger in ("audit_no_update", "audit_no_delete"):
        c.execute(sa.text(f"DROP TRIGGER {trigger}"))
    before = "0" * 64
    for row in c.execute(sa.select(t.audit).order_by(t.audit.c.id)).mappings().all():
        forged = {**row, "actor": "nobody"}
        before = audit.digest(forged, before, "")
        changed = sa.update(t.audit).where(t.audit.c.id == row["id"])
        c.execute(changed.values(actor="nobody", hash=before))


@pytest.mark.parametrize(("key", "found"), [("", False), ("k" * 32, True)])
async def test_a_whole_new_chain_shows_without_the_key(tmp_path: Path, key: str, found: bool) -> None:
    store = Store(settings(tmp_path).gateway_db, ManualClock(1_800_000_000.0), audit_key=key)
    await store.open()
    for number in range(5):
        await store.write(audit.record, "a01", "view", f"c-{number}")
    assert (await store.read(audit.verify))[2] is None
    await store.write(_forge)
    assert ((await store.read(audit.verify))[2] is not None) == found
    await store.close()


async def test_rows_from_before_the_key_stay_good_and_none_follows_a_keyed_one(
    tmp_path: Path,
) -> None:
    first = Store(settings(tmp_path).gateway_db, ManualClock(1_800_000_000.0))
    await first.open()
    for number in range(5):
        await first.write(audit.record, "a01", "view", f"c-{number}")
    await first.close()
    keyed = Store(settings(tmp_path).gateway_db, ManualClock(1_800_000_000.0), audit_key="k" * 32)
    await keyed.open()
    assert (await keyed.read(audit.verify))[2] == 5, "the key has not begun"
    for _ in range(2):
        await keyed.write(audit.begin)
    assert (await keyed.read(audit.verify))[::2] == (6, None)
    assert await keyed.read(audit.anchor) == (6, (await keyed.read(audit.verify))[1])
    await keyed.close()
    plain = Store(settings(tmp_path).gateway_db, ManualClock(1_800_000_000.0))
    await plain.open()
    await plain.write(audit.record, "a01", "view", "c-9")
    await plain.close()
    again = Store(settings(tmp_path).gateway_db, ManualClock(1_800_000_000.0), audit_key="k" * 32)
    await again.open()
    assert (await again.read(audit.verify))[2] == 7
    await again.close()
