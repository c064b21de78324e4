"""The gateway as an ASGI application; the one place that plugs the channels in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI

from bot.channels import sockets
from bot.channels.registry import CHANNELS
from bot.gateway.channel import Channel
from bot.gateway.gateway import Gateway
from bot.gateway.http import metrics, notices, problems, routes
from bot.gateway.http.shell import BodyLimit, SecurityHeaders, serve_build


def create(
    gateway: Gateway, *close: Callable[[], Awaitable[None]], channels: Sequence[type[Channel]] = CHANNELS
) -> FastAPI:
    """The application of a gateway, which starts and stops with it; `close` is called at the very end. Raises
    BadSettings."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await gateway.start()
        try:
            yield
        finally:
            await gateway.stop()
            for each in close:
                await each()

    app = FastAPI(
        title="GridCare gateway",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses=problems.DESCRIBED,
    )
    app.state.gateway = gateway
    problems.install(app)
    app.include_router(routes.health(gateway))
    app.include_router(routes.identity(gateway))
    app.include_router(metrics.routes(gateway))
    app.include_router(notices.routes(gateway))
    if gateway.settings.demo:
        app.include_router(routes.demo(gateway))
    sockets.mount(app, gateway.settings.origins)
    gateway.channels = [made for kind in channels if (made := kind.of(gateway))]
    for channel in gateway.channels:
        channel.mount(app)
    serve_build(app, gateway.settings.web_dir)
    app.add_middleware(BodyLimit, uploads={path for each in gateway.channels for path in each.upload_paths})
    app.add_middleware(SecurityHeaders, https=not gateway.settings.demo)
    return app
