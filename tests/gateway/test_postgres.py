"""The same gateway on PostgreSQL, twice: two processes' worth of workers on one database."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.gateway.jobs.job import Job
from bot.gateway.jobs.leases import Ran
from bot.gateway.store import tables as t
from scripts.ports import free_port
from tests.gateway.conftest import Desk, running
from tests.gateway.fakes import FakeEngine, company, until

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BINARIES, reason="no PostgreSQL server binary (Debian: postgresql)"),
]


def run(*command: object) -> None:
    """Run as a user whom the server accepts: it refuses root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*prefix, *map(str, command)], check=True, capture_output=True, cwd="/")


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server of our own, on loopback, gone afterwards."""
    folder = Path(tmp_path_factory.mktemp("pg"))
    for each in (folder, *folder.parents[:4]):  # as deep as pytest and its workers go
        if each != Path(tempfile.gettempdir()):
            each.chmod(0o755)
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    data, port = folder / "data", free_port()
    run(BINARIES[-1] / "initdb", "-D", data, "-U", "gridcare", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
    run(BINARIES[-1] / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
    try:
        yield f"postgresql+asyncpg://gridcare@127.0.0.1:{port}/postgres"
    finally:
        run(BINARIES[-1] / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


@pytest.fixture
async def desks(postgres: str, tmp_path: Path) -> AsyncIterator[tuple[Desk, Desk]]:
    """Two gateways on one empty database with one engine and one company."""
    engine, fake = FakeEngine(), company()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(engine.serving())
        both = [
            await stack.enter_async_context(running(tmp_path, engine, fake, gateway_db=postgres))
            for _ in range(2)
        ]
        await both[0].change(*(table.delete() for table in reversed(t.metadata.sorted_tables)))
        yield both[0], both[1]


async def test_ten_messages_in_one_breath_over_two_gateways_are_answered_once_and_in_order(
    desks: tuple[Desk, Desk],
) -> None:
    left, right = desks
    left.engine.delay = 0.02
    for n in range(10):
        desk = desks[n % 2]
        await asyncio.gather(
            desk.say(f"第{n}句", message_id=f"m{n}"), desks[1 - n % 2].say(f"第{n}句", message_id=f"m{n}")
        )
    await left.idle(20)
    shown = await right.shown()
    assert [m.seq for m in shown] == list(range(1, 21))
    assert [m.body["text"] for m in shown if m.author == "bot"] == [f"echo:第{n}句" for n in range(10)]
    assert len(left.engine.executed) == 10


async def test_many_conversations_are_shared_by_both_workers(desks: tuple[Desk, Desk]) -> None:
    left, _ = desks
    await asyncio.gather(*(desks[n % 2].say("你好", talk=f"c-{n}", message_id="m") for n in range(30)))
    await left.idle(20)
    for n in range(30):
        assert await left.texts(f"c-{n}") == ["你好", "echo:你好"]


async def test_a_claim_of_a_gateway_that_died_is_taken_over_in_seconds(desks: tuple[Desk, Desk]) -> None:
    left, right = desks
    await left.say("你好")
    await left.idle()
    dead = {"state": "new", "holder": "somebody", "lease_until": left.clock() + 3600}
    await left.change(t.message.delete().where(t.message.c.author == "bot"), t.inbox.update().values(**dead))
    for desk in (left, right):
        desk.clock.forward(3601)
    await left.idle()
    assert "echo:你好" in await left.texts()
    assert left.engine.executed == [left.engine.turns[0]["message_id"]]


async def test_danger_on_two_gateways_at_once_is_one_order(desks: tuple[Desk, Desk]) -> None:
    left, right = desks
    await asyncio.gather(left.say("电线断了", message_id="a"), right.say("电线断了掉地上了", message_id="b"))
    await until(lambda: left.company.amendments, 8)
    await left.idle(10)
    assert len(left.company.filed) == 1
    rows = await left.rows(t.handoff)
    assert len(rows) == 1


async def test_of_two_gateways_one_does_a_job_that_is_done_once(desks: tuple[Desk, Desk]) -> None:
    done = []

    async def step() -> bool:
        await asyncio.sleep(0.2)
        done.append(None)
        return False

    for desk in desks:
        desk.gateway.jobs.start(Job("once", step, every=3600.0, once_in_cluster=True))

    async def seen() -> bool:
        return all([(await desk.gateway.jobs.ran()).get("once", Ran()).at for desk in desks])

    await until(seen)
    await asyncio.sleep(0.3)
    assert len(done) == 1
