"""A WeChat for tests and for the demo: pushes messages as WeChat does and answers its API as documented.

Encryption is wechatpy's, so that every message checks ours against another implementation. `python -m
demo.wechat.platform` serves it with a page that looks like a chat.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import secrets
import time
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from wechatpy.crypto import WeChatCrypto

from bot.channels.wechat import menu

PAGE = Path(__file__).with_name("platform.html")
OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"
TRIES = 3
PUSH_SECONDS = 5.0
BY_MESSAGE, BY_EVENT = (5, 172_800.0), (3, 60.0)


@dataclass
class Push:
    """One message to the service and what came back: the passive text, or nothing after `success`."""

    attempts: int = 0
    seconds: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    raw: str = ""
    reply: dict[str, str] | None = None

    @property
    def text(self) -> str | None:
        return self.reply["Content"] if self.reply else None


@dataclass
class Platform:
    """The account at WeChat. `errors` are codes to answer instead, first in first out, by path."""

    app_id: str
    secret: str
    token: str
    aes_key: str
    target: str
    expires_in: int = 7200
    tokens: list[str] = field(default_factory=list)
    forced: int = 0
    sent: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    errors: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    quota: dict[str, list[float]] = field(default_factory=dict)
    media: dict[str, bytes] = field(default_factory=dict)
    menu: dict[str, Any] | None = None
    templates: dict[str, str] = field(default_factory=dict)  # client_msg_id: msgid
    codes: dict[str, str] = field(default_factory=dict)
    chats: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    token_seconds: float = 0.0

    def __post_init__(self) -> None:
        self.crypto = WeChatCrypto(self.token, self.aes_key, self.app_id)
        self.client = httpx.AsyncClient(trust_env=False, timeout=PUSH_SECONDS)
        self.count = 10**15

    # ---- pushing ------------------------------------------------------------------------------------------------

    def number(self) -> str:
        self.count += 1
        return str(self.count)

    def message(self, openid: str, kind: str = "text", **fields: Any) -> dict[str, Any]:
        own = {} if kind == "event" else {"MsgId": self.number()}
        return {
            "ToUserName": "gh_000000000000", "FromUserName": openid, "CreateTime": int(time.time()), "MsgType": kind,
            **fields, **own,
        }  # fmt: skip

    def sealed(self, message: dict[str, Any], at: float | None = None) -> tuple[dict[str, str], bytes]:
        """Query and body of a push in safe mode."""
        timestamp, nonce = str(int(at or time.time())), secrets.token_hex(5)
        outer = self.crypto.encrypt_message(as_xml(message), nonce, timestamp)
        encrypt, signature = between(outer, "Encrypt"), between(outer, "MsgSignature")
        query = {
            "signature": "0" * 40, "timestamp": timestamp, "nonce": nonce, "encrypt_type": "aes",
            "msg_signature": signature, "openid": str(message["FromUserName"]),
        }  # fmt: skip
        body = f"<xml><ToUserName><![CDATA[gh]]></ToUserName><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>"
        return query, body.encode()

    async def push(self, message: dict[str, Any]) -> Push:
        """Deliver as WeChat does: five seconds each, three tries until it is answered."""
        self.allow(message)
        done = Push()
        for _ in range(TRIES):
            done.attempts += 1
            query, body = self.sealed(message)
            began = time.monotonic()
            try:
                answer = await self.client.post(self.target, params=query, content=body)
            except httpx.TransportError:
                continue
            finally:
                done.seconds.append(time.monotonic() - began)
            done.statuses.append(answer.status_code)
            done.raw = answer.text
            done.reply = self.opened(answer)
            break
        return done

    def opened(self, answer: httpx.Response) -> dict[str, str] | None:
        """The passive reply. Fails when the answer is neither one nor success."""
        if answer.text in ("success", "") and answer.status_code == 200:
            return None
        assert answer.status_code == 200, OUT_OF_ORDER
        sign, at, nonce = (between(answer.text, name) for name in ("MsgSignature", "TimeStamp", "Nonce"))
        box = {"xml": {"Encrypt": between(answer.text, "Encrypt")}}
        plain = self.crypto.decrypt_message(box["xml"], sign, at, nonce)
        fields = {child.tag: child.text or "" for child in ElementTree.fromstring(plain)}
        assert len(fields["Content"].encode()) <= 2048
        return fields

    def allow(self, message: dict[str, Any]) -> None:
        event = str(message.get("Event", "")).lower()
        openid = str(message["FromUserName"])
        now = time.time()
        if not event:
            self.quota[openid] = [BY_MESSAGE[0], now + BY_MESSAGE[1]]
        elif event in ("click", "subscribe", "scan") and self.quota.get(openid, [0, 0])[0] < 1:
            self.quota[openid] = [BY_EVENT[0], now + BY_EVENT[1]]
        elif event == "unsubscribe":
            self.quota.pop(openid, None)

    # ---- API ----------------------------------------------------------------------------------------------------

    async def stable_token(self, request: Request) -> Response:
        self.calls["stable_token"] += 1
        body = await request.json()
        if trouble := self._trouble("stable_token"):
            return trouble
        if (body.get("appid"), body.get("secret")) != (self.app_id, self.secret):
            return failed(40125)
        await asyncio.sleep(self.token_seconds)
        if body.get("force_refresh"):
            self.forced += 1
        if body.get("force_refresh") or not self.tokens:
            self.tokens.append(f"token-{secrets.token_hex(32)}")
        return JSONResponse({"access_token": self.tokens[-1], "expires_in": self.expires_in})

    def rotate(self) -> None:
        """Somebody else renewed the token: the old one is refused from now on."""
        self.tokens.append(f"token-{secrets.token_hex(32)}")

    def _trouble(self, path: str, request: Request | None = None) -> Response | None:
        if self.errors[path]:
            return failed(self.errors[path].pop(0))
        if request is not None and request.query_params.get("access_token") not in self.tokens[-1:]:
            return failed(40001)
        return None

    async def send(self, request: Request) -> Response:
        self.calls["send"] += 1
        raw = await request.body()
        body = json.loads(raw)
        if trouble := self._trouble("send", request):
            return trouble
        openid, text = body["touser"], body["text"]["content"]
        left, until = self.quota.get(openid, [0, 0.0])
        if until < time.time():
            return failed(45015)
        if left < 1:
            return failed(45047)
        if len(text.encode()) > 2048:
            return failed(45002)
        if b"\\u" in raw:
            return failed(40033)
        self.quota[openid][0] -= 1
        self.sent.append({"openid": openid, "text": text, "at": time.monotonic()})
        self.bodies.append(raw)
        self._chat(openid, "service", text)
        return failed(0)

    async def typing(self, request: Request) -> Response:
        body = await request.json()
        if trouble := self._trouble("typing", request):
            return trouble
        self.typed.append(body["touser"])
        return failed(0)

    async def template(self, request: Request) -> Response:
        self.calls["template"] += 1
        body = await request.json()
        if trouble := self._trouble("template", request):
            return trouble
        message_id = self.templates.setdefault(body["client_msg_id"], self.number())
        return JSONResponse({"errcode": 0, "errmsg": "ok", "msgid": int(message_id)})

    async def menu_get(self, request: Request) -> Response:
        if trouble := self._trouble("menu", request):
            return trouble
        return JSONResponse({"menu": self.menu}) if self.menu else failed(46003)

    async def menu_create(self, request: Request) -> Response:
        self.calls["menu_create"] += 1
        if trouble := self._trouble("menu", request):
            return trouble
        menu = await request.json()
        # WeChat gives entries back with an empty list that nobody sent.
        for button in menu["button"]:
            for entry in button["sub_button"]:
                entry["sub_button"] = []
        self.menu = menu
        return failed(0)

    async def media_get(self, request: Request) -> Response:
        self.calls["media"] += 1
        if trouble := self._trouble("media", request):
            return trouble
        data = self.media.get(request.query_params["media_id"])
        return Response(data, media_type="image/jpeg") if data else failed(40007)

    async def authorize(self, request: Request) -> Response:
        """The silent OAuth page: sends the customer's phone straight back with a code."""
        query = request.query_params
        code = secrets.token_hex(8)
        self.codes[code] = request.cookies.get("wechat_openid", "demo-customer-0001")
        return RedirectResponse(f"{query['redirect_uri']}?code={code}&state={query['state']}")

    async def oauth(self, request: Request) -> Response:
        openid = self.codes.pop(request.query_params["code"], None)
        return JSONResponse({"openid": openid, "scope": "snsapi_base"}) if openid else failed(40029)

    # ---- the demo's page ----------------------------------------------------------------------------------------

    def _chat(self, openid: str, author: str, text: str) -> None:
        self.chats[openid].append({"from": author, "text": text})

    async def page(self, request: Request) -> Response:
        answer = HTMLResponse(PAGE.read_text(encoding="utf-8"))
        if "wechat_openid" not in request.cookies:
            answer.set_cookie("wechat_openid", f"demo-{secrets.token_hex(8)}", samesite="lax")
        return answer

    async def say(self, request: Request) -> Response:
        openid = request.cookies.get("wechat_openid", "demo-customer-0001")
        said = await request.json()
        fields = {str(k): v for k, v in said.get("fields", {}).items()}
        kind = str(said.get("kind", "text"))
        if shown := said.get("shown"):
            self._chat(openid, "customer", str(shown))
        if picture := said.get("picture"):
            fields["MediaId"] = secrets.token_hex(12)
            self.media[fields["MediaId"]] = base64.b64decode(picture)
        done = await self.push(self.message(openid, kind, **fields))
        if done.text:
            self._chat(openid, "service", done.text)
        elif not done.statuses:
            self._chat(openid, "system", OUT_OF_ORDER)
        return JSONResponse({"encrypted": True, "answer": done.raw[:120], "seconds": done.seconds})

    async def chat(self, request: Request) -> Response:
        openid = request.cookies.get("wechat_openid", "demo-customer-0001")
        after = int(request.query_params.get("after", 0))
        return JSONResponse({"messages": self.chats[openid][after:], "menu": self.menu})

    async def ready(self, _request: Request) -> Response:
        return JSONResponse({"ready": True})

    @property
    def app(self) -> Starlette:
        api: list[tuple[str, Any, str]] = [
            ("stable_token", self.stable_token, "POST"), ("message/custom/send", self.send, "POST"),
            ("message/custom/typing", self.typing, "POST"), ("message/template/send", self.template, "POST"),
            ("menu/get", self.menu_get, "GET"), ("menu/create", self.menu_create, "POST"),
            ("media/get", self.media_get, "GET"),
        ]  # fmt: skip
        routes = [Route(f"/cgi-bin/{path}", run, methods=[method]) for path, run, method in api]
        routes += [
            Route("/sns/oauth2/access_token", self.oauth), Route("/connect/oauth2/authorize", self.authorize),
            Route("/", self.page), Route("/say", self.say, methods=["POST"]), Route("/chat", self.chat),
            Route("/ready", self.ready), Route("/live", self.ready),
        ]  # fmt: skip

        @contextlib.asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[None]:
            yield
            await self.client.aclose()

        return Starlette(routes=routes, lifespan=lifespan)


def failed(code: int) -> JSONResponse:
    return JSONResponse({"errcode": code, "errmsg": "ok" if code == 0 else f"made-up text of error {code}"})


def as_xml(message: dict[str, Any]) -> str:
    parts = []
    for name, value in message.items():
        safe = str(value).replace("]]>", "]]]]><![CDATA[>")
        parts.append(
            f"<{name}>{value}</{name}>" if isinstance(value, int) else f"<{name}><![CDATA[{safe}]]></{name}>"
        )
    return f"<xml>{''.join(parts)}</xml>"


def between(text: str, name: str) -> str:
    """The content of an element, with or without CDATA."""
    found = text.partition(f"<{name}>")[2].partition(f"</{name}>")[0]
    return found.removeprefix("<![CDATA[").removesuffix("]]>")


def main() -> None:
    alias, account = next(iter(json.loads(os.environ["GRIDCARE_WECHAT_ACCOUNTS"]).items()))
    platform = Platform(
        account["app_id"], account["app_secret"], account["token"], account["aes_key"],
        f"{os.environ['GRIDCARE_GATEWAY_URL']}/wechat/{alias}",
    )  # fmt: skip
    # As `make wechat-menu` leaves it.
    public = f"{os.environ['GRIDCARE_WECHAT_PUBLIC_URL']}/wechat/{alias}/bind"
    platform.menu = menu.as_wechat(menu.load(), public)
    port = urlsplit(os.environ["GRIDCARE_WECHAT_URL"]).port or 8095
    uvicorn.run(platform.app, port=port, log_level="warning")


if __name__ == "__main__":
    main()
