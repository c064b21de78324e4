"""The telephone's outlet: an urgent fact is told by a call of the line, and stands in the conversation of that number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.gateway.announce.outlet import Addressee, Handed, Outlet
from bot.gateway.people import callbacks
from bot.gateway.store import announcements, messages
from bot.gateway.store.announcements import Announcement
from bot.gateway.store.storage import Connection
from bot.ports.verification import Verification
from bot.region.notices import NoticeRules


class VoiceOutlet(Outlet):
    """Calls the number on file of an account. A key that is pressed says that the fact was heard; after the last try
    without one, another outlet tells it."""

    name = "voice"

    def __init__(
        self, verification: Verification, rules: NoticeRules, conversation_of: Callable[[str], str]
    ) -> None:
        """`conversation_of` names the conversation of a number."""
        self._verification = verification
        self._rules = rules
        self._conversation_of = conversation_of

    async def addressees(self, told: Announcement) -> Sequence[Addressee]:
        if not (told.urgent and told.account):
            return []
        phone = await self._verification.phone_on_file(told.account)
        return [Addressee(self._conversation_of(phone), phone)] if phone else []

    def take(self, c: Connection, telling: int, told: Announcement, to: Addressee) -> Handed:
        text = self._rules.text(told.kind, told.values)
        messages.open_conversation(c, to.name, self.name)
        if not callbacks.announce(c, to.name, to.phone, telling, text):
            announcements.settle(c, telling, False)
            return Handed(told=False)
        key = announcements.message_key(telling)
        return Handed(False, messages.tell(c, to.name, key, {"text": text}, author="system"))
