"""Fifty callers for a minute into a line of its own (`make voice-test`): a policy, espeak-ng and the SIP endpoint, with a
gateway that answers at once. Prints what benchmarks/calls.py prints, of another process."""

from __future__ import annotations

import argparse
import asyncio
import sys

import httpx
from fastapi import FastAPI

from bot.voice.exchange import Exchange
from bot.voice.sip.endpoint import CallLimits, SipEndpoint
from bot.voice.speech.voices import Speaker


def gateway() -> FastAPI:
    """Answers every call and every message, and says nothing of its own."""
    app = FastAPI()

    @app.post("/internal/v1/voice/calls")
    async def call() -> dict[str, object]:
        return {
            "conversation": "tel-made-up",
            "cursor": 0,
            "elder": False,
            "person_first": False,
            "first": False,
        }

    @app.api_route("/internal/v1/voice/calls/{name}/messages", methods=["GET", "POST"])
    async def said(name: str) -> dict[str, object]:
        return {"messages": [], "cursor": 0, "owner": "bot", "on_duty": True, "ended": True}

    return app


async def run(calls: int, seconds: float) -> int:
    """The exit status of the callers."""
    transport = httpx.ASGITransport(gateway())
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        exchange = Exchange(client, Speaker(), "bayannur", None)
        endpoint = SipEndpoint(
            ("127.0.0.1", 0), exchange.answer, exchange.ended, limits=CallLimits(2 * calls, 2 * calls)
        )
        exchange.hang_up = endpoint.hang_up
        await endpoint.start()
        callers = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.calls", f"127.0.0.1:{endpoint.port}", "--calls", str(calls),
            "--seconds", str(seconds),
        )  # fmt: skip
        status = await callers.wait()
        await endpoint.drain(2)
    return status


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--calls", type=int, default=50)
    given.add_argument("--seconds", type=float, default=60)
    options = given.parse_args()
    return asyncio.run(run(options.calls, options.seconds))


if __name__ == "__main__":
    sys.exit(main())
