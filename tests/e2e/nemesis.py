"""Kill processes at random under load, then count what was lost, done twice or out of order.

    ledger = await rampage(clients(url, token, 25), victims, seconds=60)
    await settled(gateway_db, seconds=60)
    report = check(gateway_db, ledger, danger_orders(backend_db))
    assert report.clean, report

`victims` are anything with a `name` and a `kill()`; whoever owns them starts them again. What a customer was told is
safe (an answer of 200 or 202) is the ledger; the checker compares it with the gateway's own rows.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import sqlite3
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx

SENTENCES = ("你好", "谢谢", "你是机器人吗", "电费怎么交", "营业厅几点上班", "怎么省电")
DANGER = "我家门口的电线断了掉在地上"


class Victim(Protocol):
    """A process that may be killed."""

    name: str

    def kill(self) -> None: ...


@dataclass(frozen=True)
class Sent:
    """A message whose safety was promised. `began` and `acked` are monotonic seconds."""

    conversation: str
    message_id: str
    text: str
    began: float
    acked: float


@dataclass
class Ledger:
    """What clients were promised, and whom the nemesis killed."""

    sent: list[Sent] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)


def conversation_of(app_conversation: str) -> str:
    """The gateway's name for a conversation of the app channel."""
    return f"app-{hashlib.sha256(app_conversation.encode()).hexdigest()[:32]}"


class Client:
    """One customer of the app channel: sends a sentence every few seconds, each until it is acknowledged, some
    twice, and goes on without the answer when that takes more than a second."""

    def __init__(
        self,
        url: str,
        token: str,
        chance: random.Random,
        sentences: Sequence[str] = SENTENCES,
        pause: tuple[float, float] = (0.2, 1.5),
    ) -> None:
        self.name = f"nemesis-{uuid.UUID(int=chance.getrandbits(128))}"
        self._chance = chance
        self._sentences = sentences
        self._url = url
        self._pause = pause
        self._headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=1"}

    async def talk(self, end: float, ledger: Ledger) -> None:
        async with httpx.AsyncClient(
            base_url=self._url, headers=self._headers, trust_env=False, timeout=15
        ) as http:
            danger_at = self._chance.randrange(1, 6)
            number = 0
            while time.monotonic() < end:
                number += 1
                text = DANGER if number == danger_at else self._chance.choice(self._sentences)
                await self._insist(http, f"{number}", text, ledger)
                await asyncio.sleep(self._chance.uniform(*self._pause))

    async def _insist(self, http: httpx.AsyncClient, message_id: str, text: str, ledger: Ledger) -> None:
        """Send until acknowledged; three in ten twice at the same time."""
        body = {"message_id": message_id, "conversation": self.name, "text": text}
        began = time.monotonic()
        while True:
            copies = 2 if self._chance.random() < 0.3 else 1
            answers = await asyncio.gather(*(self._post(http, body) for _ in range(copies)))
            if any(status in (200, 202) for status in answers):
                ledger.sent.append(Sent(self.name, message_id, text, began, time.monotonic()))
                return
            await asyncio.sleep(self._chance.uniform(0.3, 1.0))

    async def _post(self, http: httpx.AsyncClient, body: dict[str, Any]) -> int:
        try:
            return (await http.post("/api/v1/messages", json=body)).status_code
        except httpx.HTTPError:
            return 0


def clients(url: str, token: str, count: int, seed: int = 1, **more: Any) -> list[Client]:
    """Customers with their own chances, the same for the same seed."""
    return [Client(url, token, random.Random(seed * 1000 + n), **more) for n in range(count)]


async def kill_at_random(
    victims: Sequence[Victim], end: float, ledger: Ledger, pause: tuple[float, float], chance: random.Random
) -> None:
    while time.monotonic() < end:
        await asyncio.sleep(chance.uniform(*pause))
        victim = chance.choice(victims)
        victim.kill()
        ledger.killed[victim.name] += 1


async def rampage(
    customers: Sequence[Client],
    victims: Sequence[Victim],
    seconds: float,
    pause: tuple[float, float] = (0.5, 2.0),
    seed: int = 1,
) -> Ledger:
    """Let customers talk while victims are killed; ends when every message begun is acknowledged."""
    ledger, end = Ledger(), time.monotonic() + seconds
    killer = kill_at_random(victims, end, ledger, pause, random.Random(seed))
    await asyncio.gather(killer, *(customer.talk(end, ledger) for customer in customers))
    return ledger


async def settled(gateway_db: Path, seconds: float) -> None:
    """Wait until the gateway has nothing left to do; TimeoutError when it takes longer."""
    waiting = """SELECT (SELECT count(*) FROM inbox WHERE state = 'new')
        + (SELECT count(*) FROM submission WHERE state = 'new')"""
    async with asyncio.timeout(seconds):
        while True:
            if not _rows(gateway_db, waiting)[0][0]:
                return
            await asyncio.sleep(0.2)


@dataclass
class Report:
    """What the checker found; every list names conversation and message."""

    acked: int
    killed: Counter[str]
    lost: list[str] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    p50: float = 0.0
    slowest: float = 0.0

    @property
    def clean(self) -> bool:
        findings = (self.lost, self.set_aside, self.unanswered, self.duplicated, self.disordered, self.gaps)
        return self.acked > 0 and not any((*findings, self.orders))

    def __str__(self) -> str:
        counts = {
            name: len(getattr(self, name))
            for name in ("lost", "set_aside", "unanswered", "duplicated", "disordered", "gaps", "orders")
        }
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        kills = ", ".join(f"{name} ×{count}" for name, count in sorted(self.killed.items()))
        return (
            f"acked {self.acked}; {told}; received → done p50 {self.p50:.2f} s, slowest {self.slowest:.1f} s; "
            f"killed: {kills or 'nobody'}"
        )


def danger_orders(backend_db: Path) -> Counter[str]:
    """Emergency orders of the reference company system, by the conversation that placed them."""
    query = "SELECT conversation, count(*) FROM work_orders WHERE kind = 'danger' GROUP BY conversation"
    return Counter({row[0]: row[1] for row in _rows(backend_db, query)})


def check(
    gateway_db: Path,
    ledger: Ledger,
    orders: Counter[str] | None = None,
) -> Report:
    """Compare the ledger with the gateway's rows, and, where given, with the emergency orders the company has
    by conversation: exactly one for each that told of danger."""
    report = Report(len(ledger.sent), ledger.killed)
    inbox = {row["message_id"]: row for row in _rows(gateway_db, "SELECT * FROM inbox")}
    answers = defaultdict(list)
    for row in _rows(gateway_db, "SELECT * FROM message WHERE author <> 'customer'"):
        answers[row["inbox_id"]].append(row)
    for sent in ledger.sent:
        key = f"{conversation_of(sent.conversation)}:{sent.message_id}"
        _judge(report, key, inbox.get(key), answers)
    _judge_order(report, gateway_db)
    waits = sorted(r["finished_at"] - r["received_at"] for r in inbox.values() if r["finished_at"])
    if waits:
        report.p50, report.slowest = waits[len(waits) // 2], waits[-1]
    if orders is not None:
        told = {conversation_of(sent.conversation) for sent in ledger.sent if sent.text == DANGER}
        report.orders = [f"{name}: {orders[name]} orders" for name in sorted(told) if orders[name] != 1]
    return report


def _judge(report: Report, key: str, row: sqlite3.Row | None, answers: dict[int, list[sqlite3.Row]]) -> None:
    if row is None or row["state"] == "new":
        report.lost.append(key)
        return
    if row["state"] == "dead":
        report.set_aside.append(key)
    replies = [a["key"] for a in answers[row["id"]] if a["key"].startswith("re:")]
    if row["state"] == "done" and not replies:
        report.unanswered.append(key)
    # A turn's replies are numbered by the one commit that stores them.
    if sorted(replies) != sorted(f"re:{row['id']}:{n}" for n in range(len(replies))):
        report.duplicated.append(key)


def _judge_order(report: Report, gateway_db: Path) -> None:
    """Numbers without gaps or repeats; answers in the order of the messages they answer."""
    published = defaultdict(list)
    query = "SELECT * FROM message WHERE state = 'published' ORDER BY conversation, seq"
    for row in _rows(gateway_db, query):
        published[row["conversation"]].append(row)
    for name, rows in published.items():
        if [row["seq"] for row in rows] != list(range(1, len(rows) + 1)):
            report.gaps.append(name)
        turns = [row["inbox_id"] for row in rows if row["key"].startswith("re:")]
        if turns != sorted(turns):
            report.disordered.append(name)


def _rows(database: Path, query: str) -> list[sqlite3.Row]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        connection.row_factory = sqlite3.Row
        return connection.execute(query).fetchall()
    finally:
        connection.close()
