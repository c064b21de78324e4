"""An outlet: one way to tell somebody a fact, offered by a channel or by the gateway itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Connection

from bot.gateway.store.announcements import Announcement
from bot.gateway.store.messages import Message


@dataclass(frozen=True)
class Addressee:
    """Somebody an outlet reaches. Only `name` is kept, and a customer opts out by it; `phone` is where there is one."""

    name: str
    phone: str = ""


@dataclass(frozen=True)
class Handed:
    """What became of a telling that an outlet took: told, or on its way until the outlet settles it
    (`announcements.settle`); and the messages that were published."""

    told: bool
    published: Sequence[Message] = ()


class Outlet(ABC):
    """`take` runs in the commit that notes the telling: it writes down what is to be sent and sends nothing itself."""

    name: ClassVar[str]  # as data/region/<region>/notices.yml orders them

    @abstractmethod
    async def addressees(self, told: Announcement) -> Sequence[Addressee]:
        """Whom it reaches with this fact. Raises CompanyError to be asked again."""

    @abstractmethod
    def take(self, c: Connection, telling: int, told: Announcement, to: Addressee) -> Handed:
        """Take over a telling."""
