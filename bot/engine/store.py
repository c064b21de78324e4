"""Where conversations are kept: one row per turn, numbered without gaps, written in one statement.

A turn's row holds the events it added and the answer that was given. (sender_id, seq) is the primary key, so two
processes can never both write turn n: the second gets TurnConflict. (sender_id, message_id) is unique, so a
message that came before is answered from its row. Errors surface as StorageFailed; nothing is swallowed.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from bot.engine.failures import StorageFailed, TurnConflict

LIVE = 2000
POOL = 8
RANKING_KEPT = 3
VOLATILE = ("subject",)
_T = TypeVar("_T")

_metadata = sa.MetaData()
TURNS = sa.Table(
    "engine_turns",
    _metadata,
    sa.Column("sender_id", sa.String(128), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("message_id", sa.String(128), nullable=False),
    sa.Column("starts_session", sa.Boolean, nullable=False),
    sa.Column("events", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.UniqueConstraint("sender_id", "message_id"),
)


@dataclass
class LiveTracker:
    """A conversation in memory as of turn `seq`; `stored` of its events are in the database."""

    tracker: DialogueStateTracker
    seq: int
    stored: int
    starts_session: bool = False


class TurnStore(TrackerStore):
    """Rasa's tracker store, and the record of answers. `url`: an SQLAlchemy URL or the path of an SQLite file."""

    def __init__(self, domain: Domain, url: str) -> None:
        super().__init__(domain)
        self._engine, self._threads = _connect(url)
        self._live: OrderedDict[str, LiveTracker] = OrderedDict()

    async def prepare(self) -> None:
        """Create the table where it is missing and prove that it can be written. Raises StorageFailed."""
        await self._run(_prepare)

    async def begin(self, sender_id: str, message_id: str = "") -> tuple[LiveTracker, dict[str, Any] | None]:
        """The conversation as stored, and what was answered to this message before, if it was.

        The conversation stays out of memory until `commit`, so a failed turn leaves no trace."""
        live = self._live.pop(sender_id, None)
        seq, answer = await self._run(_last, sender_id, message_id)
        if live is None or live.seq != seq:
            events = await self._run(_events, sender_id)
            tracker = DialogueStateTracker.from_events(
                sender_id, deserialise_events(events), self.domain.slots, domain=self.domain
            )
            live = LiveTracker(tracker, seq, len(tracker.events))
        live.starts_session = False
        return live, json.loads(answer) if answer else None

    async def commit(self, live: LiveTracker, message_id: str, answer: dict[str, Any]) -> None:
        """Store the turn. Raises TurnConflict when the conversation moved on meanwhile, StorageFailed otherwise."""
        tracker = live.tracker
        row = {
            "sender_id": tracker.sender_id,
            "seq": live.seq + 1,
            "message_id": message_id,
            "starts_session": live.starts_session or live.stored == 0,
            "events": _dump(_slim(list(tracker.events)[live.stored :])),
            "answer": _dump(answer),
        }
        await self._run(_insert, row)
        live.seq, live.stored = live.seq + 1, len(tracker.events)
        self._live[tracker.sender_id] = live
        if len(self._live) > LIVE:
            self._live.popitem(last=False)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The current session of a conversation, None when there is none."""
        live, _ = await self.begin(sender_id)
        return live.tracker if live.seq else None

    async def forget(self, sender_id: str) -> None:
        """Delete all turns of a conversation."""
        self._live.pop(sender_id, None)
        await self._run(_forget, sender_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Rasa saves whenever it likes; here only `commit` writes, at the end of a whole turn."""

    def close(self) -> None:
        """Give the connections back."""
        self._threads.shutdown()
        self._engine.dispose()

    async def _run(self, work: Callable[..., _T], *given: Any) -> _T:
        """`work(connection, …)` in one transaction, outside the event loop."""

        def transaction() -> _T:
            with self._engine.begin() as connection:
                return work(connection, *given)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, transaction)
        except IntegrityError as error:
            raise TurnConflict from error
        except SQLAlchemyError as error:
            raise StorageFailed(type(error).__name__) from error


def _prepare(connection: Connection) -> None:
    _metadata.create_all(connection)
    with connection.begin_nested() as attempt:
        row = {"sender_id": "?", "seq": 0, "message_id": "?", "starts_session": False}
        connection.execute(TURNS.insert(), row | {"events": "[]", "answer": "{}"})
        attempt.rollback()


def _insert(connection: Connection, row: dict[str, Any]) -> None:
    connection.execute(TURNS.insert(), row)


_LAST = sa.select(sa.func.max(TURNS.c.seq)).where(TURNS.c.sender_id == sa.bindparam("sender"))
_ANSWER = sa.select(TURNS.c.answer).where(
    TURNS.c.sender_id == sa.bindparam("sender"), TURNS.c.message_id == sa.bindparam("message")
)
_SESSION = _LAST.where(TURNS.c.starts_session).scalar_subquery()
_EVENTS = (
    sa.select(TURNS.c.events)
    .where(TURNS.c.sender_id == sa.bindparam("sender"), TURNS.c.seq >= _SESSION)
    .order_by(TURNS.c.seq)
)


def _last(connection: Connection, sender_id: str, message_id: str) -> tuple[int, str | None]:
    seq = connection.execute(_LAST, {"sender": sender_id}).scalar() or 0
    known = {"sender": sender_id, "message": message_id}
    return seq, connection.execute(_ANSWER, known).scalar() if seq and message_id else None


def _forget(connection: Connection, sender_id: str) -> None:
    connection.execute(TURNS.delete().where(TURNS.c.sender_id == sender_id))


def _events(connection: Connection, sender_id: str) -> list[dict[str, Any]]:
    rows = connection.execute(_EVENTS, {"sender": sender_id}).scalars().all()
    return [event for row in rows for event in json.loads(row)]


def _connect(url: str) -> tuple[sa.engine.Engine, ThreadPoolExecutor]:
    """The database, and the threads that may use it at once: SQLite keeps one connection in one thread, because
    opening one costs more than a turn's queries."""
    if "://" not in url:
        url = f"sqlite:///{url}"
    sqlite = sa.engine.make_url(url).get_backend_name() == "sqlite"
    threads = ThreadPoolExecutor(1 if sqlite else POOL, thread_name_prefix="store")
    if not sqlite:
        timeouts = {"connect_timeout": 3, "options": "-c statement_timeout=3000"}
        engine = sa.create_engine(
            url, pool_size=POOL, pool_pre_ping=True, hide_parameters=True, connect_args=timeouts, future=True
        )
        return engine, threads
    Path(sa.engine.make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
    lone = {"timeout": 3, "check_same_thread": False}
    engine = sa.create_engine(url, connect_args=lone, poolclass=StaticPool, hide_parameters=True, future=True)
    sa.event.listen(engine, "connect", _tune_sqlite)
    return engine, threads


def _tune_sqlite(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _slim(events: Iterable[Event]) -> list[dict[str, Any]]:
    """The events as stored: without tails of rankings and without what must not outlive the turn."""
    for event in events:
        if isinstance(event, UserUttered):
            event.parse_data["intent_ranking"] = event.parse_data.get("intent_ranking", [])[:RANKING_KEPT]
            for holder in (event.metadata, event.parse_data.get("metadata", {})):
                for key in VOLATILE:
                    holder.pop(key, None)
    return [event.as_dict() for event in events]
