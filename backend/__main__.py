"""Serve the reference company system: python -m backend."""

from __future__ import annotations

import logging
import os
import socket
import sys

import structlog
import uvicorn
from alembic.util import CommandError
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from backend import clocks, seed
from backend.app import create_app
from backend.settings import Settings
from backend.storage import Store

GRACE_SECONDS = 10


def main() -> int:
    """Migrate, seed an empty demonstration, serve until SIGTERM, and finish what is under way."""
    configure_logs()
    try:
        settings = Settings.model_validate({})
    except ValidationError as error:
        names = ", ".join(f"GRIDCARE_{str(each['loc'][0]).upper()}" for each in error.errors())
        print(f"backend: missing or not a real value: {names}", file=sys.stderr)
        return 2
    store = Store(settings.backend_db)
    host, port = settings.address
    try:
        door = socket.create_server((host, port), backlog=2048)
    except OSError as error:
        print(
            f"backend: GRIDCARE_BACKEND_URL: {host}:{port}: {os.strerror(error.errno or 0)}", file=sys.stderr
        )
        return 2
    try:
        store.migrate()
    except (SQLAlchemyError, CommandError) as error:
        print(f"backend: GRIDCARE_BACKEND_DB: {type(error).__name__}", file=sys.stderr)
        return 2
    if settings.demo and not seed.is_seeded(store):
        seed.seed(store, settings.region, seed.DEFAULT_SIZE, clocks.now())
    config = uvicorn.Config(
        create_app(settings, store),
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[door])
    return 0


def configure_logs() -> None:
    """JSON lines on standard error; tracebacks name places, never values."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())
