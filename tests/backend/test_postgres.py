"""The same company system on PostgreSQL: schema, seed, contract of keys, races."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select

from backend import clocks, seed
from backend.storage import Store
from backend.tables import Base, BillRow, WorkOrderRow
from scripts.ports import free_port
from tests.backend import world
from tests.backend.test_idempotency import report

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("initdb"), reason="no PostgreSQL server on this machine"),
]


def unprivileged() -> dict[str, object]:
    """PostgreSQL refuses to run as root: hand over to its own user."""
    if os.geteuid():
        return {}
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("root without a user postgres cannot run PostgreSQL")
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A PostgreSQL of our own on loopback."""
    who = unprivileged()
    place = Path(tempfile.mkdtemp(prefix="gridcare-pg-"))
    if who:
        shutil.chown(place, "postgres", "postgres")
    port = free_port()
    run = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": place, **who}
    data = str(place / "data")
    subprocess.run(["initdb", "-D", data, "-U", "gridcare", "-A", "trust", "-E", "UTF8", "--no-sync"], **run)
    options = f"-h 127.0.0.1 -p {port} -k {place}"
    subprocess.run(["pg_ctl", "-D", data, "-w", "-o", options, "start"], **run)
    yield f"postgresql://gridcare@127.0.0.1:{port}/postgres"
    subprocess.run(["pg_ctl", "-D", data, "-m", "immediate", "stop"], **run)
    shutil.rmtree(place)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with closing(Store(url)) as store:
        seed.seed(store, "bayannur", world.SIZE, clocks.now())
        yield store


@pytest.fixture
def client(store: Store) -> Iterator[world.Client]:
    with world.running(store) as client:
        yield client


def count(store: Store, table: type[Base]) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_schema_and_seed_are_those_of_sqlite(store: Store, seeded: Path) -> None:
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    with closing(Store(f"sqlite:///{seeded}")) as other, store.reading() as ours, other.reading() as theirs:
        for query in (
            select(func.sum(BillRow.amount)),
            select(func.sum(BillRow.kwh)),
            select(func.max(BillRow.month)),
        ):
            assert ours.scalar(query) == theirs.scalar(query)


def test_every_read_answers(client: world.Client) -> None:
    headers = {"X-Subject": world.assertion("L2", (world.DARK,), "c-1")}
    for read in (
        "",
        "/balance",
        "/tier",
        "/usage?first=2026-01-01&last=2026-01-31",
        "/bills",
        "/arrears",
        "/supply",
    ):
        assert client.get(f"/v1/accounts/{world.DARK}{read}", headers=headers).status_code == 200
    assert client.get("/v1/outages", params={"place": "永胜村"}).json()
    assert client.get("/ready").status_code == 200


def test_threads_racing_with_one_key_make_one_order(client: world.Client, store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: report(client, "k"), range(24)))
    assert {status for status, _ in answers} <= {200, 409}
    assert len({body for status, body in answers if status == 200}) == 1
    assert count(store, WorkOrderRow) == 1


def test_two_servers_racing_about_one_fault_make_one_order(
    url: str, client: world.Client, store: Store
) -> None:
    with (
        closing(Store(url)) as other,
        world.running(other, own=True) as second,
        ThreadPoolExecutor(8) as pool,
    ):
        keys = [f"k-{number % 6}" for number in range(24)]
        mine = pool.map(lambda key: report(client, key), keys)
        theirs = pool.map(lambda key: report(second, key), keys)
        answers = [*mine, *theirs]
    assert {status for status, _ in answers} <= {200, 409}
    assert count(store, WorkOrderRow) == 1


def test_numbers_are_given_once_between_servers(url: str, client: world.Client, store: Store) -> None:
    with (
        closing(Store(url)) as other,
        world.running(other, own=True) as second,
        ThreadPoolExecutor(8) as pool,
    ):
        servers = (client, second)
        answers = pool.map(
            lambda n: report(servers[n % 2], f"k-{n}", address=f"临河区新华镇永胜村6组{n}号"), range(40)
        )
        assert {status for status, _ in answers} == {200}
    assert count(store, WorkOrderRow) == 40


def test_strange_text_is_kept(client: world.Client) -> None:
    told = {"kind": "suggestion", "content": "a\x00b😀\u202e"}
    assert client.post("/v1/voices", json=told, headers={"Idempotency-Key": "k"}).status_code == 200
