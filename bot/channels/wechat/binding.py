"""Binding account numbers to an openid: from the menu through WeChat's OAuth page to a mobile page of ours, where a
code to the number on file proves each account. A bound account vouches at level L2 for what is said in the chat."""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Cookie, FastAPI, Header
from fastapi.responses import RedirectResponse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import BaseModel, Field

from bot.channels.wechat.api import Api, Failure
from bot.channels.wechat.settings import WechatSettings
from bot.channels.wechat.texts import Texts
from bot.core.masking import mask_account
from bot.gateway.customer.identity import TooMany
from bot.gateway.gateway import Gateway
from bot.gateway.http.problems import Problem
from bot.gateway.store.clock import Clock
from bot.gateway.store.storage import Connection
from bot.gateway.store.wechat import followers
from bot.ports.errors import CompanyError

PAGE = "/bind/"
_COOKIE = "wechat_visit"
_VISIT_SECONDS = 600
_SESSION_SECONDS = 900
_MOST = 10

AccountNo = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{4,32}$")]
Alias = Annotated[str, Field(max_length=12)]
SessionHeader = Annotated[str, Header(alias="Authorization")]


class CodeWish(BaseModel):
    account_no: AccountNo


class CodeProof(BaseModel):
    account_no: AccountNo
    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    alias: Alias = ""


class Renamed(BaseModel):
    alias: Alias


class BindingSessions:
    """Signed sessions of the page; each names a conversation and lives for a quarter of an hour."""

    def __init__(self, key: str, clock: Clock) -> None:
        self._key = OctKey.import_key(key)
        self._clock = clock

    def mint(self, conversation: str) -> str:
        claims = {"aud": "wechat-bind", "sub": conversation, "exp": int(self._clock()) + _SESSION_SECONDS}
        return jwt.encode({"alg": "HS256"}, claims, self._key)

    def conversation(self, token: str) -> str | None:
        try:
            claims = jwt.decode(token, self._key, algorithms=["HS256"]).claims
        except (JoseError, ValueError):
            return None
        good = claims.get("aud") == "wechat-bind" and claims.get("exp", 0) > self._clock()
        return str(claims["sub"]) if good else None


class Bindings:
    """What the page may do for the person whose session it has."""

    def __init__(
        self, gateway: Gateway, settings: WechatSettings, texts: Texts, apis: Mapping[str, Api]
    ) -> None:
        self._gateway = gateway
        self._settings = settings
        self._texts = texts
        self._apis = apis
        self._sessions = BindingSessions(gateway.settings.session_key.get_secret_value(), gateway.clock)

    async def begin(self, alias: str) -> RedirectResponse:
        """To WeChat's page, with a state that is good once and bound to this browser."""
        settings = self._settings
        account = settings.wechat_accounts.get(alias)
        if account is None or settings.wechat_public_url is None:
            raise Problem(404, "not-found")
        state = secrets.token_urlsafe(32)
        await self._gateway.store.write(followers.keep_visit, state, alias, _VISIT_SECONDS)
        public = settings.wechat_public_url.rstrip("/")
        query = urlencode(
            {
                "appid": account.app_id, "redirect_uri": f"{public}/wechat/{alias}/bind/back",
                "response_type": "code", "scope": "snsapi_base", "state": state,
            }
        )  # fmt: skip
        away = RedirectResponse(
            f"{settings.wechat_oauth_url}/connect/oauth2/authorize?{query}#wechat_redirect", 303
        )
        secure = public.startswith("https:")
        away.set_cookie(
            _COOKIE,
            state,
            max_age=_VISIT_SECONDS,
            path="/wechat",
            secure=secure,
            httponly=True,
            samesite="lax",
        )
        return away

    async def back(self, alias: str, code: str, state: str, cookie: str) -> RedirectResponse:
        """From WeChat's page, with a code that names the openid."""
        same = hmac.compare_digest(state.encode(), cookie.encode())
        if not same or not await self._gateway.store.write(
            followers.spend_visit, state, alias, _VISIT_SECONDS
        ):
            raise Problem(403, "expired", self._texts.say("bind_expired"))
        try:
            openid = await self._apis[alias].openid(code)
        except Failure:
            raise Problem(503, "unavailable", self._texts.say("bind_unavailable")) from None
        person = await self._gateway.store.write(followers.of, alias, openid)
        # In the fragment the session reaches neither a server's log nor another site.
        return RedirectResponse(f"{PAGE}#{self._sessions.mint(person.conversation)}", 303)

    def who(self, authorization: str) -> str:
        """The conversation of a session. Raises a 401 problem."""
        conversation = self._sessions.conversation(authorization.removeprefix("Bearer "))
        if conversation is None:
            raise Problem(401, "unauthorized", self._texts.say("bind_expired"))
        return conversation

    async def listing(self, conversation: str) -> dict[str, Any]:
        rows = await self._gateway.store.read(followers.bound, conversation)
        return {
            "accounts": [
                {
                    "id": _id(conversation, row.account_no),
                    "shown": mask_account(row.account_no),
                    "alias": row.alias,
                }
                for row in rows
            ],
            "hotline": self._texts.hotline,
        }

    async def send_code(self, conversation: str, account_no: str) -> dict[str, str]:
        try:
            sent = await self._gateway.identity.send_code(conversation, account_no, "wechat")
        except (TooMany, CompanyError) as error:
            raise self._refusal(error) from None
        return {"message": self._texts.say("bind_sent", phone=sent.phone_masked)}

    async def bind(self, conversation: str, proof: CodeProof) -> dict[str, str]:
        try:
            outcome = await self._gateway.identity.check_code(conversation, proof.code)
        except (TooMany, CompanyError) as error:
            raise self._refusal(error) from None
        if not outcome.matched or proof.account_no not in outcome.who.accounts:
            raise Problem(422, "wrong-code", self._texts.say("bind_wrong"))
        await self._gateway.store.write(_bind, conversation, proof)
        return {"message": self._texts.say("bind_done")}

    async def unbind(self, conversation: str, number: str) -> None:
        await self._gateway.store.write(
            followers.unbind, conversation, await self._account(conversation, number)
        )

    async def rename(self, conversation: str, number: str, alias: str) -> None:
        account_no = await self._account(conversation, number)
        await self._gateway.store.write(followers.rename, conversation, account_no, alias)

    async def _account(self, conversation: str, number: str) -> str:
        for row in await self._gateway.store.read(followers.bound, conversation):
            if _id(conversation, row.account_no) == number:
                return str(row.account_no)
        raise Problem(404, "not-found")

    def _refusal(self, error: Exception) -> Problem:
        if isinstance(error, TooMany):
            minutes = math.ceil(error.retry_after / 60)
            wait = {"Retry-After": str(error.retry_after)}
            return Problem(429, "too-many-tries", self._texts.say("bind_too_many", minutes=minutes), wait)
        return Problem(503, "unavailable", self._texts.say("bind_unavailable"))


def _id(conversation: str, account_no: str) -> str:
    """How the page names an account whose number it is not shown."""
    return hashlib.sha256(f"{conversation}:{account_no}".encode()).hexdigest()[:16]


def _bind(c: Connection, conversation: str, proof: CodeProof) -> None:
    if followers.find(c, conversation, lock=True) is None:
        raise Problem(404, "not-found")
    if len(followers.bound(c, conversation)) >= _MOST:
        raise Problem(409, "too-many-accounts")
    followers.bind(c, conversation, proof.account_no, proof.alias.strip())


def mount(
    app: FastAPI, gateway: Gateway, settings: WechatSettings, texts: Texts, apis: Mapping[str, Api]
) -> None:
    """Plug the way to the page and its API into the gateway's application."""
    bindings = Bindings(gateway, settings, texts, apis)
    way, router = APIRouter(prefix="/wechat/{alias}/bind"), APIRouter(prefix="/api/v1/wechat/bindings")

    @way.get("")
    async def begin(alias: str) -> RedirectResponse:
        return await bindings.begin(alias)

    @way.get("/back")
    async def back(
        alias: str, code: str = "", state: str = "", visit: Annotated[str, Cookie(alias=_COOKIE)] = ""
    ) -> RedirectResponse:
        return await bindings.back(alias, code, state, visit)

    @router.get("")
    async def listing(authorization: SessionHeader = "") -> dict[str, Any]:
        return await bindings.listing(bindings.who(authorization))

    @router.post("/code")
    async def code(body: CodeWish, authorization: SessionHeader = "") -> dict[str, str]:
        return await bindings.send_code(bindings.who(authorization), body.account_no)

    @router.post("")
    async def bind(body: CodeProof, authorization: SessionHeader = "") -> dict[str, str]:
        return await bindings.bind(bindings.who(authorization), body)

    @router.patch("/{number}", status_code=204)
    async def rename(number: str, body: Renamed, authorization: SessionHeader = "") -> None:
        await bindings.rename(bindings.who(authorization), number, body.alias)

    @router.delete("/{number}", status_code=204)
    async def unbind(number: str, authorization: SessionHeader = "") -> None:
        await bindings.unbind(bindings.who(authorization), number)

    app.include_router(way)
    app.include_router(router)
