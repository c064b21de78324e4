"""The console: what agents, leads and auditors see and do (web/console/README.md has the contract)."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI

from bot.channels.console import orders, rest, talks
from bot.channels.console.access import Doors
from bot.channels.console.live import Live
from bot.gateway.channel import Channel
from bot.gateway.gateway import Gateway
from bot.gateway.jobs.job import Job


class ConsoleChannel(Channel):
    """The agents' screens."""

    name = "console"
    upload_paths = ("/api/v1/console/uploads",)
    for_customers = False

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.doors = Doors(gateway)
        self._live: Live | None = None

    @classmethod
    def of(cls, gateway: Gateway) -> ConsoleChannel:
        return cls(gateway)

    def mount(self, app: FastAPI) -> None:
        self._live = live = Live(self._gateway, app.state.sockets)
        rest.mount(self.doors, self._gateway, live)
        talks.mount(self.doors, self._gateway, live)
        orders.mount(self.doors, self._gateway)
        app.include_router(self.doors.router)

    def jobs(self) -> Sequence[Job]:
        return (Job("console-follow", self._live.follow, every=1.0),) if self._live else ()
