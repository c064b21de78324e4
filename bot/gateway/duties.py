"""Every job of the gateway but those of its channels."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from bot.gateway.jobs.job import Job
from bot.gateway.turns.worker import Patience

if TYPE_CHECKING:
    from bot.gateway.gateway import Gateway

TURNS, SUBMISSIONS, DESK, ANNOUNCE = "turns", "submissions", "desk", "announce"
"""Those that are woken."""


def duties(gateway: Gateway) -> list[Job]:
    """What this gateway has to do."""
    patience = Patience(gateway.store, gateway.wording, gateway.tell)
    return [
        Job(TURNS, gateway.worker.step, every=0.25),
        Job(SUBMISSIONS, gateway.submissions.step, every=0.5),
        Job(DESK, gateway.desk.step, every=0.5),
        Job("leases", gateway.worker.renew, every=1.0),
        Job("patience", patience.step, every=0.5),
        Job("audit-anchor", gateway.anchor_audit, every=3600.0),
        Job(ANNOUNCE, gateway.announcer.step, every=1.0),
        Job("announce-sweep", gateway.announcer.sweep, at=time(3, 40), once_in_cluster=True),
        *([Job("sms", gateway.sms.step, every=0.5)] if gateway.sms else []),
    ]
