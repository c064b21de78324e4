"""`python -m bot.gateway`: serve on GRIDCARE_GATEWAY_URL until SIGTERM."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
import threading
import time
from urllib.parse import urlsplit

import uvicorn

from bot.adapters.choice import BadAdapter, connect
from bot.channels.registry import CHANNELS
from bot.gateway.app import create
from bot.gateway.gateway import Gateway
from bot.gateway.settings import BadSettings, read
from bot.gateway.store import logs
from bot.gateway.turns.engine import EngineClient
from bot.region import knowledge
from bot.region.region import RegionError


def main() -> int:
    """0 after a clean stop; 2 with one line on standard error when the settings are wrong."""
    try:
        settings = read(*(part for channel in CHANNELS for part in channel.settings))
        company = connect()
        engine = EngineClient.connect(settings.engine_url, settings.engine_token.get_secret_value())
        gateway = Gateway(settings, engine, company, time.time)
        app = create(gateway, engine.close, company.aclose)
        settings.upload_dir.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=settings.upload_dir).close()
        address = urlsplit(settings.gateway_url)
        door = listen(address.hostname or "127.0.0.1", address.port or 8080)
    except (BadSettings, RegionError, BadAdapter, CannotListen) as wrong:
        return _refuse(str(wrong))
    except OSError as wrong:
        return _refuse(f"GRIDCARE_UPLOAD_DIR: {wrong.strerror}")
    logs.configure()
    # Takes seconds, and agents ask for it: it is there before the first of them does.
    threading.Thread(target=knowledge.load, args=(settings.region,), daemon=True).start()
    proxies = settings.trusted_proxies
    config = uvicorn.Config(
        app, access_log=False, log_config=None, timeout_graceful_shutdown=3, server_header=False,
        proxy_headers=bool(proxies), forwarded_allow_ips=proxies,
    )  # fmt: skip
    # uvicorn repeats the signal that stopped it once everything is closed: that is a clean end, unless a job asked for it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(int(gateway.failed)))
    server = uvicorn.Server(config)
    try:
        with door:
            server.run(sockets=[door])
    except SystemExit:  # what uvicorn makes of an application that cannot start
        if not gateway.cannot_start:
            raise
        return _refuse(gateway.cannot_start)
    return 0 if server.started and not gateway.failed else 1


class CannotListen(Exception):
    """One line for the operator."""


def listen(host: str, port: int) -> socket.socket:
    """The bound socket. Raises CannotListen."""
    try:
        return socket.create_server((host, port), backlog=2048, reuse_port=False)
    except OSError as error:
        raise CannotListen(f"GRIDCARE_GATEWAY_URL: {host}:{port}: {os.strerror(error.errno or 0)}") from None


def _refuse(line: str) -> int:
    print(f"gateway: {line}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
