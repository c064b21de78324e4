"""Who may ask what: no route of the console exists without the roles that may use it."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, Request

from bot.gateway.gateway import Gateway
from bot.gateway.http.problems import Problem
from bot.gateway.people import logins
from bot.gateway.people.logins import AgentSession

COOKIE = "console"
EVERYBODY = logins.ROLES
SERVES = frozenset({"agent", "lead"})
READS = frozenset({"agent", "lead", "auditor"})
LEADS = frozenset({"lead"})
SEARCHES = frozenset({"lead", "auditor"})
AUDITS = frozenset({"auditor"})

Handler = TypeVar("Handler", bound=Callable[..., Coroutine[Any, Any, Any]])


class Doors:
    """Adds routes, each with its roles; `roles` tells them by (method, path)."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.router = APIRouter(prefix="/api/v1/console")
        self.roles: dict[tuple[str, str], frozenset[str]] = {}

    def open(
        self, method: str, path: str, roles: frozenset[str], status: int = 200
    ) -> Callable[[Handler], Handler]:
        """Decorates a handler; its parameter `me` gets the session."""
        self.roles[method, path] = roles

        def add(handler: Handler) -> Handler:
            guard = Depends(self._guard(roles))
            self.router.add_api_route(
                path, handler, methods=[method], dependencies=[guard], status_code=status
            )
            return handler

        return add

    def _guard(self, roles: frozenset[str]) -> Callable[[Request], Coroutine[Any, Any, None]]:
        async def guard(request: Request) -> None:
            session = await self._gateway.store.write(logins.find, request.cookies.get(COOKIE, ""))
            if session is None:
                raise Problem(401, "unauthorized")
            given = request.headers.get("x-csrf-token", "")
            if request.method != "GET" and not hmac.compare_digest(given.encode(), session.csrf.encode()):
                raise Problem(403, "forbidden")
            if not roles & session.roles:
                raise Problem(403, "forbidden")
            request.state.console = session

        return guard


def me(request: Request) -> AgentSession:
    """The session that the guard has let in."""
    session: AgentSession = request.state.console
    return session
