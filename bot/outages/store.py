"""The database of the outages process: SQLite (WAL, synchronous=FULL) by default, PostgreSQL by URL.

Everything here blocks; the process calls it in a thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url

from bot.grid.outages import FoundOutage, OutageStage, OutageStep
from bot.outages import tables as t

_MIGRATIONS = Path(__file__).parent / "migrations"
OVER = (OutageStage.CLOSED, OutageStage.WITHDRAWN, OutageStage.MERGED)


@dataclass(frozen=True)
class HeardEvent:
    """One event of the log. kind: call, last_gasp, power_on, ping, breaker, closed; `value` is on or off of an answer,
    open or closed of a breaker, the order of a call."""

    key: str
    at: float
    seen_at: float
    kind: str
    subject: str
    value: str = ""


@dataclass(frozen=True)
class Kept:
    """An outage with the sentence that gives its reasons, and what the company was last told of it."""

    outage: FoundOutage
    reason: str
    published: str | None


class EventLog:
    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._sqlite = parsed.get_backend_name() == "sqlite"
        if self._sqlite and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        driver = "sqlite" if self._sqlite else "postgresql+psycopg"
        self._engine = sa.create_engine(parsed.set(drivername=driver), hide_parameters=True)
        if self._sqlite:
            sa.event.listen(self._engine, "connect", _prepare_sqlite)

    def open(self) -> None:
        """Bring the schema up to date."""
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with self._engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        self._engine.dispose()

    def check(self) -> None:
        """Raises when the database does not answer."""
        with self._engine.connect() as c:
            c.execute(sa.select(sa.func.count()).select_from(t.found_outage)).scalar_one()

    def add(self, events: Iterable[HeardEvent]) -> list[HeardEvent]:
        """Keep events, committed when this returns; those that are new, by their key."""
        insert = sqlite.insert if self._sqlite else postgresql.insert
        with self._engine.begin() as c:
            return [
                each
                for each in events
                if c.execute(insert(t.event).values(**vars(each)).on_conflict_do_nothing()).rowcount
            ]

    def since(self, seen_at: float) -> list[HeardEvent]:
        """What was heard from then on, in the order it came."""
        columns = [t.event.c[name] for name in HeardEvent.__dataclass_fields__]
        query = sa.select(*columns).where(t.event.c.seen_at >= seen_at).order_by(t.event.c.number)
        with self._engine.connect() as c:
            return [HeardEvent(*row) for row in c.execute(query)]

    def last_report(self) -> int:
        """The number of the newest report that was taken in."""
        calls = sa.select(t.event.c.key).where(t.event.c.kind == "call").order_by(t.event.c.number.desc())
        with self._engine.connect() as c:
            key = c.execute(calls.limit(1)).scalar()
        return int(key.removeprefix("report:")) if key else 0

    def save(self, kept: Sequence[Kept]) -> None:
        """Keep outages as they are now, with the steps that are new."""
        with self._engine.begin() as c:
            for each in kept:
                row = {**_row(each.outage), "reason": each.reason, "published": each.published}
                where = t.found_outage.c.id == each.outage.id
                if not c.execute(sa.update(t.found_outage).where(where).values(**row)).rowcount:
                    c.execute(sa.insert(t.found_outage).values(**row))
                count = sa.select(sa.func.count()).where(t.outage_step.c.outage_id == each.outage.id)
                there = c.execute(count).scalar_one()
                steps = list(enumerate(each.outage.history))[there:]
                if steps:
                    c.execute(
                        sa.insert(t.outage_step),
                        [
                            {"outage_id": each.outage.id, "place": place, **vars(step)}
                            for place, step in steps
                        ],
                    )

    def load(self, *, over: bool = False) -> list[Kept]:
        """The outages that are not over, or all; the oldest first."""
        query = sa.select(t.found_outage).order_by(t.found_outage.c.number)
        if not over:
            query = query.where(t.found_outage.c.stage.not_in([stage.value for stage in OVER]))
        steps: dict[str, list[OutageStep]] = {}
        with self._engine.connect() as c:
            rows = c.execute(query).mappings().all()
            for step in c.execute(sa.select(t.outage_step).order_by(t.outage_step.c.place)):
                steps.setdefault(step.outage_id, []).append(OutageStep(step.at, step.what, step.other))
        return [_kept(row, steps.get(row["id"], [])) for row in rows]

    def last_number(self) -> int:
        with self._engine.connect() as c:
            return c.execute(sa.select(sa.func.max(t.found_outage.c.number))).scalar() or 0


def _row(outage: FoundOutage) -> dict[str, Any]:
    row = {name: value for name, value in vars(outage).items() if name != "history"}
    return {**row, "stage": outage.stage.value, "number": int(outage.id[1:])}


def _kept(row: sa.RowMapping, steps: list[OutageStep]) -> Kept:
    fields = {name: row[name] for name in FoundOutage.__dataclass_fields__ if name != "history"}
    outage = FoundOutage(**{**fields, "stage": OutageStage(row["stage"])}, history=steps)
    return Kept(outage, row["reason"], row["published"])


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
