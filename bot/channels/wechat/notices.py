"""Template messages: outage, restoration, arrears, progress of an application. Validated before they are sent, sent
once per key, and followed to what became of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter

from bot.channels.wechat import texts
from bot.channels.wechat.api import Api, Failure
from bot.gateway.store.storage import Store
from bot.gateway.store.wechat import followers
from bot.gateway.store.wechat import notices as kept

_LONGEST = 20  # characters of a field (WeChat, 4 May 2023)
_KEY = re.compile(r"[\w.:-]{1,32}")


class Template(BaseModel, extra="forbid"):
    """A template as it was chosen in the console: its fields by our names."""

    id: str = Field(pattern=r"^[\w-]{8,64}$")
    fields: dict[str, str]


@dataclass(frozen=True)
class Sent:
    """`message_id` is None when the same notice was sent before."""

    message_id: str | None


@dataclass(frozen=True)
class Announced:
    """To how many customers a notice went, had gone before, or could not go."""

    sent: int
    known: int
    failed: int


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


class Notices:
    """Sends template messages to customers of all accounts."""

    def __init__(self, store: Store, apis: Mapping[str, Api], templates: Mapping[str, Template]) -> None:
        self._store = store
        self._apis = apis
        self._templates = templates

    async def send(self, conversation: str, kind: str, values: Mapping[str, str], key: str) -> Sent:
        """One notice, once per key. Raises Unfit, KeyError for a kind or person that is unknown, Failure."""
        template = self._templates[kind]
        person = await self._store.read(followers.find, conversation)
        if person is None:
            raise KeyError(conversation)
        message = body(template, person.openid, values, key)
        if not await self._store.write(kept.begin, conversation, kind, key):
            return Sent(None)
        try:
            message_id = await self._apis[person.account].send_template(message)
        except Failure as failure:
            await self._store.write(kept.end, key, "failed", None, failure.code)
            raise
        await self._store.write(kept.end, key, "sent", message_id, None)
        return Sent(message_id)

    async def announce(self, account_no: str, kind: str, values: Mapping[str, str], key: str) -> Announced:
        """To everybody who has bound this account, each once per key. Raises Unfit, KeyError for an unknown kind."""
        body(self._templates[kind], "", values, key)
        sent = known = failed = 0
        for conversation in await self._store.read(followers.binders, account_no):
            try:
                told = await self.send(conversation, kind, values, f"{key}:{conversation[-6:]}")
            except (Failure, KeyError):
                failed += 1
                continue
            sent, known = sent + bool(told.message_id), known + (told.message_id is None)
        return Announced(sent, known, failed)
