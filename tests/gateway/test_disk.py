"""A disk that is full or read-only: nothing is acknowledged that is not kept, and all goes on once there is room."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from bot.gateway.app import create
from bot.gateway.jobs.job import Job
from bot.gateway.jobs.jobs import Jobs
from bot.gateway.store import tables as t
from bot.gateway.store.storage import Store, _Sqlite
from tests.e2e.nemesis import DANGER
from tests.gateway.conftest import Desk
from tests.gateway.fakes import FakeEngine, settings, until
from tests.gateway.test_kill import ROOT, Gateway, world

LOGS_INTO_THE_VOID = """
import structlog, sys
from bot.gateway.store import logs
logs.configure()
for number in range(5000):
    structlog.get_logger().error("something", number=number)
print("went on", file=sys.stderr)
"""


def test_a_log_that_cannot_be_written_raises_nothing() -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-c", LOGS_INTO_THE_VOID],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert ran.stderr.startswith("went on")


FULL = ("PRAGMA max_page_count=1", "PRAGMA max_page_count=1000000")  # SQLite keeps to the pages it has
READ_ONLY = ("PRAGMA query_only=1", "PRAGMA query_only=0")


@pytest.mark.parametrize(("fails", "heals"), [FULL, READ_ONLY], ids=["full", "read-only"])
async def test_a_database_that_takes_nothing_refuses_and_then_everything_goes_on(
    desk: Desk, fails: str, heals: str
) -> None:
    await desk.say("你好")
    await desk.idle()
    await _pragma(desk, fails)
    refused = 0
    for number in range(60):
        try:
            await desk.say(DANGER, f"c-{number}", message_id=f"during-{number}")
        except OperationalError:
            refused += 1
    assert refused
    await asyncio.sleep(1)
    await _pragma(desk, heals)
    await desk.say(DANGER, "c-after", message_id="after")
    await desk.idle()
    taken = {row.conversation for row in await desk.rows(t.inbox) if row.body.get("hazards")}
    assert len(taken) == 61 - refused

    async def all_filed() -> bool:
        return {name for each in desk.company.filed.values() for name in each.conversations} == taken

    await until(all_filed, 10)


async def _pragma(desk: Desk, words: str) -> None:
    """Beside any transaction: a database that takes nothing begins none."""
    sqlite = desk.gateway.store._runner
    assert isinstance(sqlite, _Sqlite)
    change = sqlite._thread.submit(lambda: sqlite._engine.raw_connection().cursor().execute(words).close())
    await asyncio.wrap_future(change)


class Odd(BaseException):
    """Nothing that ends a step, and no `except Exception` holds it."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    one = Store(settings(tmp_path).gateway_db, time.time)
    await one.open()
    yield one
    await one.close()


async def test_a_job_that_ends_though_nobody_stopped_it_is_told(store: Store) -> None:
    async def dies() -> bool:
        raise Odd

    ended: list[str] = []
    jobs = Jobs(store, on_end=lambda: ended.append("ended"))
    jobs.start(Job("dies", dies, every=1))
    await until(lambda: ended)
    lasting = Jobs(store, on_end=lambda: ended.append("stopped"))
    lasting.start(Job("lasts", _nothing, every=1))
    await lasting.stop()
    await asyncio.sleep(0.05)
    assert ended == ["ended"]


async def test_a_gateway_whose_job_does_not_come_back_is_not_alive(desk: Desk) -> None:
    async def hangs() -> bool:
        await asyncio.sleep(3600)
        return False

    transport = httpx.ASGITransport(create(desk.gateway))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        assert (await http.get("/live")).status_code == 200
        desk.gateway.jobs.start(Job("hangs", hangs, every=1, most=-40))
        await asyncio.sleep(0.05)
        live, ready = await http.get("/live"), await http.get("/ready")
    assert (live.status_code, live.json()) == (503, {"live": False, "stuck": ["hangs"]})
    assert ready.status_code == 503 and "job hangs is stuck" in ready.json()["reasons"]
    desk.gateway.jobs._running["hangs"].task.cancel()  # type: ignore[union-attr]


async def test_ready_tells_what_waits_and_for_how_long(desk: Desk) -> None:
    desk.company.down = True
    desk.engine.fault = lambda turn: asyncio.sleep(30)
    await desk.say(DANGER)
    await desk.change(
        sa.update(t.inbox).values(received_at=t.inbox.c.received_at - 90),
        sa.update(t.submission).values(created_at=t.submission.c.created_at - 70),
    )
    transport = httpx.ASGITransport(create(desk.gateway))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        body = (await http.get("/ready")).json()
    waits = body["waiting"]
    assert (waits["messages"], waits["submissions"]) == (1, 1)
    assert 90 <= waits["oldest_message"] < 100
    assert 70 <= waits["oldest_submission"] == waits["oldest_urgent"] < 80
    assert all(each["beat_at"] for each in body["jobs"].values())
    desk.company.down = False


async def _nothing() -> bool:
    return False


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of sixteen megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.getuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "none", folder]).returncode:
        pytest.skip("mounting needs root")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.slow
async def test_a_gateway_whose_disk_is_full_for_a_while_heals_and_its_emergency_orders_go_out(
    small_disk: Path,
) -> None:
    """Log, write-ahead log and database are on the same disk."""
    async with world(small_disk, FakeEngine()) as (gateway, company):
        await gateway.start()
        await gateway.ready(90)
        assert (await gateway.send("你好", "first")).status_code == 200
        ballast = small_disk / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb") as file:
            while file.write(b"\0" * 4096):
                file.flush()
        during = [await _try(gateway, number) for number in range(10)]
        await asyncio.sleep(5)
        ballast.unlink()
        await gateway.ready(90)
        assert (await gateway.send(DANGER, "after")).status_code == 200
        assert gateway.child and gateway.child.returncode is None
        assert 503 in during, during
        await until(lambda: company.filed, 10)
        gateway.child.terminate()
        await gateway.child.wait()


async def _try(gateway: Gateway, number: int) -> int:
    with contextlib.suppress(httpx.HTTPError):
        return (await gateway.send("还没来电吗" * 100, f"during-{number}")).status_code
    return 0
