"""Who asks, how sure we are of it, and the service that proves it: the gateway's, never the dialogue's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Level(str, Enum):
    """How sure we are who speaks (docs/security-and-privacy.md). Ordered: L0 < L1 < … < L4."""

    L0 = "L0"  # nobody known
    L1 = "L1"  # bound contact, or account number and one matching item
    L2 = "L2"  # two of holder name, account or meter number, address, asked openly
    L3 = "L3"  # app login, or SMS code to the number on file
    L4 = "L4"  # identity card checked by a person

    def covers(self, needed: Level) -> bool:
        """True when this level is at least `needed`."""
        return self.value >= needed.value


@dataclass(frozen=True)
class Subject:
    """Who asks: the gateway's signed assertion and what it says. `token` goes to the company system as it is."""

    token: str = ""
    level: Level = Level.L0
    accounts: tuple[str, ...] = ()
    conversation: str = ""


@dataclass(frozen=True)
class Proof:
    """The gateway's answer to a proof; `subject` is the fresh assertion when it matched."""

    matched: bool
    subject: str = ""
    level: Level = Level.L0
    accounts: tuple[str, ...] = ()
    tries_left: int = 0


@dataclass(frozen=True)
class Stored:
    """What is kept of a conversation, counted."""

    messages: int
    pictures: int
    proofs: int
    calls: int


class Identity(Protocol):
    """Raises NotAllowed when the tries are used up, Unavailable when the gateway does not answer."""

    async def match(self, conversation: str, account_no: str, items: dict[str, str]) -> Proof: ...
    async def find(self, conversation: str, holder_name: str, address: str) -> Proof:
        """Who has no account number: the account of that holder at that address, proved by both."""
        ...

    async def send_code(self, conversation: str, account_no: str, helper: str | None = None) -> str:
        """Send an SMS code to the number on file; returns that number, masked. `helper`: a phone that is to act for
        the holder; the message asks him for his consent."""
        ...

    async def check_code(self, conversation: str, code: str) -> Proof: ...
    async def stored(self, conversation: str) -> Stored:
        """How much is kept of the conversation."""
        ...
