"""500 customers wait for 50 agents: `python -m benchmarks.desk`. The customers' and agents' time is simulated, the desk,
the queue and the database are the real ones, and each round's cost is measured.

Prints one JSON object: how long a round takes that gives a seat away (ms), the longest wait in simulated minutes by
class of priority, how many were served, and in how many rounds a place in the line that was told did not agree with the
line as the log of events gives it (0 is right).
"""

from __future__ import annotations

import heapq
import json
import random
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import sqlalchemy as sa
from alembic import command

from bot.core.handoff import State
from bot.core.queue import Waiting, ahead
from bot.gateway.people import agents, desk, handoff
from bot.gateway.people.handoff import Wish
from bot.gateway.store import tables as t
from bot.gateway.store.messages import open_conversation
from bot.gateway.store.storage import migrations
from bot.gateway.store.texts import Wording
from bot.region import desk as company_desk
from bot.region.region import load

CUSTOMERS, AGENTS = 500, 50
SKILLS = ("billing", "fault", "application", "complaint")
GIVE_UP = 6 * 3600.0  # nobody leaves: the line itself is looked at


def main() -> None:
    dice, clock = random.Random(95598), SimpleNamespace(now=1_800_000_000.0)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(Path(folder), dice, clock), indent=1))


def run(folder: Path, dice: random.Random, clock: SimpleNamespace) -> dict[str, object]:
    options = {"clock": lambda: clock.now}
    engine = sa.create_engine(f"sqlite:///{folder / 'desk.db'}", execution_options=options)
    rules = company_desk.load("bayannur")
    long = {**vars(rules.times), "give_up": GIVE_UP, "first_reply": GIVE_UP}
    rules = company_desk.DeskRules(**{**vars(rules), "times": company_desk.Times(**long)})
    one = desk.Desk(None, rules, Wording(load("bayannur")), None, None)  # type: ignore[arg-type]
    with engine.begin() as c:
        command.upgrade(migrations(c), "head")
        _people(c, dice, clock.now)
    begun: dict[str, float] = {}
    free: list[tuple[float, str]] = []
    rounds: list[float] = []
    waits: dict[int, list[float]] = defaultdict(list)
    wrong = served = 0
    arrivals = sorted(clock.now + dice.uniform(0, 300) for _ in range(CUSTOMERS))
    while served < CUSTOMERS:
        upcoming = [arrivals[0]] if arrivals else []
        upcoming += [free[0][0]] if free else []
        clock.now = min(upcoming) if upcoming else clock.now + 1
        with engine.begin() as c:
            while arrivals and arrivals[0] <= clock.now:
                begun[_arrives(c, dice, len(begun))] = arrivals.pop(0)
            while free and free[0][0] <= clock.now:
                _ends(c, heapq.heappop(free)[1])
            c.execute(sa.update(t.agent).values(seen_at=clock.now))
        before = time.perf_counter()
        with engine.begin() as c:
            _, moved = one.serve(c)
        rounds += [1000 * (time.perf_counter() - before)] if moved else []
        with engine.begin() as c:
            one.inform(c)
            for name in moved:
                row = handoff.open_one(c, name)
                if row is not None and row.state == State.ASSIGNED:
                    served += 1
                    waits[row.priority].append(clock.now - begun[name])
                    heapq.heappush(free, (clock.now + dice.uniform(180, 480), name))
            wrong += _wrong_places(c, clock.now)
    quantiles = np.quantile(rounds, (0.5, 0.95, 1.0))
    return {
        "served": served, "rounds": len(rounds), "wrong_places": wrong,
        "ms": dict(zip(("p50", "p95", "most"), (round(float(q), 1) for q in quantiles), strict=True)),
        "longest_wait_minutes": {str(p): round(max(all_of) / 60, 1) for p, all_of in sorted(waits.items())},
    }  # fmt: skip


def _people(c: sa.Connection, dice: random.Random, now: float) -> None:
    for n in range(AGENTS):
        skills = ["general", *dice.sample(SKILLS, 2)]
        c.execute(
            sa.insert(t.agent).values(
                name=f"a{n}", display=f"a{n}", password="", roles=["agent"], skills=skills, capacity=1,
                state="online", seen_at=now, created_at=now,
            )
        )  # fmt: skip


def _arrives(c: sa.Connection, dice: random.Random, number: int) -> str:
    name = f"c-{number}"
    open_conversation(c, name, "web")
    priority = dice.choices((0, 2, 5, 7), (1, 9, 80, 10))[0]
    handoff.request(c, name, Wish("user_asked", dice.choice(("general", *SKILLS)), priority))
    return name


def _ends(c: sa.Connection, name: str) -> None:
    row = handoff.open_one(c, name)
    assert row is not None
    handoff.release(c, name, row.agent, row.version)


def _wrong_places(c: sa.Connection, now: float) -> int:
    """Places told just now that are not those of the line as the log of events has it."""
    h, e = t.handoff.c, t.handoff_event.c
    line: dict[int, Waiting] = {}
    rows = {row.id: row for row in c.execute(sa.select(t.handoff))}
    for event in c.execute(sa.select(t.handoff_event).order_by(e.id)):
        line.pop(event.handoff_id, None)
        if event.to_state == State.QUEUED.value:
            row = rows[event.handoff_id]
            line[row.id] = Waiting(row.id, row.priority, event.at, row.skill, row.level, row.last_agent)
    places = ahead(line.values(), agents.seats(c, now), now)
    told = c.execute(sa.select(h.id, h.told_ahead).where(h.state == State.QUEUED.value, h.told_at == now))
    return sum(1 for row in told if row.told_ahead != places[row.id])


if __name__ == "__main__":
    main()
