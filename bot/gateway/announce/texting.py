"""The outlet of text messages: to the number on file of an account."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from bot.gateway.announce.outlet import Addressee, Handed, Outlet
from bot.gateway.store import clock, sms
from bot.gateway.store.announcements import Announcement
from bot.ports.verification import Verification
from bot.region.notices import NoticeRules


class SmsOutlet(Outlet):
    """Queues a text message; the SMS job sends it for as long as the fact is of use."""

    name = "sms"

    def __init__(self, verification: Verification, rules: NoticeRules) -> None:
        self._verification = verification
        self._rules = rules

    async def addressees(self, told: Announcement) -> Sequence[Addressee]:
        phone = told.account and await self._verification.phone_on_file(told.account)
        return [Addressee(f"*{phone[-4:]}", phone)] if phone else []

    def take(self, c: Connection, telling: int, told: Announcement, to: Addressee) -> Handed:
        text = self._rules.sign + self._rules.text(told.kind, told.values)
        sms.queue(c, to.phone, text, told.expires - clock.now(c))
        return Handed(told=True)
