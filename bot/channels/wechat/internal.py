"""The channel's private paths: what agents' screens ask, and what the company's systems announce."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from bot.channels.wechat import notices
from bot.gateway.gateway import Gateway
from bot.gateway.http.problems import Problem
from bot.gateway.http.routes import bearer
from bot.gateway.store.wechat import pieces


def standing(gateway: Gateway) -> APIRouter:
    """For agents' screens, private: the quota that is left and what did not arrive."""
    router = APIRouter(prefix="/internal/v1/wechat", include_in_schema=False)

    @router.get("/{conversation}")
    async def of(conversation: str, request: Request) -> dict[str, object]:
        bearer(request, gateway.settings.internal_token)
        found = await gateway.store.read(pieces.standing, conversation)
        if found is None:
            raise Problem(404, "not-found")
        return found

    return router


class NoticeOrder(BaseModel):
    """What the company has to say to everybody who has bound an account; `fields` are the template's by our names."""

    account_no: str = Field(pattern=r"^[0-9A-Za-z]{4,32}$")
    kind: str = Field(max_length=24)
    fields: dict[str, str]
    key: str = Field(pattern=r"^[\w.:-]{1,24}$")


def announcing(gateway: Gateway, sender: notices.Notices) -> APIRouter:
    """For the company's systems, private: outage, restoration, arrears, progress."""
    router = APIRouter(prefix="/internal/v1/wechat", include_in_schema=False)

    @router.post("/notices")
    async def announce(request: Request, body: NoticeOrder) -> dict[str, int]:
        bearer(request, gateway.settings.internal_token)
        try:
            return vars(await sender.announce(body.account_no, body.kind, body.fields, body.key))
        except notices.Unfit as unfit:
            raise Problem(422, "invalid", str(unfit)) from None
        except KeyError:
            raise Problem(409, "no-template", body.kind) from None

    return router
