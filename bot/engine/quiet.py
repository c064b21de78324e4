"""Logging of the engine: one line an event, masked, and none of Rasa's chatter, which quotes customers."""

from __future__ import annotations

import logging
import os

import structlog

from bot.core.masking import mask_text


class MaskingFormatter(logging.Formatter):
    """Masks the message, whoever wrote it; stack traces are cut, as their last line quotes values."""

    def format(self, record: logging.LogRecord) -> str:
        plain = logging.makeLogRecord(record.__dict__)
        plain.msg, plain.args = mask_text(record.getMessage()), ()
        plain.exc_info, plain.exc_text, plain.stack_info = None, None, None
        return super().format(plain)


def logs(level: int = logging.INFO) -> None:
    """Set up logging for this process."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["LOG_LEVEL"] = "ERROR"  # Rasa's progress bars heed it
    os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
    handler = logging.StreamHandler()
    handler.setFormatter(MaskingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)  # the libraries Rasa pins warn of their own age at every start
    for name in ("py.warnings", "rasa", "jieba", "apscheduler", "matplotlib", "aiohttp"):
        logging.getLogger(name).setLevel(logging.ERROR)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
