"""Template messages, WeChat's outlet: outage, restoration, arrears, progress of an order. Checked before they are taken,
kept until WeChat has taken them, and followed to what became of them."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from pydantic import BaseModel, Field, TypeAdapter

from bot.channels.wechat import texts
from bot.channels.wechat.api import Api, Failure, Kind
from bot.channels.wechat.delivery import ATTEMPTS
from bot.gateway.announce.outlet import Addressee, Handed, Outlet
from bot.gateway.store.announcements import Announcement
from bot.gateway.store.storage import Connection, Store
from bot.gateway.store.wechat import followers
from bot.gateway.store.wechat import notices as kept

log = structlog.get_logger()

_LONGEST = 20  # characters of a field (WeChat, 4 May 2023)
_KEY = re.compile(r"[\w.:-]{1,32}")
_SLOWEST = 60.0


class Template(BaseModel, extra="forbid"):
    """A template as it was chosen in the console: its fields by our names."""

    id: str = Field(pattern=r"^[\w-]{8,64}$")
    fields: dict[str, str]


class Unfit(Exception):
    """Fields that WeChat would not show as meant; the text names them."""


def load() -> dict[str, Template]:
    """The templates of data/wechat/templates.yml by kind."""
    return TypeAdapter(dict[str, Template]).validate_python(texts.read("templates") or {})


def body(template: Template, openid: str, values: Mapping[str, str], key: str) -> dict[str, Any]:
    """The body of template/send. Raises Unfit with every field at fault."""
    faults = sorted(template.fields.keys() ^ values.keys())
    faults += [name for name, value in values.items() if not value or len(value) > _LONGEST or "\n" in value]
    if not _KEY.fullmatch(key):
        faults.append("key")
    if faults:
        raise Unfit(", ".join(faults))
    data = {template.fields[name]: {"value": value} for name, value in values.items()}
    return {"touser": openid, "template_id": template.id, "client_msg_id": key, "data": data}


class WechatOutlet(Outlet):
    """Tells everybody who has bound an account, or the follower a fact is about."""

    name = "wechat"

    def __init__(self, store: Store, apis: Mapping[str, Api], templates: Mapping[str, Template]) -> None:
        self._store = store
        self._apis = apis
        self._templates = templates

    async def addressees(self, told: Announcement) -> Sequence[Addressee]:
        template = self._templates.get(told.kind)
        if template is None:
            return []
        try:
            body(template, "", told.values, "key")
        except Unfit as unfit:
            log.warning("wechat_notice_unfit", announcement=told.id, fields=str(unfit))
            return []
        return [Addressee(name) for name in await self._store.read(_followers, told)]

    def take(self, c: Connection, telling: int, told: Announcement, to: Addressee) -> Handed:
        kept.add(c, to.name, told.kind, told.values, telling)
        return Handed(told=False)

    async def step(self) -> bool:
        """Send one notice. True when there was one."""
        notice, worked = await self._store.write(kept.claim)
        if notice is None:
            return worked
        try:
            message = body(self._templates[notice.kind], notice.openid, notice.fields, notice.key)
            message_id = await self._apis[notice.account].send_template(message)
        except Failure as failure:
            await self._failed(notice, failure)
        except (KeyError, Unfit):  # template or account were taken out of the settings meanwhile
            await self._store.write(kept.refused, notice, None)
        else:
            await self._store.write(kept.sent, notice, message_id)
        return True

    async def _failed(self, notice: kept.DueNotice, failure: Failure) -> None:
        if failure.kind in (Kind.LATER, Kind.ACCOUNT, Kind.TOKEN) and notice.attempts < ATTEMPTS:
            pause = min(2.0**notice.attempts, _SLOWEST) * random.uniform(0.5, 1.0)
            await self._store.write(kept.later, notice, failure.code, self._store.clock() + pause)
            return
        log.warning("wechat_notice_undelivered", notice=notice.id, code=failure.code)
        await self._store.write(kept.refused, notice, failure.code)


def _followers(c: Connection, told: Announcement) -> list[str]:
    if told.account:
        return followers.binders(c, told.account)
    person = followers.find(c, told.conversation or "")
    return [person.conversation] if person else []
