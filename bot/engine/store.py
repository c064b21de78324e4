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
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.engine.failures import StorageFailed, TurnConflict

LIVE = 2000
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
class Live:
    """A conversation in memory as of turn `seq`; `stored` of its events are in the database."""

    tracker: DialogueStateTracker
    seq: int
    stored: int
    starts_session: bool = False


class TurnStore(TrackerStore):
    """Rasa's tracker store, and the record of answers. `url`: an SQLAlchemy URL or the path of an SQLite file."""

    def __init__(self, domain: Domain, url: str) -> None:
        super().__init__(domain)
        self._engine = _connect(url)
        self._live: OrderedDict[str, Live] = OrderedDict()

    async def prepare(self) -> None:
        """Create the table where it is missing and prove that it can be written. Raises StorageFailed."""
        await self._run(self._prepare)

    async def begin(self, sender_id: str) -> Live:
        """The conversation as stored. It stays out of memory until `commit`, so a failed turn leaves no trace."""
        live = self._live.pop(sender_id, None)
        seq = await self._run(lambda: self._last(sender_id))
        if live is None or live.seq != seq:
            events = await self._run(lambda: self._events(sender_id))
            tracker = DialogueStateTracker.from_events(
                sender_id, deserialise_events(events), self.domain.slots, domain=self.domain
            )
            live = Live(tracker, seq, len(tracker.events))
        live.starts_session = False
        return live

    async def commit(self, live: Live, message_id: str, answer: dict[str, Any]) -> None:
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
        await self._run(lambda: self._insert(row))
        live.seq, live.stored = live.seq + 1, len(tracker.events)
        self._live[tracker.sender_id] = live
        if len(self._live) > LIVE:
            self._live.popitem(last=False)

    async def answer(self, sender_id: str, message_id: str) -> dict[str, Any] | None:
        """What was answered to this message before, or None."""
        query = sa.select(TURNS.c.answer).where(
            TURNS.c.sender_id == sender_id, TURNS.c.message_id == message_id
        )
        found = await self._run(lambda: self._scalar(query))
        return json.loads(found) if found else None

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The current session of a conversation, None when there is none."""
        live = await self.begin(sender_id)
        return live.tracker if live.seq else None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Rasa saves whenever it likes; here only `commit` writes, at the end of a whole turn."""

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    async def _run(self, work: Callable[[], _T]) -> _T:
        try:
            return await asyncio.to_thread(work)
        except IntegrityError as error:
            raise TurnConflict from error
        except SQLAlchemyError as error:
            raise StorageFailed(type(error).__name__) from error

    def _prepare(self) -> None:
        _metadata.create_all(self._engine)
        with self._engine.connect() as connection, connection.begin() as transaction:
            row = {"sender_id": "?", "seq": 0, "message_id": "?", "starts_session": False}
            connection.execute(TURNS.insert(), row | {"events": "[]", "answer": "{}"})
            transaction.rollback()

    def _insert(self, row: dict[str, Any]) -> None:
        with self._engine.begin() as connection:
            connection.execute(TURNS.insert(), row)

    def _scalar(self, query: Any) -> Any:
        with self._engine.connect() as connection:
            return connection.execute(query).scalar()

    def _last(self, sender_id: str) -> int:
        return self._scalar(sa.select(sa.func.max(TURNS.c.seq)).where(TURNS.c.sender_id == sender_id)) or 0

    def _events(self, sender_id: str) -> list[dict[str, Any]]:
        start = sa.select(sa.func.max(TURNS.c.seq)).where(
            TURNS.c.sender_id == sender_id, TURNS.c.starts_session
        )
        query = sa.select(TURNS.c.events).where(
            TURNS.c.sender_id == sender_id, TURNS.c.seq >= start.scalar_subquery()
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(TURNS.c.seq)).scalars().all()
        return [event for row in rows for event in json.loads(row)]


def _connect(url: str) -> sa.engine.Engine:
    if "://" not in url:
        Path(url).parent.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{url}"
    if not url.startswith("sqlite"):
        timeouts = {"connect_timeout": 3, "options": "-c statement_timeout=3000"}
        return sa.create_engine(
            url, pool_pre_ping=True, hide_parameters=True, connect_args=timeouts, future=True
        )
    engine = sa.create_engine(
        url, connect_args={"timeout": 3, "check_same_thread": False}, hide_parameters=True, future=True
    )
    sa.event.listen(engine, "connect", _tune_sqlite)
    return engine


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
