"""The seam between the gateway and its channels. A channel is one object: its module in bot/channels, its manner in
data/channels, one line in bot/channels/registry.py (docs/adding-a-channel.md)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from fastapi import FastAPI
from pydantic_settings import BaseSettings

from bot.gateway.announce.outlet import Outlet
from bot.gateway.jobs.job import Job

if TYPE_CHECKING:
    from bot.gateway.gateway import Gateway


class Channel(ABC):
    """One way in. `mount` is all that must be there; what a channel does not need it leaves as it is here."""

    name: ClassVar[str]
    settings: ClassVar[tuple[type[BaseSettings], ...]] = ()  # its own, read with the gateway's
    upload_paths: ClassVar[tuple[str, ...]] = ()  # where a body may be as large as a picture
    for_customers: ClassVar[bool] = True  # then data/channels/<name>.yml says how it speaks

    @classmethod
    @abstractmethod
    def of(cls, gateway: Gateway) -> Self | None:
        """The channel of a gateway, or None where its settings do not ask for it."""

    @abstractmethod
    def mount(self, app: FastAPI) -> None:
        """Add its routes; `app.state.sockets` is the Socket.IO server of all channels."""

    async def start(self) -> None:
        """Begin to work; the database is open."""

    def jobs(self) -> Sequence[Job]:
        """What is done again and again once it has started, and no more before it stops."""
        return ()

    def outlet(self) -> Outlet | None:
        """Its way to tell customers a fact unasked."""
        return None

    async def stop(self) -> None:
        """Let go of connections; the database is still open."""

    async def forget(self, conversation: str) -> None:
        """Forget what the channel itself keeps of a conversation. Raises Unavailable to be asked again."""

    async def limit(self, conversation: str) -> dict[str, Any] | None:
        """What an agent should know before they write: `left` of `of` messages `until` a time; None: no limit."""
        return None
