"""The Socket.IO server of all channels: pages of customers in its root, agents' screens in a namespace of their own."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from socketio import ASGIApp, AsyncServer
from starlette.middleware.cors import CORSMiddleware

PACKET = 16 * 1024


def mount(app: FastAPI, origins: Sequence[str]) -> None:
    """Make the server, found at `app.state.sockets`, and let pages of these origins in."""
    app.state.sockets = AsyncServer(
        async_mode="asgi", cors_allowed_origins=list(origins), cors_credentials=False, max_http_buffer_size=PACKET,
        async_handlers=False,
    )  # fmt: skip
    app.mount("/socket.io", ASGIApp(app.state.sockets, socketio_path="socket.io"))
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type"],
    )
