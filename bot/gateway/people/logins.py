"""Agents' passwords, one-time codes and sessions.

Passwords are kept as argon2id (RFC 9106, the library's defaults), sessions as the hash of a random cookie. A session
ends after half an hour without use and after twelve hours anyway (OWASP ASVS 3.3). Unknown names and wrong passwords
take the same time and get the same answer. A try counts before it is checked, so that many at a time count as many; after
some that failed the next has to wait, longer and longer. It is mostly a name at one address that waits: who tries a name
from elsewhere does not lock its owner out, and a lead ends the waiting. A new login ends the older sessions.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyotp
import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection

from bot.gateway.people import agents
from bot.gateway.store import audit, clock
from bot.gateway.store import tables as t
from bot.gateway.store.storage import Store
from bot.gateway.store.texts import read

IDLE = 1800.0
LONGEST = 12 * 3600.0
_WINDOW, _FIRST_WAIT = 900.0, 30.0
_FREE = {"both": 5, "address": 20, "name": 30}
"""Tries without waiting: of a name at an address, of an address, of a name."""
_SHORTEST = 10
ROLES = frozenset({"agent", "lead", "auditor", "admin"})
_hasher = PasswordHasher()
_nobody = _hasher.hash(secrets.token_hex(8))
_SHORT = 32
_one_at_a_time = ThreadPoolExecutor(1, thread_name_prefix="login")
"""A check costs tens of milliseconds and megabytes on purpose: no flood of them may cost the chat its processor."""


class LoginRefused(Exception):
    """No login. `kind` is unauthorized, code-needed or locked."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True)
class AgentSession:
    """Who is at the page; `csrf` must come with every change."""

    name: str
    display: str
    roles: frozenset[str]
    csrf: str


async def login(
    store: Store, name: str, password: str, code: str, address: str = ""
) -> tuple[str, AgentSession]:
    """The cookie of a new session. Raises LoginRefused."""
    marks = _marks(name, address)
    row = await store.write(_take, name, marks)
    kept = row.password if row else _nobody
    good = await asyncio.get_running_loop().run_in_executor(_one_at_a_time, _fits, kept, password)
    if row is None or not good:
        await store.write(audit.record, "?", "login_failed", name[:64])
        raise LoginRefused("unauthorized")
    if row.totp and not code:
        await store.write(_forgive, marks, newest_only=True)
        raise LoginRefused("code-needed")
    begun = await store.write(_begin, name, code, marks)
    if begun is None:
        raise LoginRefused("unauthorized")
    return begun


def unlock(c: Connection, name: str, lead: str) -> None:
    """The name need not wait any longer, wherever it was tried."""
    c.execute(sa.delete(t.login_try).where(t.login_try.c.name.startswith(_mark("of", name)[:_SHORT])))
    audit.record(c, lead, "unlock", name)


def find(c: Connection, cookie: str) -> AgentSession | None:
    """The session of a cookie, kept alive by being asked for; None when it is over."""
    now, s = clock.now(c), t.console_session.c
    row = c.execute(
        sa.select(t.console_session, t.agent.c.display, t.agent.c.roles)
        .join(t.agent, t.agent.c.name == s.agent)
        .where(s.digest == _digest(cookie), s.used_at > now - IDLE, s.created_at > now - LONGEST)
    ).one_or_none()
    if row is None:
        return None
    if now - row.used_at > 30:
        c.execute(sa.update(t.console_session).where(s.digest == row.digest).values(used_at=now))
    return AgentSession(row.agent, row.display, frozenset(row.roles), row.csrf)


def logout(c: Connection, cookie: str, name: str) -> None:
    c.execute(sa.delete(t.console_session).where(t.console_session.c.digest == _digest(cookie)))
    c.execute(sa.update(t.agent).where(t.agent.c.name == name).values(state="offline"))
    audit.record(c, name, "logout", name)


def create(
    c: Connection,
    name: str,
    display: str,
    password: str,
    roles: frozenset[str],
    skills: list[str],
    totp: str | None = None,
) -> None:
    """A new agent, or new values for one; his sessions end. ValueError says what is wrong."""
    if not roles or not roles <= ROLES:
        raise ValueError(f"roles are of {', '.join(sorted(ROLES))}")
    if len(password) < _SHORTEST:
        raise ValueError(f"a password has {_SHORTEST} characters or more")
    values = {
        "display": display, "password": _hasher.hash(password), "totp": totp, "totp_used": 0,
        "roles": sorted(roles), "skills": skills,
    }  # fmt: skip
    if agents.find(c, name):
        c.execute(sa.update(t.agent).where(t.agent.c.name == name).values(**values))
        c.execute(sa.delete(t.console_session).where(t.console_session.c.agent == name))
    else:
        c.execute(sa.insert(t.agent).values(name=name, created_at=clock.now(c), **values))
    audit.record(c, "operator", "agent", name, ",".join(sorted(roles)))


def create_demo(c: Connection, password: str) -> None:
    """The people of data/gateway/demo_agents.yml, where nobody is known yet."""
    if not c.execute(sa.select(t.agent.c.name).limit(1)).first():
        for each in read("demo_agents"):
            create(c, each["name"], each["display"], password, frozenset(each["roles"]), each["skills"])


def _mark(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()


def _marks(name: str, address: str) -> dict[str, str]:
    """What a try counts under; all marks of a name begin alike."""
    own = _mark("of", name)[:_SHORT]
    return {
        "name": own + _mark("name", name)[:_SHORT], "both": own + _mark("at", address)[:_SHORT],
        "address": _mark("from", address),
    }  # fmt: skip


def _take(c: Connection, name: str, marks: dict[str, str]) -> t.Record | None:
    """Count a try and return whose it may be. Raises LoginRefused, and counts nothing, while one has to wait."""
    now, tried = clock.now(c), t.login_try.c
    for kind, mark in marks.items():
        since = sa.select(tried.at).where(tried.name == mark, tried.at > now - _WINDOW)
        times = sorted(c.execute(since).scalars())
        over = len(times) - _FREE[kind]
        if over >= 0 and now - times[-1] < min(_FIRST_WAIT * 2 ** min(over, 10), _WINDOW):
            raise LoginRefused("locked")
    c.execute(sa.insert(t.login_try), [{"name": mark, "at": now} for mark in marks.values()])
    return agents.find(c, name)


def _forgive(c: Connection, marks: dict[str, str], newest_only: bool = False) -> None:
    """Forget what failed of this name at this address, and the newest try of the others: it was none."""
    tried = t.login_try.c
    newest = sa.select(sa.func.max(tried.id)).where(tried.name.in_(marks.values())).group_by(tried.name)
    c.execute(sa.delete(t.login_try).where(tried.id.in_(newest)))
    if not newest_only:
        c.execute(sa.delete(t.login_try).where(tried.name == marks["both"]))


def _fits(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _begin(c: Connection, name: str, code: str, marks: dict[str, str]) -> tuple[str, AgentSession] | None:
    """None, and the try stays counted, when the code does not fit."""
    row = agents.find(c, name)
    assert row is not None
    if row.totp and not _code_fits(c, row, code):
        audit.record(c, "?", "login_failed", name[:64])
        return None
    cookie, now = secrets.token_urlsafe(32), clock.now(c)
    session = AgentSession(name, row.display, frozenset(row.roles), secrets.token_urlsafe(24))
    c.execute(sa.delete(t.console_session).where(t.console_session.c.agent == name))
    c.execute(
        sa.insert(t.console_session).values(
            digest=_digest(cookie), agent=name, csrf=session.csrf, created_at=now, used_at=now
        )
    )
    _forgive(c, marks)
    audit.record(c, name, "login", name)
    return cookie, session


def _code_fits(c: Connection, row: t.Record, code: str) -> bool:
    """Whether the code of RFC 6238 is right and was not used before; half a minute of drift is forgiven."""
    totp, now = pyotp.TOTP(row.totp), int(clock.now(c))
    for step in (now // 30 - 1, now // 30, now // 30 + 1):
        if step > row.totp_used and secrets.compare_digest(totp.generate_otp(step), code):
            c.execute(sa.update(t.agent).where(t.agent.c.name == row.name).values(totp_used=step))
            return True
    return False


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
