"""Schema, durability and readiness."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from backend.storage import Store
from backend.tables import Base, CounterRow
from tests.backend.world import Client


def test_the_migrations_give_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    store.migrate()
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    store.close()


def test_the_migrations_lead_down_again(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    store.migrate()
    store.migrate("base")
    assert inspect(store.engine).get_table_names() == ["alembic_version"]
    store.migrate()
    store.close()


def test_sqlite_is_as_durable_as_it_can_be(store: Store) -> None:
    with store.reading() as session:
        found = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_failed_write_leaves_nothing(store: Store) -> None:
    try:
        with store.writing() as session:
            session.add(CounterRow(name="half", value=1))
            session.flush()
            raise KeyError
    except KeyError:
        pass
    with store.reading() as session:
        assert session.get(CounterRow, "half") is None


def test_live_and_ready_need_no_token(client: Client) -> None:
    assert client.get("/live", headers={"Authorization": ""}).json() == {"status": "live"}
    assert client.get("/ready", headers={"Authorization": ""}).json() == {"status": "ready"}


def test_a_database_that_cannot_be_written_is_not_ready(client: Client, database: Path) -> None:
    """Another process holds the write lock for longer than anyone waits."""
    other = Store(f"sqlite:///{database}")
    with other.writing() as session:
        session.add(CounterRow(name="held", value=1))
        session.flush()
        answer = client.get("/ready")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json()["type"].endswith("/unavailable")
    assert client.get("/ready").status_code == 200
    other.close()
