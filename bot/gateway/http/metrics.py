"""What a Prometheus reads of the gateway, in its text format 0.0.4: numbers and names of jobs, nothing of customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse

from bot.gateway.gateway import Gateway
from bot.gateway.http.routes import bearer
from bot.gateway.store import sms
from bot.gateway.turns import backlog

_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
Samples = Iterable[tuple[Mapping[str, str], float | None]]


def exposition(gauges: Mapping[str, tuple[str, Samples]]) -> str:
    """The lines of gauges by name: what each means, and its values by labels. A value that is None is left out."""
    lines = []
    for name, (meaning, samples) in gauges.items():
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
        for labels, value in samples:
            if value is not None:
                told = ",".join(f'{key}="{_escaped(said)}"' for key, said in labels.items())
                lines.append(f"{name}{{{told}}} {value:g}" if told else f"{name} {value:g}")
    return "\n".join([*lines, ""])


def _escaped(said: str) -> str:
    return said.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def routes(gateway: Gateway) -> APIRouter:
    """/internal/metrics, never proxied outside, with the internal token."""

    async def allowed(request: Request) -> None:
        bearer(request, gateway.settings.internal_token)

    router = APIRouter(prefix="/internal", include_in_schema=False, dependencies=[Depends(allowed)])

    @router.get("/metrics")
    async def metrics() -> PlainTextResponse:
        now, waits = gateway.clock(), await gateway.store.read(backlog.waiting)
        stuck, beats = gateway.jobs.stuck(), gateway.jobs.beats()
        none: dict[str, str] = {}
        age = "gridcare_oldest_seconds"
        gauges: dict[str, tuple[str, Samples]] = {
            "gridcare_waiting": (
                "What waits to be done.",
                [({"what": "message"}, waits.messages), ({"what": "submission"}, waits.submissions)],
            ),
            age: (
                "How long the oldest of it waits; 0 when nothing does.",
                [
                    ({"what": "message"}, waits.oldest_message or 0),
                    ({"what": "submission"}, waits.oldest_submission or 0),
                    ({"what": "urgent_submission"}, waits.oldest_urgent or 0),
                ],
            ),
            "gridcare_job_beat_age_seconds": (
                "How long ago a job last began or ended a step.",
                [({"job": name}, None if at is None else now - at) for name, at in beats.items()],
            ),
            "gridcare_jobs_stuck": ("Jobs that do not come back from a step.", [(none, len(stuck))]),
            "gridcare_company_clock_ahead_seconds": (
                "By how much the company's clock is ahead.", [(none, gateway.company.ahead())],
            ),
            "gridcare_texts_given_up": (
                "Text messages of the last day that nobody took in time.",
                [(none, await gateway.store.read(sms.given_up))],
            ),
            "gridcare_engine_ready": ("Whether the engine is ready.", [(none, await gateway.engine.ready())]),
        }  # fmt: skip
        return PlainTextResponse(exposition(gauges), media_type=_FORMAT)

    return router
