"""Engine and sessions: SQLite by default (WAL, synchronous=FULL), PostgreSQL by URL, one session per request."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.orm import Session

MIGRATIONS = Path(__file__).parent / "migrations"
# Below the read timeout of the callers (3 s), so that a busy database is told as such.
BUSY_SECONDS = 2.5


class Store:
    """The company's database. Reads see one snapshot; a write holds the one write lock SQLite has from its start."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self._immediate = self.engine.execution_options(immediate=True)
        # Threads of one process queue fairly here instead of polling the file lock.
        self._writer: AbstractContextManager[Any] = threading.Lock() if self.sqlite else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that is rolled back at the end."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls back on an error."""
        with self._writer, Session(self._immediate) as session, session.begin():
            yield session

    def migrate(self, revision: str = "head") -> None:
        """Bring the schema to a revision."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self._immediate.begin() as connection:
            if not self.sqlite:
                connection.execute(select(func.pg_advisory_xact_lock(lock_number("migrations"))))
            config.attributes["connection"] = connection
            (command.downgrade if revision == "base" else command.upgrade)(config, revision)

    def close(self) -> None:
        self.engine.dispose()


def _engine(url: str) -> Engine:
    """An engine that never shows parameters in errors: they are personal data."""
    parsed = make_url(url)
    shared: dict[str, Any] = {
        "hide_parameters": True,
        "pool_size": 10,
        "max_overflow": 30,
        "pool_timeout": BUSY_SECONDS,
    }
    if parsed.get_backend_name() != "sqlite":
        options = (
            f"-c statement_timeout={int(BUSY_SECONDS * 1000)} -c lock_timeout={int(BUSY_SECONDS * 1000)}"
        )
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            connect_args={"connect_timeout": 2, "options": options},
            **shared,
        )
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS}, **shared)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the begin event says BEGIN, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def serialize(session: Session, name: str) -> None:
    """Let transactions about the same thing follow one another; SQLite has only one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(lock_number(name))))


def lock_number(name: str) -> int:
    """A name as PostgreSQL's advisory locks want it."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
