"""`python -m bot.gateway`: serve on GRIDCARE_GATEWAY_URL until SIGTERM."""

from __future__ import annotations

import signal
import sys
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
    except (BadSettings, RegionError, BadAdapter) as wrong:
        print(f"gateway: {wrong}", file=sys.stderr)
        return 2
    logs.configure()
    # Takes seconds, and agents ask for it: it is there before the first of them does.
    threading.Thread(target=knowledge.load, args=(settings.region,), daemon=True).start()
    address = urlsplit(settings.gateway_url)
    config = uvicorn.Config(
        app, host=address.hostname or "127.0.0.1", port=address.port or 8080, access_log=False,
        log_config=None, timeout_graceful_shutdown=3, server_header=False,
    )  # fmt: skip
    # uvicorn repeats the signal that stopped it once everything is closed: that is a clean end, unless a job asked for it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(int(gateway.failed)))
    server = uvicorn.Server(config)
    server.run()
    return 0 if server.started and not gateway.failed else 1


if __name__ == "__main__":
    sys.exit(main())
