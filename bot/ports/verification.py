"""What the company knows of a holder, for proving who speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class OnFile:
    """What is kept of an account's holder, unmasked: for an agent who has given his reason."""

    holder: str
    address: str
    phone: str | None


@dataclass(frozen=True)
class IdentityMatch:
    """Which of the offered items fit the account. Unknown accounts give `matched=()` just the same."""

    matched: tuple[str, ...]  # of: holder_name, address, meter_no, phone_tail


class Verification(Protocol):
    """Used by the gateway alone, which holds the identity level."""

    async def match(self, account_no: str, items: dict[str, str]) -> IdentityMatch: ...
    async def account_at(self, holder_name: str, address: str) -> str | None:
        """The one account of that holder at that address; None when there is none, or more than one."""
        ...

    async def phone_on_file(self, account_no: str) -> str | None:
        """The full number for an SMS code; None when there is none or no such account."""
        ...

    async def on_file(self, account_no: str) -> OnFile | None:
        """What an agent may see after the reason was recorded; None when there is no such account."""
        ...

    async def accounts_of_phone(self, phone: str) -> tuple[str, ...]:
        """Accounts whose number on file this is."""
        ...
