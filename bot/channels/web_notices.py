"""The web's outlet: a fact is shown when the customer is seen next, as a message of the conversation."""

from __future__ import annotations

from collections.abc import Sequence

from bot.gateway.announce.outlet import Addressee, Handed, Outlet
from bot.gateway.customer.identity import IdentityService
from bot.gateway.store import announcements, messages
from bot.gateway.store.announcements import Announcement
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import Connection, Store
from bot.ports.identity import Level
from bot.region.notices import NoticeRules

OURS = "c-"
"""How conversations of web pages begin."""
_ENOUGH = Level.L2  # a fact may hold what bills and arrears show


class WebOutlet(Outlet):
    """A fact about an account waits for a page that connects with a proof of it; one about a conversation does not."""

    name = "web"

    def __init__(self, store: Store, identity: IdentityService, rules: NoticeRules) -> None:
        self._store = store
        self._identity = identity
        self._rules = rules

    async def addressees(self, told: Announcement) -> Sequence[Addressee]:
        if told.account:
            return [Addressee("whoever proves it")]
        return [Addressee(told.about)] if told.about.startswith(OURS) else []

    def take(self, c: Connection, telling: int, told: Announcement, to: Addressee) -> Handed:
        if told.account:
            return Handed(told=False)
        return Handed(told=True, published=self._show(c, to.name, telling, told))

    async def meet(self, conversation: str) -> list[Message]:
        """Show what waits for the customer of a page that has connected; returns what was published."""
        if not await self._store.read(self._waiting, conversation):
            return []
        return await self._store.write(self._show_all, conversation)

    def _waiting(self, c: Connection, conversation: str) -> list[tuple[int, Announcement]]:
        who = self._identity.who(c, conversation)
        if not who.accounts or not who.level.covers(_ENOUGH):
            return []
        return announcements.waiting(c, self.name, who.accounts)

    def _show_all(self, c: Connection, conversation: str) -> list[Message]:
        published: list[Message] = []
        for telling, told in self._waiting(c, conversation):
            wanted = announcements.wants(c, told, self.name, conversation)
            if wanted and announcements.waits(c, telling):
                published += self._show(c, conversation, telling, told)
                announcements.settle(c, telling, True)
        return published

    def _show(self, c: Connection, conversation: str, telling: int, told: Announcement) -> list[Message]:
        text = self._rules.text(told.kind, told.values)
        return messages.tell(
            c, conversation, announcements.message_key(telling), {"text": text}, author="system"
        )
