"""The console: what agents, leads and auditors see and do (web/console/README.md has the contract)."""

from fastapi import FastAPI
from socketio import AsyncServer

from bot.channels.console import orders, rest, talks
from bot.channels.console.access import Doors
from bot.channels.console.live import Live
from bot.gateway.gateway import Gateway


def mount(app: FastAPI, gateway: Gateway, server: AsyncServer) -> Doors:
    """Plug the console into the gateway's application; its live line shares the widget's server."""
    doors, live = Doors(gateway), Live(gateway, server)
    rest.mount(doors, gateway, live)
    talks.mount(doors, gateway, live)
    orders.mount(doors, gateway)
    app.include_router(doors.router)
    return doors
