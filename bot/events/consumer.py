"""The seam between the process of events and their sources. A consumer is one object: its module in bot/events and one
line in bot/events/registry.py (docs/adding-an-event-consumer.md)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic_settings import BaseSettings, SettingsConfigDict


class ConsumerSettings(BaseSettings):
    """Settings of a consumer: variables begin with GRIDCARE_, and no error shows a value."""

    model_config = SettingsConfigDict(env_prefix="GRIDCARE_", extra="ignore", hide_input_in_errors=True)


@dataclass(frozen=True)
class Event:
    """Something that happened elsewhere. `key` is the source's own name for it: the same key is the same event."""

    key: str
    body: Mapping[str, Any]


class SourceDown(Exception):
    """Nothing can be had from the source, or nothing told to whoever is to hear of it; try again."""


class NeverGood(Exception):
    """This event cannot be handled, however often it is tried."""


class Consumer(ABC):
    """What is received is committed, then acknowledged, then handled until that has succeeded. An event may be received
    and handled more than once: the first is known by its key, the second is for `handle` to make harmless."""

    name: ClassVar[str]

    @classmethod
    @abstractmethod
    def of(cls) -> Self | None:
        """The consumer, or None where the settings do not ask for it. Raises ValidationError."""

    @abstractmethod
    async def receive(self) -> Sequence[Event]:
        """Wait for events, for half a minute at most; what is not acknowledged comes again. Raises SourceDown."""

    @abstractmethod
    async def acknowledge(self, events: Sequence[Event]) -> None:
        """These are kept; the source may forget them. Raises SourceDown."""

    @abstractmethod
    async def handle(self, event: Event) -> None:
        """Do what follows from it. Raises SourceDown, NeverGood."""

    async def close(self) -> None:
        """Let go of connections."""
