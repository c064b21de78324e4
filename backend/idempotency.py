"""One effect per key. The key's row and the effect commit together, so a crash leaves both or neither.

The same key with the same request gives the first answer again; with another request it is refused (422); while the
first is still being worked on it is refused for the moment (409). Keys are kept for at least `KEPT`.
Contract: IETF draft-ietf-httpapi-idempotency-key-header and Stripe's idempotent requests.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from fastapi import Response
from pydantic import BaseModel
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from backend import clocks
from backend.problems import Refusal
from backend.storage import Store, lock_number
from backend.tables import IdempotencyKeyRow

KEPT = timedelta(days=30)


class Ledger:
    """Carries out writes of one process; several processes may share the database."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._flying: set[str] = set()
        self._guard = threading.Lock()

    def once(self, key: str, request: str, effect: Callable[[Session], BaseModel]) -> Response:
        """The answer to this key: carry out `effect`, or repeat what it gave. `request` is all that was asked."""
        wanted = hashlib.sha256(request.encode()).hexdigest()
        with self._in_flight(key), self._store.writing() as session:
            self._claim(session, key)
            kept = session.get(IdempotencyKeyRow, key)
            if kept is None:
                kept = IdempotencyKeyRow(
                    key=key, request_hash=wanted, status=200, body="", created_at=clocks.now()
                )
                kept.body = effect(session).model_dump_json()
                session.add(kept)
            elif kept.request_hash != wanted:
                raise Refusal("idempotency-mismatch")
            return Response(kept.body, kept.status, media_type="application/json")

    def forget_old(self) -> None:
        """Drop keys past their time."""
        with self._store.writing() as session:
            session.execute(
                delete(IdempotencyKeyRow).where(IdempotencyKeyRow.created_at < clocks.now() - KEPT)
            )

    @contextmanager
    def _in_flight(self, key: str) -> Iterator[None]:
        """Refuse a key that this process is working on."""
        with self._guard:
            if key in self._flying:
                raise Refusal("idempotency-in-flight", retry_after=1)
            self._flying.add(key)
        try:
            yield
        finally:
            with self._guard:
                self._flying.discard(key)

    def _claim(self, session: Session, key: str) -> None:
        """Refuse a key that another process is working on: on SQLite the one write lock has already waited for it."""
        if self._store.sqlite:
            return
        if not session.scalar(select(func.pg_try_advisory_xact_lock(lock_number(key)))):
            raise Refusal("idempotency-in-flight", retry_after=1)
