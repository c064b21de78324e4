"""The jobs of one gateway at work: each called when it is due, none ended by an error, all seen from outside. One that ends
all the same, or does not come back from a step, is for the process to answer for: it must not go on as if all were well."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import structlog

from bot.gateway.jobs import leases
from bot.gateway.jobs.job import Job
from bot.gateway.jobs.leases import Ran
from bot.gateway.store.logs import where
from bot.gateway.store.storage import Store

log = structlog.get_logger()

_AFTER_ERROR = 1.0
_AGAIN = 60.0
"""After an error, seconds until a job of the whole cluster is due again, when it is not due before."""
_LOOK = 30.0
"""How often such a job is looked for: another gateway may have failed at it."""
_SOON = 0.1
_MARGIN = 30.0
_PATIENCE = 20.0


@dataclass
class _Running:
    job: Job
    due_at: float
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False
    ran: Ran = field(default_factory=Ran)
    beat_at: float | None = None
    busy_since: float | None = None  # monotonic
    task: asyncio.Task[None] | None = None


class Jobs:
    """Starts jobs, wakes and stops them by name, and tells what became of them."""

    def __init__(self, store: Store, on_end: Callable[[], None] = lambda: None) -> None:
        """`on_end` is called when a job has ended that nobody stopped."""
        self._store = store
        self._clock = store.clock
        self._on_end = on_end
        self._me = str(uuid.uuid4())
        self._running: dict[str, _Running] = {}

    def start(self, *jobs: Job) -> None:
        """Begin with these; the database is open. ValueError for a name that is taken."""
        for job in jobs:
            if job.name in self._running:
                raise ValueError(f"there are two jobs {job.name}")
            running = self._running[job.name] = _Running(job, job.first_due(self._clock()))
            running.task = asyncio.create_task(self._run(running), name=job.name)
            running.task.add_done_callback(partial(self._ended, running))

    def wake(self, name: str) -> None:
        """There is something to do; nothing before it has started."""
        if running := self._running.get(name):
            running.due_at = 0.0
            running.woken.set()

    async def stop(self, *names: str) -> None:
        """Let the steps that run end, and do not begin another. All jobs when none is named."""
        ending = [self._running[name] for name in names or self._running]
        for each in ending:
            each.stopping = True
            each.woken.set()
        tasks = [each.task for each in ending if each.task]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=_PATIENCE)
        for task in late:
            task.cancel()

    async def ran(self) -> dict[str, Ran]:
        """What became of each job at last. Raises what the database raises."""
        shared = [name for name, each in self._running.items() if each.job.once_in_cluster]
        seen = {name: each.ran for name, each in self._running.items()}
        return seen | (await self._store.read(leases.ran, shared) if shared else {})

    def beats(self) -> dict[str, float | None]:
        """When each job last began or ended a step here."""
        return {name: each.beat_at for name, each in self._running.items()}

    def stuck(self) -> list[str]:
        """Jobs that have not come back from a step for longer than one may take."""
        now = asyncio.get_running_loop().time()
        return [
            name
            for name, each in self._running.items()
            if each.busy_since is not None and now - each.busy_since > each.job.most + _MARGIN
        ]

    def _ended(self, running: _Running, task: asyncio.Task[None]) -> None:
        if not (running.stopping or task.cancelled()):
            log.critical("job_ended", job=running.job.name, error=type(task.exception()).__name__)
            self._on_end()

    async def _run(self, running: _Running) -> None:
        job = running.job
        while not running.stopping:
            running.woken.clear()
            running.beat_at, running.busy_since = self._clock(), asyncio.get_running_loop().time()
            try:
                pause = await (self._for_all(job) if job.once_in_cluster else self._here(running))
            except Exception as error:
                self._failed(job, error)
                running.ran = replace(running.ran, error=type(error).__name__, failed_at=self._clock())
                pause = _AFTER_ERROR
            running.beat_at, running.busy_since = self._clock(), None
            if pause > 0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await running.woken.wait()

    async def _here(self, running: _Running) -> float:
        """One step of a job of this gateway; for how many seconds to wait then. A period is waited for and not
        calculated: clocks are set back now and then."""
        job = running.job
        if job.every is None and (left := running.due_at - self._clock()) > 0:
            return min(left, _LOOK)
        more = await job.work()
        now = self._clock()
        running.ran = replace(running.ran, at=now)
        if more:
            return 0.0
        running.due_at = job.due_after(now)
        return job.every or min(running.due_at - now, _LOOK)

    async def _for_all(self, job: Job) -> float:
        """All steps of a job of the cluster, if it is due and nobody else has it."""
        now = self._clock()
        until = now + job.most + _MARGIN
        left = await self._store.write(leases.take, job.name, self._me, now, job.first_due(now), until)
        if left is not None:
            return min(max(left, _SOON), _LOOK)
        failure = None
        try:
            async with asyncio.timeout(job.most):
                while await job.work():
                    pass
        except Exception as error:
            self._failed(job, error)
            failure = type(error).__name__
        now = self._clock()
        due_at = min(job.due_after(now), now + _AGAIN) if failure else job.due_after(now)
        await self._store.write(leases.end, job.name, self._me, now, due_at, failure)
        return min(due_at - now, _LOOK)

    @staticmethod
    def _failed(job: Job, error: Exception) -> None:
        log.error("job_failed", job=job.name, error=type(error).__name__, at=where(error))
