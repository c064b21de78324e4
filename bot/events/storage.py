"""The events that were received: stored before they are acknowledged, each once by its key, kept until handled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url

from bot.events.consumer import Event

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 7_495_599
_LEASE = 60.0
_DAY = 86_400.0
_KEPT = 30 * _DAY
_NEW: sa.ColumnElement[str] = sa.literal_column("'new'")

T = TypeVar("T")

metadata = sa.MetaData()
event = sa.Table(
    "event",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("consumer", sa.String(40), nullable=False),
    sa.Column("key", sa.String(200), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),  # empty once it is handled
    sa.Column("state", sa.String(8), nullable=False),  # new, done, dead
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("not_before", sa.Double, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.UniqueConstraint("consumer", "key", name="uq_event_consumer_key"),
)
sa.Index(
    "ix_event_open",
    event.c.consumer,
    event.c.id,
    sqlite_where=sa.text("state = 'new'"),
    postgresql_where=sa.text("state = 'new'"),
)
_E = event.c


class Received:
    """The rows of all consumers, in SQLite or PostgreSQL; one thread works on them."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._sqlite = parsed.get_backend_name() == "sqlite"
        driver = "sqlite" if self._sqlite else "postgresql+psycopg"
        self._file = parsed.database if self._sqlite else None
        self._engine = sa.create_engine(
            parsed.set(drivername=driver), hide_parameters=True, pool_pre_ping=True
        )
        if self._sqlite:
            sa.event.listen(self._engine, "connect", _prepare)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="events")

    async def open(self) -> None:
        """Connect and bring the schema up to date."""
        if self._file:
            await asyncio.to_thread(Path(self._file).parent.mkdir, parents=True, exist_ok=True)
        await self._run(_migrate)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()

    async def keep(self, consumer: str, events: Sequence[Event], now: float) -> int:
        """Commit these; how many of them are new."""
        return await self._run(lambda c: sum(_insert(c, consumer, each, now) for each in events))

    async def claim(self, consumer: str, now: float) -> tuple[int, Event, int] | None:
        """The oldest event that is due, for a minute: its number, itself, and how often it was tried with this time."""

        def work(c: sa.Connection) -> tuple[int, Event, int] | None:
            due = sa.select(_E.id).where(_E.consumer == consumer, _E.state == _NEW, _E.not_before <= now)
            due = due.order_by(_E.id).limit(1).with_for_update(skip_locked=True)
            taken = sa.update(event).where(_E.id == due.scalar_subquery())
            values = {"not_before": now + _LEASE, "attempts": _E.attempts + 1}
            row = c.execute(taken.values(**values).returning(event)).one_or_none()
            return (row.id, Event(row.key, row.body), row.attempts) if row else None

        return await self._run(work)

    async def end(self, number: int, state: str) -> None:
        """It is done, or dead; the key stays, so that it is known when it comes again."""
        kept: dict[str, Any] = {"body": {}} if state == "done" else {}
        change = sa.update(event).where(_E.id == number).values(state=state, **kept)
        await self._run(lambda c: c.execute(change))

    async def put_off(self, number: int, until: float) -> None:
        change = sa.update(event).where(_E.id == number, _E.state == _NEW).values(not_before=until)
        await self._run(lambda c: c.execute(change))

    async def sweep(self, now: float) -> None:
        """Forget what was handled a month ago."""
        old = sa.delete(event).where(_E.state != _NEW, _E.at < now - _KEPT)
        await self._run(lambda c: c.execute(old))

    async def counts(self) -> dict[str, dict[str, int]]:
        """Of each consumer, how many events are new, done and dead."""
        query = sa.select(_E.consumer, _E.state, sa.func.count()).group_by(_E.consumer, _E.state)

        def work(c: sa.Connection) -> dict[str, dict[str, int]]:
            found: dict[str, dict[str, int]] = {}
            for consumer, state, count in c.execute(query):
                found.setdefault(consumer, {})[state] = count
            return found

        return await self._run(work)

    async def _run(self, work: Callable[[sa.Connection], T]) -> T:
        def commit() -> T:
            with self._engine.begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._thread, commit)


def _insert(c: sa.Connection, consumer: str, each: Event, now: float) -> int:
    insert = postgresql.insert if c.dialect.name == "postgresql" else sqlite.insert
    row = {
        "consumer": consumer, "key": each.key, "body": dict(each.body), "state": "new", "attempts": 0,
        "not_before": 0.0, "at": now,
    }  # fmt: skip
    return int(c.execute(insert(event).values(**row).on_conflict_do_nothing()).rowcount)


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # An event that was acknowledged survives a power cut.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _migrate(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
