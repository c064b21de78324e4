"""The gateway as one object: its parts wired together, its background duties started and stopped in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import httpx
import structlog
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from bot.gateway.announce.announcer import Announcer
from bot.gateway.announce.outlet import Outlet
from bot.gateway.announce.texting import SmsOutlet
from bot.gateway.channel import Channel
from bot.gateway.customer.identity import IdentityService
from bot.gateway.duties import DESK, SUBMISSIONS, TURNS, duties
from bot.gateway.jobs.jobs import Jobs
from bot.gateway.people import logins
from bot.gateway.people.desk import Desk
from bot.gateway.settings import GatewaySettings
from bot.gateway.store import audit, sms
from bot.gateway.store.clock import Clock
from bot.gateway.store.limits import RateLimits
from bot.gateway.store.logs import where
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import Store, StoreInUse
from bot.gateway.store.texts import Wording
from bot.gateway.turns.engine import EngineClient, EngineFault
from bot.gateway.turns.inbox import Inbox, Receipt
from bot.gateway.turns.operations import Outside
from bot.gateway.turns.submissions import Submissions
from bot.gateway.turns.uploads import Uploads
from bot.gateway.turns.worker import Worker
from bot.ports.company import Company
from bot.ports.errors import Unavailable
from bot.region.desk import load as desk_rules
from bot.region.notices import notice_rules
from bot.region.region import load

log = structlog.get_logger()

SESSION_IDLE = 7200.0


class Gateway:
    """What channels use: `inbox`, `store`, `clock`, `wording`, `limits`, `uploads`, `identity`, `jobs`, `announcer`, and two
    lists of listeners that hear of published messages and of typing."""

    def __init__(
        self, settings: GatewaySettings, engine: EngineClient, company: Company, clock: Clock
    ) -> None:
        self.settings = settings
        self.engine = engine
        self.company = company
        self.clock = clock
        audit_key = settings.audit_key.get_secret_value() if settings.audit_key else ""
        self.store = Store(settings.gateway_db, clock, audit_key=audit_key)
        self.wording = Wording(load(settings.region))
        self.limits = RateLimits(settings.messages_per_second, settings.sessions_per_minute, clock)
        self.uploads = Uploads(self.store, settings.upload_dir, settings.session_key.get_secret_value())
        self.rules = desk_rules(settings.region)
        self.desk = Desk(self.store, self.rules, self.wording, self.tell, self._tell_listeners)
        self.inbox = Inbox(self.store, self.wording, self.desk, SESSION_IDLE)
        key = settings.subject_key.get_secret_value()
        self.identity = IdentityService(self.store, company.verification, self.wording, key, company.ahead)
        self.submissions = Submissions(
            self.store,
            Outside(company.orders, company.services, self._forget),
            self.identity.who,
            self.wording,
            self.desk,
            self.tell,
        )
        self.worker = Worker(
            self.store, engine, self.identity, self.submissions, self.wording, self.desk, settings.turns,
            self.tell, self._tell_typing,
        )  # fmt: skip
        self.on_published: list[Callable[[Sequence[Message]], Awaitable[None]]] = []
        self.on_moved: list[Callable[[str], Awaitable[None]]] = []
        self.channels: list[Channel] = []
        self.on_customer_typing: list[Callable[[str, bool], Awaitable[None]]] = []
        self.on_typing: list[Callable[[str, bool], Awaitable[None]]] = []
        self.jobs = Jobs(self.store, on_end=self._fail)
        self.failed = False
        self.cannot_start = ""
        self.notices = notice_rules(settings.region)
        self._sms_outlet = SmsOutlet(company.verification, self.notices)
        self.announcer = Announcer(self.store, self.notices, self._outlets, self.tell)
        self.sms: sms.SmsSender | None = None
        self._sms_client: httpx.AsyncClient | None = None
        self.worker.wake = partial(self.jobs.wake, TURNS)

    async def start(self) -> None:
        """Open the database and begin to work. The first look for danger reads and compiles its words, which takes seconds:
        no message waits for that."""
        await asyncio.to_thread(self.inbox.warm)
        try:
            await self.store.open()
        except (StoreInUse, OSError, SQLAlchemyError, CommandError) as error:
            told = str(error) if isinstance(error, StoreInUse) else type(error).__name__
            self.cannot_start = f"GRIDCARE_GATEWAY_DB: {told}"
            raise
        await self.store.write(audit.begin)
        if self.store.single:
            await self.worker.free_claims()
            await self.submissions.free_claims()
        if self.settings.demo_password:
            await self.store.write(logins.create_demo, self.settings.demo_password.get_secret_value())
        if self.settings.sms_url:
            token = self.settings.sms_token.get_secret_value() if self.settings.sms_token else ""
            self._sms_client = httpx.AsyncClient(timeout=5, headers={"Authorization": f"Bearer {token}"})
            self.sms = sms.SmsSender(self.store, self._sms_client, self.settings.sms_url)
        self.jobs.start(*duties(self))
        for channel in self.channels:
            await channel.start()
            self.jobs.start(*channel.jobs())

    async def stop(self) -> None:
        """Claim nothing more, let running turns end, close."""
        await self.jobs.stop(TURNS)
        await self.worker.drain()
        await self.jobs.stop()
        for channel in reversed(self.channels):
            await channel.stop()
        if self._sms_client:
            await self._sms_client.aclose()
        await self.store.close()

    def _fail(self) -> None:
        """A job has ended that nobody stopped: the process ends too, and whoever watches it starts another one."""
        self.failed = True
        signal.raise_signal(signal.SIGTERM)

    async def received(self, receipt: Receipt) -> None:
        """A message was committed: show it to whoever listens, and wake whoever has work with it."""
        self.jobs.wake(TURNS)
        if receipt.urgent:
            self.jobs.wake(SUBMISSIONS)
        await self.tell(receipt.published)

    async def tell(self, published: Sequence[Message]) -> None:
        """Let every channel know what was published."""
        if self.desk.called:
            self.jobs.wake(DESK)
        if published:
            await _let_know(self.on_published, published)

    async def customer_types(self, conversation: str, on: bool) -> None:
        """A channel saw the customer type."""
        await _let_know(self.on_customer_typing, conversation, on)

    async def anchor_audit(self) -> bool:
        """The end of the audit trail goes to the log, where whoever changes the database cannot reach it."""
        row, digest = await self.store.read(audit.anchor)
        log.info("audit_anchor", row=row, digest=digest)
        return False

    def seat_came_free(self) -> None:
        """Somebody may be served now."""
        self.jobs.wake(DESK)

    async def tell_moved(self, conversation: str) -> None:
        """An episode of this conversation has changed."""
        self.seat_came_free()
        await self._tell_listeners(conversation)

    async def _tell_listeners(self, conversation: str) -> None:
        await _let_know(self.on_moved, conversation)

    async def _forget(self, conversation: str, sessions: Sequence[str], pictures: Sequence[str]) -> None:
        """Delete what lies outside of the database. Raises Unavailable while somebody cannot."""
        await self.uploads.remove(pictures)
        for channel in self.channels:
            await channel.forget(conversation)
        try:
            await self.engine.forget(sessions)
        except EngineFault as error:
            raise Unavailable(type(error).__name__) from None

    def _outlets(self) -> list[Outlet]:
        """Every way to tell a fact: the gateway's own and those of its channels."""
        return [self._sms_outlet, *(outlet for each in self.channels if (outlet := each.outlet()))]

    async def limit(self, conversation: str) -> dict[str, Any] | None:
        """How many messages its channel still takes; None: no limit."""
        for channel in self.channels:
            if found := await channel.limit(conversation):
                return found
        return None

    async def _tell_typing(self, conversation: str, on: bool) -> None:
        await _let_know(self.on_typing, conversation, on)


async def _let_know(listeners: Sequence[Callable[..., Awaitable[None]]], *said: Any) -> None:
    """Tell each listener; one that fails costs neither the others nor the speaker anything."""
    for listener in tuple(listeners):
        try:
            await listener(*said)
        except Exception as error:
            log.error("listener_failed", error=type(error).__name__, at=where(error))
