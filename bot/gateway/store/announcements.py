"""Facts that are to be told, each once per version, and over which outlets they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.gateway.store import clock, messages
from bot.gateway.store import tables as t
from bot.gateway.store.storage import insert_once

_LEASE = 60.0
_DAY = 86_400.0
_KEPT = 90 * _DAY
_REACHED = ("waiting", "told")
_A, _T = t.announcement.c, t.telling.c


@dataclass(frozen=True)
class Announcement:
    """A fact about an account, told to those it belongs to, or about the person of a conversation. Of two versions
    the later counts; `values` fill the text of its kind. After `expires` it is of no use."""

    key: str
    version: int
    kind: str
    urgent: bool
    values: Mapping[str, str]
    expires: float
    account: str | None = None
    conversation: str | None = None
    id: int = 0
    attempts: int = 0

    @property
    def about(self) -> str:
        return self.account or self.conversation or ""


def message_key(telling: int) -> str:
    """The key of the message that tells it, where it stands in a conversation."""
    return f"telling:{telling}"


def take(c: Connection, told: Announcement) -> bool:
    """Keep a fact; False when this version or a later one is there. Raises KeyError for an unknown conversation."""
    now = clock.now(c)
    if told.conversation and messages.find_talk(c, told.conversation) is None:
        raise KeyError(told.conversation)
    same = (_A.key == told.key, _A.about == told.about)
    newest = c.execute(sa.select(sa.func.max(_A.version)).where(*same)).scalar()
    if newest is not None and newest >= told.version:
        return False
    older = sa.select(_A.id).where(*same)
    unsaid = sa.update(t.telling).where(_T.announcement_id.in_(older), _T.state == "waiting")
    c.execute(unsaid.values(state="failed", at=now))
    c.execute(sa.update(t.announcement).where(*same, _A.state == t.NEW).values(state="superseded"))
    row = {
        "key": told.key, "about": told.about, "conversation": told.conversation, "version": told.version,
        "kind": told.kind, "urgent": told.urgent, "details": dict(told.values), "expires": told.expires,
        "created_at": now,
    }  # fmt: skip
    return insert_once(c, t.announcement, row)


def claim(c: Connection) -> Announcement | None:
    """The fact that is due next, this caller's until it is put off, ended, or a minute has passed."""
    now = clock.now(c)
    due = sa.select(_A.id).where(_A.state == t.NEW, _A.not_before <= now)
    due = due.order_by(_A.urgent.desc(), _A.id).limit(1).with_for_update(skip_locked=True)
    taken = sa.update(t.announcement).where(_A.id == due.scalar_subquery())
    values = {"not_before": now + _LEASE, "attempts": _A.attempts + 1}
    row = c.execute(taken.values(**values).returning(t.announcement)).one_or_none()
    return _announcement(row) if row else None


def put_off(c: Connection, number: int, until: float) -> None:
    mine = sa.update(t.announcement).where(_A.id == number, _A.state == t.NEW)
    c.execute(mine.values(not_before=until))


def lock(c: Connection, told: Announcement) -> bool:
    """Hold everything that is said to this customer until the commit; whether this fact is still to be told."""
    rows = c.execute(
        sa.select(_A.id, _A.state).where(_A.about == told.about).order_by(_A.id).with_for_update()
    )
    return any(row.id == told.id and row.state == "new" for row in rows)


def others_since(c: Connection, told: Announcement, since: float) -> int:
    """To how many other facts that were not urgent this customer was told since then."""
    both = sa.join(t.telling, t.announcement, _T.announcement_id == _A.id)
    query = sa.select(sa.func.count(sa.distinct(_A.id))).select_from(both)
    query = query.where(_A.about == told.about, _A.id != told.id, ~_A.urgent)
    return int(c.execute(query.where(_T.at >= since, _T.state.in_(_REACHED))).scalar_one())


def addressed(c: Connection, number: int, outlet: str) -> frozenset[str]:
    """Whom this fact has gone to over this outlet, whatever became of it."""
    query = sa.select(_T.addressee).where(_T.announcement_id == number, _T.outlet == outlet)
    return frozenset(c.execute(query).scalars())


def begin(c: Connection, number: int, outlet: str, addressee: str) -> int:
    """Note a telling that is under way; its number."""
    row = {"announcement_id": number, "outlet": outlet, "addressee": addressee, "state": "waiting"}
    return int(c.execute(sa.insert(t.telling).values(**row, at=clock.now(c)).returning(_T.id)).scalar_one())


def settle(c: Connection, telling: int | None, told: bool) -> None:
    """An outlet knows what became of a telling. Where it failed, its fact looks for another outlet."""
    now = clock.now(c)
    of = sa.select(_T.announcement_id).where(_T.id == telling).scalar_subquery()
    number = c.execute(sa.select(_A.id).where(_A.id == of).with_for_update()).scalar()
    c.execute(sa.update(t.telling).where(_T.id == telling).values(state="told" if told else "failed", at=now))
    if not told:
        again = sa.update(t.announcement).where(_A.id == number, _A.state == "told", _A.expires > now)
        c.execute(again.values(state="new", not_before=now))


def reached(c: Connection, number: int) -> int:
    """Over how many outlets somebody was told, or is about to be."""
    query = sa.select(sa.func.count(sa.distinct(_T.outlet)))
    query = query.where(_T.announcement_id == number, _T.state.in_(_REACHED))
    return int(c.execute(query).scalar_one())


def end(c: Connection, number: int, state: str) -> None:
    """Nothing more is to be done; what an outlet still has on its way it settles."""
    mine = sa.update(t.announcement).where(_A.id == number, _A.state == t.NEW)
    c.execute(mine.values(state=state))


def waiting(c: Connection, outlet: str, accounts: Sequence[str]) -> list[tuple[int, Announcement]]:
    """The tellings that wait at an outlet for whoever has one of these accounts, oldest first."""
    both = sa.join(t.telling, t.announcement, _T.announcement_id == _A.id)
    query = sa.select(_T.id.label("telling"), *t.announcement.c).select_from(both)
    query = query.where(_T.outlet == outlet, _T.state == sa.literal_column("'waiting'"))
    rows = c.execute(query.where(_A.about.in_(accounts), _A.expires > clock.now(c)).order_by(_T.id)).all()
    return [(row.telling, _announcement(row)) for row in rows]


def waits(c: Connection, telling: int | None) -> bool:
    """Whether a telling is still wanted; holds it until the commit."""
    state = c.execute(sa.select(_T.state).where(_T.id == telling).with_for_update()).scalar()
    return state == "waiting"


def counts(c: Connection) -> dict[str, int]:
    """How many facts wait to be told, and how many of the last day reached nobody."""
    now = clock.now(c)
    new = sa.select(sa.func.count()).where(_A.state == t.NEW, _A.expires > now)
    lost = sa.select(sa.func.count()).where(_A.state.in_(("untold", "expired")), _A.created_at > now - _DAY)
    return {"waiting": int(c.execute(new).scalar_one()), "untold": int(c.execute(lost).scalar_one())}


def history(c: Connection, key: str) -> list[dict[str, Any]]:
    """What became of a fact: each version for each customer, with its tellings."""
    facts = c.execute(sa.select(t.announcement).where(_A.key == key).order_by(_A.id)).all()
    tellings = c.execute(
        sa.select(t.telling).where(_T.announcement_id.in_([row.id for row in facts])).order_by(_T.id)
    ).all()
    return [
        {
            "about": fact.about, "version": fact.version, "kind": fact.kind, "urgent": fact.urgent, "state": fact.state,
            "tellings": [
                {"outlet": each.outlet, "addressee": each.addressee, "state": each.state, "at": each.at}
                for each in tellings if each.announcement_id == fact.id
            ],
        }
        for fact in facts
    ]  # fmt: skip


def opt_out(c: Connection, about: str, kind: str, outlet: str, out: bool) -> None:
    """Somebody wants no more notices of this kind over this outlet ("" for all), or wants them again."""
    row = {"about": about, "kind": kind, "outlet": outlet}
    c.execute(sa.delete(t.opt_out).where(*(t.opt_out.c[name] == value for name, value in row.items())))
    if out:
        insert_once(c, t.opt_out, {**row, "at": clock.now(c)})


def wants(c: Connection, told: Announcement, outlet: str, addressee: str) -> bool:
    """Whether neither the account nor this addressee has opted out."""
    o = t.opt_out.c
    query = sa.select(o.about).where(
        o.about.in_((told.about, addressee)), o.kind.in_(("", told.kind)), o.outlet.in_(("", outlet))
    )
    return c.execute(query.limit(1)).first() is None


def sweep(c: Connection) -> None:
    """Delete what has been of no use for three months."""
    c.execute(sa.delete(t.announcement).where(_A.expires < clock.now(c) - _KEPT))


def _announcement(row: t.Record) -> Announcement:
    account = None if row.conversation else row.about
    return Announcement(
        row.key, row.version, row.kind, row.urgent, row.details, row.expires, account, row.conversation, row.id,
        row.attempts,
    )  # fmt: skip
