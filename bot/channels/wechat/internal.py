"""The channel's private path: what agents' screens ask."""

from __future__ import annotations

from fastapi import APIRouter, Request

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
