"""`python -m bot.outages`: watch the network and serve on GRIDCARE_OUTAGES_URL until SIGTERM."""

from __future__ import annotations

import sys
import time

import structlog
import uvicorn
import yaml
from pydantic import ValidationError

from bot.adapters.choice import BadAdapter, connect
from bot.outages.service import create
from bot.outages.settings import ROOT, OutagesSettings
from bot.outages.store import EventLog
from bot.outages.watch import OutageWatch

WORDS = ROOT / "data" / "outages" / "words.yml"


def main() -> int:
    """0 after a clean stop; 2 with one line on standard error when the settings are wrong."""
    try:
        settings = OutagesSettings.model_validate({})
        company = connect()
    except ValidationError as wrong:
        names = ", ".join(f"GRIDCARE_{str(each['loc'][0]).upper()} {each['msg']}" for each in wrong.errors())
        print(f"outages: {names}", file=sys.stderr)
        return 2
    except BadAdapter as wrong:
        print(f"outages: {wrong}", file=sys.stderr)
        return 2
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    events = EventLog(settings.outages_db)
    words = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    app = create(settings, OutageWatch(events, company, words, time.time), events)
    host, port = settings.address
    server = uvicorn.Server(
        uvicorn.Config(app, host=host, port=port, access_log=False, log_config=None, server_header=False)
    )
    server.run()
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
