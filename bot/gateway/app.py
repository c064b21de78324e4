"""The gateway as an ASGI application; the one place that plugs the channels in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from bot.channels import app as app_channel
from bot.channels import console, voice, web
from bot.channels.outside import hooks as outside
from bot.channels.speech import SpeechClient
from bot.channels.wechat import channel as wechat
from bot.gateway.gateway import Gateway
from bot.gateway.http import problems, routes
from bot.gateway.http.shell import BodyLimit, SecurityHeaders, serve_build


def create(gateway: Gateway, *close: Callable[[], Awaitable[None]]) -> FastAPI:
    """The application of a gateway, which starts and stops with it; `close` is called at the very end."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await gateway.start()
        if wechat_channel:
            await wechat_channel.start()
        if outside_desk:
            outside_desk.start()
        try:
            yield
        finally:
            if outside_desk:
                await outside_desk.stop()
            if wechat_channel:
                await wechat_channel.stop()
            await gateway.stop()
            if speech:
                await speech.close()
            for each in close:
                await each()

    app = FastAPI(title="GridCare gateway", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.gateway = gateway
    speech = SpeechClient.of(gateway.settings)
    problems.install(app)
    app.include_router(routes.health(gateway))
    app.include_router(routes.identity(gateway))
    if gateway.settings.demo:
        app.include_router(routes.demo(gateway))
    chat = web.mount(app, gateway, speech)
    console.mount(app, gateway, chat.server)
    app_channel.mount(app, gateway)
    voice.mount(app, gateway, speech)
    wechat_channel = wechat.mount(app, gateway, speech)
    outside_desk = outside.mount(app, gateway)
    serve_build(app, gateway.settings.web_dir)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    return app
