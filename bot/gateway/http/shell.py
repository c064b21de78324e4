"""The outermost layer of every answer: security headers, a cap on bodies, and the static web build."""

from __future__ import annotations

import asyncio
from collections.abc import Set
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.datastructures import MutableHeaders
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.gateway.turns.uploads import MAX_BYTES

_NO_WIDGET = Path(__file__).parents[3] / "data" / "gateway" / "no_widget.html"
_BODY = 64 * 1024
_UPLOAD_BODY = MAX_BYTES + 64 * 1024
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "font-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types lit-html"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_PRIVATE = ("/api/", "/internal/", "/ready", "/dev/")
_BODY_SECONDS = 30.0
_TOO_LARGE = b'{"type":"/problems/too-large","title":"Request Entity Too Large","status":413}'


class SecurityHeaders:
    """Adds the headers to every HTTP answer; what the API answers is kept by no cache, and `https` tells browsers to come
    encrypted from now on."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self.app = app
        self._more = {"Strict-Transport-Security": "max-age=31536000"} if https else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                private = {"Cache-Control": "no-store"} if scope["path"].startswith(_PRIVATE) else {}
                for name, value in (_HEADERS | self._more | private).items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class BodyLimit:
    """Refuses a body that is too large, announced or not, before anybody reads all of it, and waits for none that does not
    come: whoever sends one byte a second is hung up on after half a minute."""

    def __init__(self, app: ASGIApp, uploads: Set[str]) -> None:
        """`uploads`: the paths that take pictures and recordings."""
        self.app = app
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = _UPLOAD_BODY if scope["path"] in self._uploads else _BODY
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > most:
            await _refuse(send)
            return
        seen, refused, reading = 0, False, True
        loop = asyncio.get_running_loop()
        until = loop.time() + _BODY_SECONDS

        async def counted() -> Message:
            nonlocal seen, refused, reading
            try:
                message = (
                    await asyncio.wait_for(receive(), max(0.0, until - loop.time()))
                    if reading
                    else await receive()
                )
            except TimeoutError:
                return {"type": "http.disconnect"}
            reading = bool(message.get("more_body"))
            seen += len(message.get("body", b""))
            if seen > most and not refused:
                refused = True
                await _refuse(send)
                return {"type": "http.disconnect"}
            return message

        async def unless_refused(message: Message) -> None:
            if not refused:
                await send(message)

        await self.app(scope, counted, unless_refused)


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _TOO_LARGE})


class WidgetFiles(StaticFiles):
    """The widget's files, which pages of other origins load by a script tag."""

    def file_response(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        response = super().file_response(*args, **kwargs)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response


def serve_build(app: FastAPI, folder: Path) -> None:
    """The widget under /widget, WeChat's page under /bind, the agents' page under /console and the demo page at /, or a
    page that says how to build them."""
    if (folder / "widget").is_dir():
        app.mount("/widget", WidgetFiles(directory=folder / "widget"))
    for page in ("bind", "console"):
        if (folder / page).is_dir():
            app.mount(f"/{page}", StaticFiles(directory=folder / page, html=True))
    if (folder / "demo").is_dir():
        app.mount("/", StaticFiles(directory=folder / "demo", html=True))
        return

    @app.get("/", include_in_schema=False)
    async def not_built() -> HTMLResponse:
        return HTMLResponse(_NO_WIDGET.read_text(encoding="utf-8"))
