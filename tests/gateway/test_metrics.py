"""What a Prometheus reads."""

from __future__ import annotations

import httpx
import sqlalchemy as sa

from bot.gateway.app import create
from bot.gateway.http.metrics import exposition
from bot.gateway.store import tables as t
from tests.e2e.nemesis import DANGER
from tests.gateway.conftest import Desk
from tests.gateway.fakes import TOKENS


def test_gauges_have_a_meaning_a_type_and_escaped_labels() -> None:
    told = exposition(
        {"a": ("First.", [({}, 1.5)]), "b": ("Second.", [({"x": 'q"\\\n'}, 2), ({"x": "none"}, None)])}
    )
    assert told == (
        '# HELP a First.\n# TYPE a gauge\na 1.5\n# HELP b Second.\n# TYPE b gauge\nb{x="q\\"\\\\\\n"} 2\n'
    )


async def test_metrics_tell_how_long_an_emergency_waits_to_who_has_the_token_and_name_no_customer(
    desk: Desk,
) -> None:
    desk.company.down = True
    await desk.say(f"我叫王秀英，电话13800000001，{DANGER}")
    await desk.change(sa.update(t.submission).values(created_at=t.submission.c.created_at - 100))
    transport = httpx.ASGITransport(create(desk.gateway))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        assert (await http.get("/internal/metrics")).status_code == 401
        token = {"Authorization": f"Bearer {TOKENS['internal_token']}"}
        answer = await http.get("/internal/metrics", headers=token)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    values = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert values['gridcare_waiting{what="submission"}'] == "1"
    assert 100 <= float(values['gridcare_oldest_seconds{what="urgent_submission"}']) < 130
    assert float(values['gridcare_job_beat_age_seconds{job="submissions"}']) < 60
    assert values["gridcare_jobs_stuck"] == "0"
    assert "13800000001" not in answer.text and "秀英" not in answer.text
    desk.company.down = False
