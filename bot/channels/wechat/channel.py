"""`GET/POST /wechat/{account}`: verifies, takes, and answers within 4.5 seconds.

WeChat drops a push that takes five seconds, repeats it three times, and tells the customer that the service is out of
order. So every answer leaves in time: the first piece of the turn when it has ended, otherwise `success`; the rest goes
through the customer-service API (bot/channels/wechat/delivery.py).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response

from bot.channels.speech import SpeechClient, SpeechSettings
from bot.channels.turns import Watch
from bot.channels.wechat import binding, internal, menu, notices, outbox, parse, xml
from bot.channels.wechat.api import Api, Failure, client
from bot.channels.wechat.codec import Codec, Forged
from bot.channels.wechat.delivery import Delivery
from bot.channels.wechat.media import MediaFetcher
from bot.channels.wechat.outbox import Renderer
from bot.channels.wechat.reception import Pushed, Reception, TakenPush
from bot.channels.wechat.settings import WechatAccount, WechatSettings
from bot.channels.wechat.texts import Texts
from bot.gateway.channel import Channel
from bot.gateway.gateway import Gateway
from bot.gateway.http.problems import Problem
from bot.gateway.jobs.job import Job
from bot.gateway.store.clock import iso
from bot.gateway.store.limits import TooFast
from bot.gateway.store.logs import where
from bot.gateway.store.storage import Connection
from bot.gateway.store.wechat import followers, pieces, pushes
from bot.region.region import load

log = structlog.get_logger()

NAME = "wechat"
DEADLINE = 4.2  # to wait; the answer has left by 4.5
_CROWD = 0.002  # so much less for each push that waits too: each of them had to be read, and will have to be answered
WINDOW = 300
_GRACE = 0.5
_POLL = 1.5
_TYPING_AT_ONCE = 8
_DELIVERY, _MEDIA = "wechat", "wechat-media"
SUCCESS = "success"


@dataclass(frozen=True)
class OfficialAccount:
    """An official account that is served here."""

    alias: str
    codec: Codec
    api: Api


class WechatChannel(Channel):
    """All accounts of one gateway; there where one is set up."""

    name = NAME
    settings = (WechatSettings, SpeechSettings)

    def __init__(self, gateway: Gateway, settings: WechatSettings, speech: SpeechClient | None) -> None:
        self._gateway = gateway
        self._settings = settings
        self._speech = speech
        self.texts = Texts(load(gateway.settings.region))
        self.http = client(settings.wechat_url)
        self.accounts = {alias: self._account(alias, one) for alias, one in settings.wechat_accounts.items()}
        apis = {alias: account.api for alias, account in self.accounts.items()}
        self._renderer = Renderer(self.texts.words, gateway.wording.say("busy"), self._link)
        self._reception = Reception(gateway, self.texts, menu.sayings(menu.load()), speech is not None)
        self.delivery = Delivery(gateway.store, apis, self._renderer, partial(gateway.jobs.wake, _DELIVERY))
        self.notices = notices.WechatOutlet(gateway.store, apis, notices.load())
        self.media = MediaFetcher(gateway, apis, self._reception, self._tell, speech)
        self._watch = Watch()
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting = 0
        gateway.on_published += [self._watch.published, self.delivery.published]

    @classmethod
    def of(cls, gateway: Gateway) -> WechatChannel | None:
        settings = gateway.settings.part(WechatSettings)
        if not settings.wechat_accounts:
            return None
        return cls(gateway, settings, SpeechClient.of(gateway.settings))

    def mount(self, app: FastAPI) -> None:
        apis = {alias: account.api for alias, account in self.accounts.items()}
        app.include_router(self._pushes())
        app.include_router(internal.standing(self._gateway))
        binding.mount(app, self._gateway, self._settings, self.texts, apis)

    def _pushes(self) -> APIRouter:
        router = APIRouter(prefix="/wechat")

        @router.get("/{alias}")
        async def verify(alias: str, request: Request) -> Response:
            try:
                return Response(self.verify_url(alias, dict(request.query_params)), media_type="text/plain")
            except Forged:
                return Response(status_code=403)

        @router.post("/{alias}")
        async def push(alias: str, request: Request) -> Response:
            raw = await request.body()
            try:
                answer = await self.push(alias, dict(request.query_params), raw)
            except Forged:
                log.warning("wechat_push_refused", account=alias)
                return Response(status_code=403)
            except Problem:
                raise
            except Exception as error:
                # Not committed: WeChat will send it again.
                log.error("wechat_push_failed", account=alias, error=type(error).__name__, at=where(error))
                raise
            return Response(answer, media_type="text/plain" if answer == SUCCESS else "application/xml")

        return router

    def _account(self, alias: str, one: WechatAccount) -> OfficialAccount:
        codec = Codec(one.token.get_secret_value(), one.aes_key.get_secret_value(), one.app_id)
        return OfficialAccount(alias, codec, Api(alias, one, self.http, self._gateway.store))

    def _link(self, upload: str) -> str:
        public = self._settings.wechat_public_url
        return public.rstrip("/") + self._gateway.uploads.link(upload) if public else ""

    async def _expire(self) -> bool:
        await self._gateway.store.write(pushes.expire)
        return False

    async def limit(self, conversation: str) -> dict[str, Any] | None:
        """How many messages WeChat still takes; None for other channels' conversations."""
        found = await self._gateway.store.read(pieces.standing, conversation)
        if found is None:
            return None
        return {
            "left": found["quota"],
            "of": followers.BY_MESSAGE[0],
            "until": iso(float(str(found["quota_until"]))),
        }

    async def forget(self, conversation: str) -> None:
        await self._gateway.store.write(followers.erase, conversation)

    async def start(self) -> None:
        if self._settings.wechat_plain:
            log.warning(
                "wechat_plain_messages_are_taken", meaning="anybody may forge them: never in production"
            )

    def jobs(self) -> Sequence[Job]:
        return (
            Job(_DELIVERY, self.delivery.step, every=0.25),
            Job("wechat-notices", self.notices.step, every=1.0),
            Job("wechat-sweep", self.delivery.sweep, every=30.0),
            Job(_MEDIA, self.media.step, every=1.0),
            Job("wechat-expiry", self._expire, every=3600.0, once_in_cluster=True),
        )

    def outlet(self) -> notices.WechatOutlet:
        return self.notices

    async def stop(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await self.http.aclose()
        if self._speech:
            await self._speech.close()

    def account(self, alias: str) -> OfficialAccount:
        """Raises a 404 problem."""
        found = self.accounts.get(alias)
        if found is None:
            raise Problem(404, "not-found")
        return found

    def verify_url(self, alias: str, query: dict[str, str]) -> str:
        """The echo WeChat wants to see. Raises Forged."""
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        self.account(alias).codec.check(query.get("signature", ""), timestamp, nonce)
        self._check_time(timestamp)
        return query.get("echostr", "")

    async def push(self, alias: str, query: dict[str, str], raw: bytes) -> str:
        """The body of the answer to a push. Raises Forged."""
        began = asyncio.get_running_loop().time()
        account = self.account(alias)
        inner, signature = self._open(account, query, raw)
        try:
            fields = xml.read(inner)
            pushed = Pushed(alias, parse.sender(fields), parse.content(fields), signature)
        except xml.MalformedXml:
            # Signed by WeChat: to refuse it would only make WeChat send it again.
            log.warning("wechat_push_malformed", account=alias)
            return SUCCESS
        self._waiting += 1
        try:
            text = await self._answer(pushed, began + deadline(self._waiting))
        finally:
            self._waiting -= 1
        if not text:
            return SUCCESS
        return self._reply(account, fields, text, query, sealed=signature is not None)

    def _open(self, account: OfficialAccount, query: dict[str, str], raw: bytes) -> tuple[bytes, str | None]:
        """The XML inside, and the signature that covers it. Raises Forged: also for a plain message, which anybody
        could make who has seen one signed address."""
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        self._check_time(timestamp)
        if query.get("encrypt_type") != "aes":
            if not self._settings.wechat_plain:
                raise Forged
            account.codec.check(query.get("signature", ""), timestamp, nonce)
            return raw, None
        try:
            sealed = xml.read(raw).get("Encrypt", "")
        except xml.MalformedXml:
            raise Forged from None
        signature = query.get("msg_signature", "")
        return account.codec.open(signature, timestamp, nonce, sealed), signature

    def _check_time(self, timestamp: str) -> None:
        """Raises Forged for what was signed too long ago, or will be."""
        good = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
        if not good or abs(self._gateway.clock() - int(timestamp)) > WINDOW:
            raise Forged

    async def _answer(self, pushed: Pushed, deadline: float) -> str:
        """The text of the passive reply, or nothing."""
        if wait := await self._too_fast(pushed):
            return self._gateway.wording.say("error_rate_limited", seconds=wait)
        left = max(0.0, deadline - asyncio.get_running_loop().time())
        hold = self._gateway.clock() + left + _GRACE
        taken = await self._gateway.store.write(self._reception.take, pushed, hold)
        with self._watch.on(taken.conversation) as event:
            await self._tell(taken)
            reply = await self._settled(taken, event, deadline)
        if reply is None:
            self._show_typing(pushed)
        self.delivery.wake()
        return reply or ""

    async def _too_fast(self, pushed: Pushed) -> int:
        """For how many seconds the customer must wait. What happens to an account is taken at any speed."""
        if not isinstance(pushed.content, parse.Message | parse.Click):
            return 0
        try:
            await self._gateway.limits.take("message", f"{pushed.account}:{pushed.sender.openid}")
        except TooFast as limit:
            known = await self._gateway.store.read(self._reception.known, pushed)
            return limit.retry_after if known is None else 0
        return 0

    async def _tell(self, taken: TakenPush) -> None:
        if taken.receipt:
            await self._gateway.received(taken.receipt)
        await self._gateway.tell(taken.published)
        if not (taken.again or taken.receipt or taken.published):
            self._gateway.jobs.wake(_MEDIA)

    async def _settled(self, taken: TakenPush, event: asyncio.Event, deadline: float) -> str | None:
        """The passive reply once the turn has ended; None when that takes too long."""
        loop = asyncio.get_running_loop()
        urgent = bool(taken.receipt and taken.receipt.urgent)
        running = taken.receipt is not None and not urgent
        while (left := deadline - loop.time()) > 0:
            if not running:
                reply = await self._gateway.store.write(self._reply_of, taken.id, urgent)
                if reply is not None:
                    return reply
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), min(left, _POLL))
            if loop.time() > deadline:
                break
            event.clear()
            running = not urgent and await self._gateway.store.read(pushes.runs, taken.id)
        return None

    def _reply_of(self, c: Connection, number: int, urgent: bool) -> str | None:
        """What was answered to this push before, else the first piece that its turn has yielded; None while the
        turn runs. A safety script does not wait for the turn."""
        row = pushes.lock(c, number)
        if row.reply is not None:
            return str(row.reply)
        if not urgent and pushes.runs(c, number):
            return None
        outbox.plan(c, row.conversation, self._renderer)
        reply = pieces.passive(c, row.conversation)
        pushes.change(c, number, reply=reply)
        followers.change(c, row.conversation, hold_until=0.0)
        return reply

    def _show_typing(self, pushed: Pushed) -> None:
        """Let the customer see that an answer is being written; not worth an error, nor a crowd of calls."""
        if len(self._tasks) >= _TYPING_AT_ONCE:
            return

        async def show() -> None:
            with contextlib.suppress(Failure):
                await self.accounts[pushed.account].api.typing(pushed.sender.openid, True)

        task = asyncio.create_task(show())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _reply(
        self, account: OfficialAccount, fields: dict[str, str], text: str, query: dict[str, str], sealed: bool
    ) -> str:
        now = int(self._gateway.clock())
        message = xml.write(
            {
                "ToUserName": fields.get("FromUserName", ""), "FromUserName": fields.get("ToUserName", ""),
                "CreateTime": now, "MsgType": "text", "Content": text,
            }
        )  # fmt: skip
        if not sealed:
            return message
        box = account.codec.seal(message.encode(), str(now), query.get("nonce", ""))
        return xml.write(
            {
                "Encrypt": box.encrypt,
                "MsgSignature": box.signature,
                "TimeStamp": int(box.timestamp),
                "Nonce": box.nonce,
            }
        )


def deadline(waiting: int) -> float:
    """For how many seconds a push may wait for its turn when so many do."""
    return max(DEADLINE / 2, DEADLINE - _CROWD * waiting)
