"""WeChat's server API for one account: what it refuses is a Failure whose kind says what to do about it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any, TypeVar

import httpx
import structlog

from bot.channels.wechat.settings import WechatAccount
from bot.channels.wechat.tokens import AccessToken, InMemory, Issued, NoToken
from bot.gateway.store.storage import Store
from bot.gateway.turns.uploads import MAX_BYTES

log = structlog.get_logger()

T = TypeVar("T")

SECONDS = 5.0
_NO_MENU = 46003


class Kind(Enum):
    """What an error means for the message at hand."""

    LATER = "later"  # may work in a while
    TOKEN = "token"  # the access token is refused
    CLOSED = "closed"  # no more messages to this customer until they write again
    GONE = "gone"  # this customer can no longer be reached
    ACCOUNT = "account"  # the account or its setup is at fault: an operator must look
    MESSAGE = "message"  # this message will never be taken


KINDS = {
    -1: Kind.LATER, 45009: Kind.LATER, 45011: Kind.LATER,
    40001: Kind.TOKEN, 40014: Kind.TOKEN, 42001: Kind.TOKEN,
    45015: Kind.CLOSED, 45047: Kind.CLOSED,
    40003: Kind.GONE, 43004: Kind.GONE, 43019: Kind.GONE, 43101: Kind.GONE, 50002: Kind.GONE,
    40013: Kind.ACCOUNT, 40125: Kind.ACCOUNT, 40164: Kind.ACCOUNT, 40200: Kind.ACCOUNT,
    48001: Kind.ACCOUNT, 48004: Kind.ACCOUNT,
}  # fmt: skip
_HINTS = {
    40164: "add this server's address to the IP list of the official account",
    40013: "app_id is wrong",
    40125: "app_secret is wrong",
    40200: "this type of account may not use the interface: a verified service account is needed",
    48001: "the account has no permission for this interface",
    48004: "the interface is banned for this account: see the messages of the console at WeChat",
}


class Failure(Exception):
    """WeChat did not do it. `code` is its errcode, None when it could not be asked."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"wechat error {code}")
        self.code = code
        self.kind = Kind.LATER if code is None else KINDS.get(code, Kind.MESSAGE)


class Api:
    """Calls on behalf of one account. Nothing of a call is logged but its path and the error's number."""

    def __init__(
        self, alias: str, account: WechatAccount, client: httpx.AsyncClient, store: Store | None = None
    ) -> None:
        """Without a store the token is kept in memory, as a command does."""
        self.alias = alias
        self._account = account
        self._client = client
        secret = account.app_secret.get_secret_value()
        self._tokens = (
            AccessToken(store, alias, secret, self.stable_token) if store else InMemory(self.stable_token)
        )

    async def send_text(self, openid: str, text: str) -> None:
        """A customer-service message. Raises Failure."""
        await self.call(
            "message/custom/send", {"touser": openid, "msgtype": "text", "text": {"content": text}}
        )

    async def typing(self, openid: str, on: bool) -> None:
        """Raises Failure."""
        await self.call(
            "message/custom/typing", {"touser": openid, "command": "Typing" if on else "CancelTyping"}
        )

    async def send_template(self, body: dict[str, Any]) -> str:
        """A template message; returns the id its TEMPLATESENDJOBFINISH will carry. Raises Failure."""
        return str((await self.call("message/template/send", body))["msgid"])

    async def menu(self) -> dict[str, Any] | None:
        """The menu that customers see now. Raises Failure."""
        try:
            return dict((await self.call("menu/get", None))["menu"])
        except Failure as failure:
            if failure.code == _NO_MENU:
                return None
            raise

    async def create_menu(self, menu: dict[str, Any]) -> None:
        """Raises Failure."""
        await self.call("menu/create", menu)

    async def media(self, media_id: str) -> bytes:
        """A picture or a recording a customer sent, by its id and from the configured host only. Raises Failure."""
        return await self._with_token(lambda token: self._download(media_id, token))

    async def openid(self, code: str) -> str:
        """Who came back from the OAuth page. Raises Failure."""
        query = {
            "appid": self._account.app_id, "secret": self._account.app_secret.get_secret_value(), "code": code,
            "grant_type": "authorization_code",
        }  # fmt: skip
        return str((await self._ask("GET", "/sns/oauth2/access_token", query, None))["openid"])

    async def stable_token(self, force: bool) -> Issued:
        """Raises Failure."""
        body = {
            "grant_type": "client_credential", "appid": self._account.app_id,
            "secret": self._account.app_secret.get_secret_value(), "force_refresh": force,
        }  # fmt: skip
        issued = await self._ask("POST", "/cgi-bin/stable_token", {}, body)
        return Issued(str(issued["access_token"]), float(issued["expires_in"]))

    async def call(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        """Ask with a token; a refused one is renewed once. Raises Failure."""
        method = "GET" if body is None else "POST"
        return await self._with_token(
            lambda token: self._ask(method, f"/cgi-bin/{path}", {"access_token": token}, body)
        )

    async def _with_token(self, ask: Callable[[str], Awaitable[T]]) -> T:
        try:
            token = await self._tokens.get()
            try:
                return await ask(token)
            except Failure as failure:
                if failure.kind is not Kind.TOKEN:
                    raise
            return await ask(await self._tokens.get(refused=token))
        except NoToken:
            raise Failure(None) from None

    async def _ask(
        self, method: str, path: str, query: dict[str, str], body: dict[str, Any] | None
    ) -> dict[str, Any]:
        # WeChat shows \uXXXX escapes to customers as they are.
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"} if content else {}
        try:
            answer = await self._client.request(method, path, params=query, content=content, headers=headers)
            answer.raise_for_status()
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            log.warning("wechat_unreachable", path=path, error=type(error).__name__)
            raise Failure(None) from None
        return self._checked(path, found)

    def _checked(self, path: str, found: Any) -> dict[str, Any]:
        if not isinstance(found, dict):
            raise Failure(None)
        if code := int(found.get("errcode") or 0):
            failure = Failure(code)
            if code == _NO_MENU:
                raise failure
            say = log.error if failure.kind is Kind.ACCOUNT else log.warning
            say("wechat_refused", account=self.alias, path=path, code=code, hint=_HINTS.get(code, ""))
            raise failure
        return found

    async def _download(self, media_id: str, token: str) -> bytes:
        path, query = "/cgi-bin/media/get", {"access_token": token, "media_id": media_id}
        try:
            async with self._client.stream("GET", path, params=query) as answer:
                answer.raise_for_status()
                data = b""
                async for chunk in answer.aiter_bytes():
                    data += chunk
                    if len(data) > MAX_BYTES:
                        raise Failure(45002)
        except httpx.HTTPError as error:
            log.warning("wechat_unreachable", path=path, error=type(error).__name__)
            raise Failure(None) from None
        if answer.headers.get("content-type", "").startswith(("application/json", "text/")):
            try:
                self._checked(path, json.loads(data))
            except ValueError:
                raise Failure(None) from None
            raise Failure(40007)
        return data


def client(base_url: str) -> httpx.AsyncClient:
    """A client for WeChat's host; connections are opened when used, redirects are not followed."""
    return httpx.AsyncClient(base_url=base_url, timeout=SECONDS, trust_env=False)
