"""Sessions of web pages: tokens minted and signed here, and the guard before every request of a page."""

from __future__ import annotations

from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from bot.gateway.gateway import Gateway
from bot.gateway.http.problems import Problem
from bot.gateway.store.clock import Clock
from bot.gateway.store.limits import TooFast

TOKEN_SECONDS = 30 * 86_400


class SessionTokens:
    """Session tokens; each names its conversation."""

    def __init__(self, key: str, clock: Clock) -> None:
        self._key = OctKey.import_key(key)
        self._clock = clock

    def mint(self, conversation: str) -> tuple[str, float]:
        """A token and when it expires."""
        now = int(self._clock())
        claims = {"aud": "web", "sub": conversation, "iat": now, "exp": now + TOKEN_SECONDS}
        return jwt.encode({"alg": "HS256"}, claims, self._key), now + TOKEN_SECONDS

    def conversation(self, token: object) -> str | None:
        """The conversation of a token, or None when it is not ours or too old."""
        if not isinstance(token, str):
            return None
        try:
            claims = jwt.decode(token, self._key, algorithms=["HS256"]).claims
        except (JoseError, ValueError):
            return None
        good = claims.get("aud") == "web" and claims.get("exp", 0) > self._clock()
        return str(claims["sub"]) if good else None


class Guard:
    """Lets requests of our own pages through, not too many of them."""

    def __init__(self, gateway: Gateway, tokens: SessionTokens) -> None:
        self._gateway = gateway
        self._tokens = tokens

    async def admit(self, request: Request, what: str) -> None:
        """Raises a 403 problem for a foreign page, 429 for an address that asks too often."""
        origin = request.headers.get("origin")
        if origin is not None and origin not in self._gateway.settings.origins:
            raise Problem(403, "foreign-origin")
        try:
            await self._gateway.limits.take(what, request.client.host if request.client else "")
        except TooFast as limit:
            wait = {"Retry-After": str(limit.retry_after)}
            raise Problem(429, "too-fast", headers=wait) from None

    async def conversation(self, request: Request, what: str) -> str:
        """The conversation whose token the request carries. Raises a 401 problem too."""
        await self.admit(request, what)
        found = self._tokens.conversation(request.headers.get("authorization", "").removeprefix("Bearer "))
        if found is None:
            raise Problem(401, "unauthorized")
        return found
