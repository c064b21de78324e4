"""The files of a new job."""

from __future__ import annotations

from datetime import time
from pathlib import Path

from scripts.scaffold.tree import Change, imported, listed, named

DUTIES = "bot/gateway/duties.py"

MODULE = '''"""{about}."""

from __future__ import annotations

import time
{imports}
from sqlalchemy import Connection

from bot.gateway.jobs.job import Job
from bot.gateway.store.storage import Store

NAME = "{job}"


def job(store: Store) -> Job:
    async def step() -> bool:
        return await store.write(piece, time.time())

    return Job(NAME, step, {when}{once})


def piece(c: Connection, now: float) -> bool:
    """What is to be done at this moment, in one commit; True when there is more."""
    return False
'''

TEST = '''"""{about}."""

from __future__ import annotations

from bot.gateway.jobs import {name}
from tests.gateway.conftest import Desk


async def test_it_is_one_of_the_gateways_duties(desk: Desk) -> None:
    assert {name}.NAME in await desk.gateway.jobs.ran()


async def test_a_round_with_nothing_to_do_ends(desk: Desk) -> None:
    assert await {name}.job(desk.gateway.store).work() is False
'''


def job(name: str, about: str, every: float | None, at: time | None, once: bool, root: Path) -> Change:
    """Its module and its tests; one line among the duties."""
    named(name, "job")
    when = f"every={every}" if at is None else f"at=clock({at.hour}, {at.minute})"
    words = {
        "name": name, "job": name.replace("_", "-"), "about": about, "when": when,
        "imports": "" if at is None else "from datetime import time as clock\n",
        "once": ", once_in_cluster=True" if once else "",
    }  # fmt: skip
    duties = imported((root / DUTIES).read_text(encoding="utf-8"), "bot.gateway.jobs", name)
    return Change(
        own={
            f"bot/gateway/jobs/{name}.py": MODULE.format(**words),
            f"tests/gateway/test_{name}.py": TEST.format(**words),
        },
        shared={DUTIES: listed(duties, "    return [", f"        {name}.job(gateway.store),\n")},
    )
