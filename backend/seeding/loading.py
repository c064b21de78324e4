"""Rows into tables as fast as the driver takes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from backend.storage import Store
from backend.tables import Base

Row = tuple[Any, ...]


class Loader:
    """Inserts rows that hold a value for every column, in the table's order, as the database keeps them:
    hundredths for amounts, ISO text for dates and (in UTC) times, text for JSON."""

    def __init__(self, store: Store) -> None:
        self._sqlite = store.sqlite
        self._pooled = store.engine.raw_connection()
        raw: Any = self._pooled.driver_connection
        if self._sqlite:  # made data can be made again: no need to wait for the disk
            raw.execute("PRAGMA synchronous=OFF")
            raw.execute("PRAGMA foreign_keys=OFF")
            raw.execute("BEGIN IMMEDIATE")
        else:
            raw.execute("SET statement_timeout = 0")
        self._raw = raw

    def insert(self, table: type[Base], rows: Iterable[Row]) -> None:
        """Append rows; what they refer to must have been inserted before."""
        columns = [each.name for each in table.__table__.columns]
        if self._sqlite:
            marks = ", ".join("?" * len(columns))
            self._raw.executemany(f"INSERT INTO {table.__tablename__} VALUES ({marks})", rows)
            return
        with self._raw.cursor() as cursor, cursor.copy(f"COPY {table.__tablename__} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def commit(self) -> None:
        """Make what was inserted so far lasting."""
        self._raw.commit()
        if self._sqlite:
            self._raw.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Give the connection up, so that nobody else gets its loose settings."""
        self._raw.commit()
        self._pooled.invalidate()
