"""The gateway's database: SQLite for one process, PostgreSQL for several, the same schema and the same queries.

SQLite: WAL, synchronous=FULL (an acknowledged message survives a power cut), BEGIN IMMEDIATE for writers, a
file lock that refuses a second gateway, and no more than BUSY_SECONDS of waiting for somebody else's lock: what stands
behind has to hear of it in time. Errors never carry parameters: they would be customers' words.
"""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TextIO, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection as Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import StaticPool

from bot.gateway.store import tables as t
from bot.gateway.store.clock import Clock, now
from bot.gateway.store.tables import Record as Record

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 7_495_598
_TOGETHER = 64
BUSY_SECONDS = 2

P = ParamSpec("P")
T = TypeVar("T")


class StoreInUse(Exception):
    """Another gateway process works on this SQLite file."""


class Store:
    """Transactions, each a plain function of a connection; with SQLite also the right to be its only gateway.

    SQLite works in one thread and commits together what waits together, so that a slow disk costs one wait for all;
    PostgreSQL works on pooled asyncpg connections."""

    def __init__(self, url: str, clock: Clock, *, beside: bool = False, audit_key: str = "") -> None:
        """`beside` is for a command that works beside the running gateway; with `audit_key` the audit trail is keyed."""
        self.clock = clock
        options = {"clock": clock, "audit_key": audit_key}
        parsed = make_url(url)
        self.single = parsed.get_backend_name() == "sqlite"
        self._runner: _Sqlite | _Postgres = (
            _Sqlite(parsed, options, beside) if self.single else _Postgres(parsed, options)
        )

    async def open(self) -> None:
        """Connect and bring the schema up to date. Raises StoreInUse."""
        await self._runner.open()
        await self.write(_migrate)

    async def close(self) -> None:
        await self._runner.close()

    async def write(
        self, work: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **more: P.kwargs
    ) -> T:
        """Run `work(connection, …)` in one transaction: committed at its end, rolled back on an error."""
        return await self._runner.run(lambda c: work(c, *args, **more))

    async def read(
        self, work: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **more: P.kwargs
    ) -> T:
        """Run `work(connection, …)`, which only reads, on one consistent view."""
        return await self._runner.run(lambda c: work(c, *args, **more))

    async def check(self) -> None:
        """Write and read one row; raises when the database cannot."""
        await self.write(_beat)


class _Sqlite:
    def __init__(self, url: URL, options: dict[str, Any], beside: bool) -> None:
        self._file = Path(str(url.database))
        self._beside = beside
        self._lock: TextIO | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._engine = sa.create_engine(
            url.set(drivername="sqlite"), hide_parameters=True, poolclass=StaticPool,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, execution_options=options,
        )  # fmt: skip
        self._waiting: list[tuple[Callable[[sa.Connection], Any], asyncio.Future[Any]]] = []
        self._pump: asyncio.Task[None] | None = None
        sa.event.listen(self._engine, "connect", _prepare_sqlite)
        sa.event.listen(self._engine, "begin", _begin_sqlite)

    async def open(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._take_lock)

    def _take_lock(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        if self._beside:
            return
        lock = self._file.with_suffix(".lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._lock = lock
        except BlockingIOError:
            lock.close()
            raise StoreInUse(
                f"{self._file.name} is in use by another gateway: use PostgreSQL to run several"
            ) from None

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        """What `work` returns or raises, once it is committed or rolled back."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._pump is None:
            self._pump = asyncio.create_task(self._work_off())
        return await done

    async def _work_off(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting[:_TOGETHER], self._waiting[_TOGETHER:]
            outcomes = await loop.run_in_executor(self._thread, self._commit, [work for work, _ in batch])
            for (_, done), outcome in zip(batch, outcomes, strict=True):
                if done.cancelled():
                    continue
                if isinstance(outcome, Exception):
                    done.set_exception(outcome)
                else:
                    done.set_result(outcome[0])
        self._pump = None

    def _commit(self, works: list[Callable[[sa.Connection], Any]]) -> list[tuple[Any] | Exception]:
        """Each work's result or error. One that fails is undone alone; when the commit fails, so have all."""
        try:
            with self._engine.begin() as connection:
                if len(works) == 1:
                    return [(works[0](connection),)]
                return [_one_of(connection, work) for work in works]
        except Exception as error:
            return [error] * len(works)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()
        if self._lock:
            self._lock.close()


class _Postgres:
    def __init__(self, url: URL, options: dict[str, Any]) -> None:
        self._engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"), hide_parameters=True, pool_pre_ping=True, pool_size=10,
            max_overflow=10, pool_timeout=3, connect_args={"timeout": 3, "command_timeout": 3},
            execution_options=options,
        )  # fmt: skip

    async def open(self) -> None:
        """Nothing: connections are opened when used."""

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        await self._engine.dispose()


def _one_of(connection: sa.Connection, work: Callable[[sa.Connection], Any]) -> tuple[Any] | Exception:
    try:
        with connection.begin_nested():
            return (work(connection),)
    except Exception as error:
        return error


def insert_once(c: sa.Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Insert a row, or leave the one with the same unique key as it is; whether it is new."""
    insert = postgresql.insert if c.dialect.name == "postgresql" else sqlite.insert
    return bool(c.execute(insert(table).values(**row).on_conflict_do_nothing()).rowcount)


def _beat(c: sa.Connection) -> None:
    at = now(c)
    if not c.execute(sa.update(t.heartbeat).values(at=at)).rowcount:
        c.execute(sa.insert(t.heartbeat).values(id=1, at=at))
    c.execute(sa.select(t.heartbeat.c.at)).scalar_one()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event opens transactions, not the driver
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrate(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
    command.upgrade(migrations(connection), "head")


def migrations(connection: sa.Connection) -> Config:
    """The Alembic configuration bound to an open connection."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config
