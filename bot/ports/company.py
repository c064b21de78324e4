"""All that is asked of a company, plugged together."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Self

from bot.ports.billing import Billing
from bot.ports.directory import Directory
from bot.ports.network import PowerNetwork
from bot.ports.orders import Orders
from bot.ports.outages import Outages
from bot.ports.services import Services
from bot.ports.verification import Verification


@dataclass(frozen=True)
class Company:
    """All ports of one company, plugged together; closed when the process ends."""

    billing: Billing
    outages: Outages
    orders: Orders
    directory: Directory
    verification: Verification
    services: Services
    network: PowerNetwork

    def ahead(self) -> float | None:
        """By how many seconds the company's clock was ahead of ours when it last answered; None: not known. What is signed
        for the company is signed by its clock."""
        return None

    async def aclose(self) -> None:
        """Let go of what the adapter holds open."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
