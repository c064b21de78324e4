"""Structured logs without people in them: every text value is masked before it is written."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

from bot.core.masking import mask_text


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what looks like a person's data in every value."""
    return {key: mask_text(value) if isinstance(value, str) else value for key, value in event.items()}


def where(error: BaseException) -> str:
    """The way an error took through our files; its message is left out, it may quote a customer."""
    frames = traceback.extract_tb(error.__traceback__)
    return " ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)


def configure() -> None:
    """One JSON line per event on standard output; libraries say warnings and worse. Writing a line never raises: a full
    disk costs the line, never the work it told of."""
    logging.raiseExceptions = False
    sink = logging.StreamHandler(sys.stdout)
    own = logging.getLogger("gridcare")
    own.addHandler(sink)
    own.setLevel(logging.INFO)
    own.propagate = False
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: own,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stdout, format='{"level": "%(levelname)s", "library": "%(name)s"}'
    )
