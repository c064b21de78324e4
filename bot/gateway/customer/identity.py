"""How sure we are who speaks, held per conversation (docs/security-and-privacy.md).

An account number identifies and never proves. Holder name or address beside it give L2, meter number or the tail
of the phone L1, an SMS code to the number on file L3, the company's own app vouches for its logged-in customer.
Unknown accounts and wrong items are answered alike, and so are codes for accounts that do not exist.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.core.address import estate
from bot.core.masking import mask_account
from bot.gateway.customer import subject
from bot.gateway.store import audit, clock, sms
from bot.gateway.store import tables as t
from bot.gateway.store.storage import Store
from bot.gateway.store.texts import Wording
from bot.ports.errors import CompanyError
from bot.ports.identity import Level, Subject
from bot.ports.verification import Verification

HOUR, DAY = 3600, 86_400
VALID = 1800
CODE_LIFETIME = 300
CODE_TRIES = 5
WRONG_PER_CONVERSATION = 3
WRONG_PER_HOUR = {"account": 10, "address": 6, "estate": 20, "young": 8, "source": 10}
"""How often what is said may be wrong in an hour: about one account, one address, one estate, one estate in conversations
that have only begun, and from one source. So neither many names at one door nor one name at many doors can be tried."""
YOUNG = 600
CODES_PER_CONVERSATION = 3
CODES_PER_PHONE = 5
CODES_PER_SOURCE = 10
CODES_IN_ALL = 1000
"""An hour; a prefecture asks for some dozens."""
_LEVEL_OF = {
    "holder_name": Level.L2,
    "address": Level.L2,
    "meter_no": Level.L1,
    "phone_tail": Level.L1,
}

T = TypeVar("T")


class TooMany(Exception):
    """The tries are used up; more in `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many tries")
        self.retry_after = retry_after


class UnknownConversation(Exception):
    """No such conversation."""


@dataclass(frozen=True)
class ProofOutcome:
    """Whether the check succeeded, who speaks now, and how many more wrong tries are allowed."""

    matched: bool
    who: Subject
    tries_left: int


@dataclass(frozen=True)
class CodeSent:
    phone_masked: str
    expires_in: int


def conversation_of(engine_conversation: str) -> str:
    """The conversation behind the engine's name for one of its sessions (see `session_name`)."""
    return engine_conversation.partition(".")[0]


def session_name(conversation: str, session: int) -> str:
    """What the engine calls a conversation; a new session is a new name, so it starts afresh there."""
    return f"{conversation}.{session}" if session else conversation


class IdentityService:
    """Levels, codes and tries of every conversation."""

    def __init__(
        self,
        store: Store,
        verification: Verification,
        wording: Wording,
        key: str,
        company_ahead: Callable[[], float | None] = lambda: None,
    ) -> None:
        """`company_ahead`: by how many seconds the company's clock is ahead of ours, None while nobody knows."""
        self._store = store
        self._verification = verification
        self._wording = wording
        self._key = key
        self._company_ahead = company_ahead

    def who(self, c: Connection, conversation: str) -> Subject:
        """Who speaks now: the level proved last that still holds, and the accounts at that level or above."""
        i = t.identity.c
        query = sa.select(i.account, i.level).where(i.conversation == conversation, i.until > clock.now(c))
        rows = c.execute(query.order_by(i.verified_at.desc())).all()
        level = Level(rows[0].level) if rows else Level.L0
        accounts = tuple(row.account for row in rows if Level(row.level).covers(level))
        at = clock.now(c) + (self._company_ahead() or 0)
        token = subject.mint(self._key, conversation, level.value, accounts, at)
        return Subject(token, level, accounts, conversation)

    def source(self, address: str) -> str:
        """An address of the network as tries are counted by it, and kept."""
        return self._hash("source-of", address)

    def vouch(self, c: Connection, conversation: str, level: Level, accounts: Sequence[str]) -> None:
        """Take the word of the company's own app; it replaces what the app said before."""
        i = t.identity.c
        c.execute(sa.delete(t.identity).where(i.conversation == conversation, i.source == "app"))
        for account in accounts:
            _grant(c, conversation, account, level, "app")

    async def match(self, conversation: str, account_no: str, items: dict[str, str]) -> ProofOutcome:
        """Compare what the customer said with the account. Raises TooMany, or the company's Unavailable."""
        left, marks, found = await self._counted(
            conversation,
            {"account": account_no, **_place(items.get("address", ""))},
            lambda: self._verification.match(account_no, items),
        )
        levels = [_LEVEL_OF[name] for name in found.matched if name in items and name in _LEVEL_OF]
        if not levels:
            return ProofOutcome(False, await self._store.read(self.who, conversation), left - 1)
        level = max(levels, key=lambda one: one.value)
        return await self._proved(conversation, account_no, level, marks, left)

    async def find(self, conversation: str, holder_name: str, address: str) -> ProofOutcome:
        """Who has no account number proves himself by both other items. Raises TooMany, or Unavailable."""
        left, marks, account_no = await self._counted(
            conversation, _place(address), lambda: self._verification.account_at(holder_name, address)
        )
        if account_no is None:
            return ProofOutcome(False, await self._store.read(self.who, conversation), left - 1)
        return await self._proved(conversation, account_no, Level.L2, marks, left)

    async def _counted(
        self, conversation: str, about: dict[str, str], ask: Callable[[], Awaitable[T]]
    ) -> tuple[int, list[str], T]:
        """The company's answer to a try, the tries that were left, and the try's marks. The try is counted before the
        answer is known: guesses made at the same time cannot slip past the limit. Raises TooMany."""
        left, marks = await self._store.write(self._count_try, conversation, about)
        try:
            return left, marks, await ask()
        except Exception:
            await self._store.write(_take_back, conversation, marks)
            raise

    async def _proved(
        self, conversation: str, account_no: str, level: Level, marks: list[str], left: int
    ) -> ProofOutcome:
        """The proof is recorded, the try taken back, and the number on file told: whoever holds it learns that somebody
        knew what neighbours know."""
        try:
            phone = await self._verification.phone_on_file(account_no)
        except CompanyError:
            phone = None
        who = await self._store.write(self._record, conversation, account_no, level, marks, phone)
        return ProofOutcome(True, who, left)

    def _record(
        self,
        c: Connection,
        conversation: str,
        account_no: str,
        level: Level,
        marks: list[str],
        phone: str | None,
    ) -> Subject:
        _take_back(c, conversation, marks)
        _grant(c, conversation, account_no, level, "match")
        told, w = self._hash("told", account_no), t.wrong_try.c
        if phone and not _since(c, w.at, w.account == told, DAY):
            c.execute(sa.insert(t.wrong_try).values(conversation=conversation, account=told, at=clock.now(c)))
            sms.queue(c, phone, self._wording.say("sms_proof"), sms.DAY)
        return self.who(c, conversation)

    def _count_try(self, c: Connection, conversation: str, about: dict[str, str]) -> tuple[int, list[str]]:
        """Count a try as wrong, under every mark it has; how many this conversation had left, and the marks. Raises
        TooMany."""
        talk = _lock(c, conversation)
        if "estate" in about and clock.now(c) - talk.created_at < YOUNG:
            about = {**about, "young": about["estate"]}
        if source := _source(c, conversation):
            about = {**about, "source": source}
        caps = {self._hash("conversation", conversation): WRONG_PER_CONVERSATION}
        caps |= {self._hash(kind, value): WRONG_PER_HOUR[kind] for kind, value in about.items()}
        return _count(c, conversation, caps)[0], list(caps)

    async def send_code(self, conversation: str, account_no: str, helper: str | None = None) -> CodeSent:
        """Send a code to the number on file. For an unknown account everything looks the same, but nothing
        is sent. `helper`: who is to act for the holder from now on, a phone number or a channel; the message says so,
        and the code told is the holder's consent, which is recorded. Raises TooMany, or the company's Unavailable."""
        on_file = await self._verification.phone_on_file(account_no)
        phone = on_file or self._made_up_phone(account_no)
        digits = f"{secrets.randbelow(1_000_000):06d}"
        salt = secrets.token_hex(8)
        row = {
            "conversation": conversation, "account": self._hash("account", account_no),
            "phone": self._hash("phone", phone), "account_no": account_no if on_file else "",
            "salt": salt, "digest": self._hash(salt, digits), "created_at": self._store.clock(),
            "helper": self._wording.helper(helper) if helper else None,
        }  # fmt: skip
        about = {"code": digits, "minutes": CODE_LIFETIME // 60, "helper": row["helper"]}
        text = self._wording.say("sms_consent" if helper else "sms_code", **about)
        await self._store.write(self._store_code, row, (phone, text) if on_file else None)
        return CodeSent(f"{phone[:3]}****{phone[-4:]}", CODE_LIFETIME)

    def _store_code(self, c: Connection, row: dict[str, Any], text: tuple[str, str] | None) -> None:
        """Keep a code in place of older ones, and queue its message when there is somebody to send it to."""
        talk = row["conversation"]
        _lock(c, talk)
        _cap_codes(c, row)
        caps = {self._hash("codes", ""): CODES_IN_ALL}
        if source := _source(c, talk):
            caps[self._hash("codes", source)] = CODES_PER_SOURCE
        _count(c, talk, caps)
        c.execute(sa.update(t.code).where(t.code.c.conversation == talk).values(used=True))
        c.execute(sa.insert(t.code).values(**row))
        if text:
            sms.queue(c, *text)

    async def check_code(self, conversation: str, digits: str) -> ProofOutcome:
        """Compare a code: good for five minutes, once, for five tries. Raises TooMany after them."""
        return await self._store.write(self._check, conversation, digits)

    def _check(self, c: Connection, conversation: str, digits: str) -> ProofOutcome:
        _lock(c, conversation)
        row = _newest_code(c, conversation)
        matched, left = (False, 0) if row is None else self._try(c, row, digits)
        return ProofOutcome(matched, self.who(c, conversation), left)

    def _try(self, c: Connection, row: t.Record, digits: str) -> tuple[bool, int]:
        """Whether the code is right, and how many tries it has left. The code of an unknown account never is."""
        if row.tries >= CODE_TRIES:
            raise TooMany(int(row.created_at + CODE_LIFETIME - clock.now(c)) + 1)
        right = hmac.compare_digest(row.digest, self._hash(row.salt, digits)) and bool(row.account_no)
        tries = row.tries + (not right)
        changes = {"used": right, "tries": tries}
        c.execute(sa.update(t.code).where(t.code.c.id == row.id).values(**changes))
        if right:
            _grant(c, row.conversation, row.account_no, Level.L3, "code")
            if row.helper:
                audit.record(c, row.conversation, "consent", mask_account(row.account_no), row.helper)
        return right, CODE_TRIES - tries

    def _hash(self, salt: str, value: str) -> str:
        return hmac.new(self._key.encode(), f"{salt}:{value}".encode(), hashlib.sha256).hexdigest()

    def _made_up_phone(self, account_no: str) -> str:
        """A number that does not exist in our books, always the same one for the same account."""
        noise = int(self._hash("phone-of", account_no), 16)
        return f"1{(30, 35, 38, 39, 47, 50, 58, 87)[noise % 8]}{noise // 8 % 10**8:08d}"


def _lock(c: Connection, conversation: str) -> t.Record:
    query = sa.select(t.conversation).where(t.conversation.c.id == conversation)
    talk = c.execute(query.with_for_update()).first()
    if talk is None:
        raise UnknownConversation
    return talk


def _place(address: str) -> dict[str, str]:
    """An address as tries are counted by: the door, and the estate or village without the numbers of doors."""
    door = "".join(char for char in unicodedata.normalize("NFKC", address) if char.isalnum())
    return {"address": door, "estate": estate(door)} if door else {}


def _source(c: Connection, conversation: str) -> str | None:
    """Where the conversation's last message came from, where its channel can tell."""
    i = t.inbox.c
    source = i.body["source"].as_string()
    query = sa.select(source).where(i.conversation == conversation, source.is_not(None))
    found: str | None = c.execute(query.order_by(i.id.desc()).limit(1)).scalar()
    return found


def _count(c: Connection, conversation: str, caps: Mapping[str, int]) -> list[int]:
    """Count one under each mark and return how many were left of each, in order. Raises TooMany, and counts none then."""
    w, left = t.wrong_try.c, []
    for mark, most in caps.items():
        times = _since(c, w.at, w.account == mark, HOUR)
        if len(times) >= most:
            raise TooMany(int(times[-most] + HOUR - clock.now(c)) + 1)
        left.append(most - len(times))
    now = clock.now(c)
    c.execute(sa.insert(t.wrong_try), [{"conversation": conversation, "account": m, "at": now} for m in caps])
    return left


def _take_back(c: Connection, conversation: str, marks: Sequence[str]) -> None:
    """Forget the newest try under these marks: it was right, or nobody answered."""
    w = t.wrong_try.c
    newest = sa.select(sa.func.max(w.id)).where(w.conversation == conversation, w.account.in_(marks))
    c.execute(sa.delete(t.wrong_try).where(w.id.in_(newest.group_by(w.account))))


def _grant(c: Connection, conversation: str, account: str, level: Level, source: str) -> None:
    """Record a proof; a weaker one does not undo a stronger one that still holds."""
    i, now = t.identity.c, clock.now(c)
    mine = (i.conversation == conversation, i.account == account)
    held = (c.execute(sa.select(i.level).where(*mine, i.until > now))).scalar()
    if held and Level(held).covers(level) and held != level.value:
        return
    c.execute(sa.delete(t.identity).where(*mine))
    row = {"conversation": conversation, "account": account, "level": level.value, "source": source}
    c.execute(sa.insert(t.identity).values(**row, verified_at=now, until=now + VALID))


def _since(
    c: Connection, at: sa.ColumnElement[float], which: sa.ColumnElement[bool], seconds: int
) -> list[float]:
    query = sa.select(at).where(which, at > clock.now(c) - seconds).order_by(at)
    return list((c.execute(query)).scalars())


def _cap_codes(c: Connection, row: dict[str, Any]) -> None:
    """Refuse a code beyond what a conversation may ask for per hour, and a phone or an account per day."""
    k = t.code.c
    caps: tuple[tuple[sa.ColumnElement[bool], int, int], ...] = (
        (k.conversation == row["conversation"], CODES_PER_CONVERSATION, HOUR),
        (k.phone == row["phone"], CODES_PER_PHONE, DAY),
        (k.account == row["account"], CODES_PER_PHONE, DAY),
    )
    for which, most, seconds in caps:
        times = _since(c, k.created_at, which, seconds)
        if len(times) >= most:
            raise TooMany(int(times[-most] + seconds - clock.now(c)) + 1)


def _newest_code(c: Connection, conversation: str) -> t.Record | None:
    k = t.code.c
    query = sa.select(t.code).where(
        k.conversation == conversation, ~k.used, k.created_at > clock.now(c) - CODE_LIFETIME
    )
    return (c.execute(query.order_by(k.id.desc()))).first()
