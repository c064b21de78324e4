"""The gateway's database: SQLite for one process, PostgreSQL for several, the same schema and the same queries.

SQLite: WAL, synchronous=FULL (an acknowledged message survives a power cut), BEGIN IMMEDIATE for writers, and a
file lock that refuses a second gateway. Errors never carry parameters: they would be customers' words.
"""

from __future__ import annotations

import asyncio
import fcntl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TextIO

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.gateway import tables as t

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 7_495_598


class StoreInUse(Exception):
    """Another gateway process works on this SQLite file."""


class Store:
    """Connections to the database, and when it is SQLite the right to be its only gateway."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.single = self.url.get_backend_name() == "sqlite"
        self._lock: TextIO | None = None
        options: dict[str, Any] = {"hide_parameters": True, "pool_pre_ping": not self.single}
        if self.single:
            options["connect_args"] = {"timeout": 10}
        else:
            options["connect_args"] = {"timeout": 3, "command_timeout": 3}
            options |= {"pool_size": 10, "max_overflow": 10, "pool_timeout": 3}
        self.engine = create_async_engine(self.url, **options)
        self._reader = self.engine.execution_options(reads_only=True)
        if self.single:
            sa.event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine.sync_engine, "begin", _begin_sqlite)

    async def open(self) -> None:
        """Take the file lock (SQLite), then bring the schema up to date."""
        if self.single and self.url.database not in (None, "", ":memory:"):
            await asyncio.to_thread(self._take_lock, Path(str(self.url.database)))
        async with self.engine.begin() as connection:
            if not self.single:
                await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            await connection.run_sync(_migrate)

    def _take_lock(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = file.with_suffix(".lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._lock = lock
        except BlockingIOError:
            lock.close()
            raise StoreInUse(
                f"{file.name} is in use by another gateway: use PostgreSQL to run several"
            ) from None

    async def close(self) -> None:
        await self.engine.dispose()
        if self._lock:
            self._lock.close()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that may write; committed at the end, rolled back on an error."""
        async with self.engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One consistent view for reading; does not wait for writers."""
        async with self._reader.connect() as connection:
            yield connection

    @staticmethod
    def insert_once(c: AsyncConnection, table: sa.Table, row: dict[str, Any]) -> sa.Executable:
        """An INSERT that leaves an existing row with the same unique key as it is."""
        if c.dialect.name == "postgresql":
            return postgresql.insert(table).values(**row).on_conflict_do_nothing()
        return sqlite.insert(table).values(**row).on_conflict_do_nothing()

    async def check(self) -> None:
        """Write and read one row; raises when the database cannot."""
        now = time.time()
        async with self.write() as c:
            changed = await c.execute(sa.update(t.heartbeat).values(at=now))
            if not changed.rowcount:
                await c.execute(sa.insert(t.heartbeat).values(id=1, at=now))
            await c.execute(sa.select(t.heartbeat.c.at))


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event opens transactions, not the driver
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    reads_only = connection.get_execution_options().get("reads_only")
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _migrate(connection: sa.Connection) -> None:
    command.upgrade(migrations(connection), "head")


def migrations(connection: sa.Connection) -> Config:
    """The Alembic configuration bound to an open connection."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config
