"""The running watch over one network: what is heard goes into the log and the picture, what is found to the company.

Nothing is acknowledged before it is in the log. After a start the picture is made again from the log and from the
outages that are not over; a company that does not answer is asked and told again at the next look.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.grid.locator import KNOWN, Locator, OpenDevice, Picture
from bot.grid.outages import FoundOutage, OutageStage, Register
from bot.grid.suspects import Suspect, Suspects
from bot.grid.topology import Device, DeviceKind, Topology
from bot.outages import messages
from bot.outages.store import OVER, EventLog, HeardEvent, Kept
from bot.ports.company import Company
from bot.ports.errors import CompanyError
from bot.ports.network import HeardFault, NetworkDevice, OutageFinding

log = structlog.get_logger()
REPLAYED = 6 * 3600.0
ARCHIVED_AFTER = 600.0
_FOREVER = 1e12
_UNTIL_TOLD = 3600.0  # an outage of the company's own without an end explains for so long, from look to look
_STAGES = {OutageStage.CLOSED: OutageStage.VERIFIED}


@dataclass(frozen=True)
class Taken:
    """What became of a batch of events: new, repeated, of no use here, refused with their place and why."""

    stored: int
    repeated: int
    ignored: int
    refused: tuple[tuple[int, str], ...]


class OutageWatch:
    def __init__(
        self, events: EventLog, company: Company, words: Mapping[str, str], clock: Callable[[], float]
    ) -> None:
        self._log, self._company, self._words, self._clock = events, company, words, clock
        self._lock = asyncio.Lock()
        self.asked: tuple[str, ...] = ()
        self._kept: dict[str, Kept] = {}
        self._explained: dict[str, tuple[float, float]] = {}
        self._report = 0
        self._ended: set[str] = set()

    async def open(self) -> None:
        """Load the network and go on where the log ends. Raises CompanyError, and BadNetwork for one that is none."""
        rows = await self._company.network.devices()
        await asyncio.to_thread(self._start, rows)

    async def hear(self, told: Sequence[Mapping[str, Any]]) -> Taken:
        """Take in events of meters and devices; they are in the log when this returns."""
        now = self._clock()
        parsed = [messages.parse(each, now, self._installed) for each in told]
        events = [each for each in parsed if isinstance(each, HeardEvent)]
        refused = tuple((place, each) for place, each in enumerate(parsed) if isinstance(each, str))
        async with self._lock:
            new = await asyncio.to_thread(self._take, events)
        return Taken(len(new), len(events) - len(new), sum(each is None for each in parsed), refused)

    async def look(self) -> None:
        """One look: reports and outages of the company in, the picture made, what changed told."""
        async with self._lock:
            await self._ask_company()
            changed = await asyncio.to_thread(self._tick)
            for kept in changed:
                await self._publish(kept)

    def outages(self) -> list[Kept]:
        return [self._kept[id] for id in self._register.outages if id in self._kept]

    def suspects(self) -> list[Suspect]:
        return self._suspects.list()

    # ---- start --------------------------------------------------------------------------------------------------

    def _start(self, rows: Iterable[NetworkDevice]) -> None:
        rows = list(rows)
        self.tree = Topology(tuple(map(_device, rows))).tree()
        self._installed = {row.id: row.valid_from for row in rows if row.valid_until is None}
        self._locator = Locator(self.tree)
        for row in rows:
            if row.cut_off:
                self._locator.evidence.explain(row.id, -_FOREVER, _FOREVER)
        self._kept = {each.outage.id: each for each in self._log.load()}
        alive = [each.outage for each in self._kept.values() if each.outage.device in self.tree.index]
        evidence = self._locator.evidence
        self._register = Register(self.tree, evidence, alive, self._log.last_number())
        self._suspects = Suspects(self.tree)
        self._report = self._log.last_report()
        self._orders: dict[str, tuple[int, float]] = {}
        for event in self._log.since(self._clock() - REPLAYED):
            self._apply(event)
        for outage in self._register.open():
            if outage.p >= KNOWN:
                self._locator.known[self.tree.index[outage.device]] = outage.since

    # ---- events -------------------------------------------------------------------------------------------------

    def _take(self, events: Sequence[HeardEvent]) -> list[HeardEvent]:
        new = self._log.add(events)
        for event in new:
            self._apply(event)
            if event.kind == "closed" or (event.kind, event.value) == ("breaker", "closed"):
                self._register.closed(event.subject, event.at)
        return new

    def _apply(self, event: HeardEvent) -> None:
        locator, evidence = self._locator, self._locator.evidence
        match event.kind:
            case "last_gasp":
                evidence.last_gasp(event.subject, event.at, event.seen_at)
            case "power_on":
                evidence.power_on(event.subject, event.at, event.seen_at)
            case "ping":
                evidence.ping(event.subject, event.value == "on", event.at)
            case "breaker":
                locator.breaker(event.subject, event.value == "open", event.at)
            case "closed":
                locator.closed(event.subject, event.at)
            case "call" if event.subject in self.tree.index:
                evidence.call(event.subject, event.at)
                self._orders[event.value] = (self.tree.index[event.subject], event.at)

    # ---- the company --------------------------------------------------------------------------------------------

    async def _ask_company(self) -> None:
        try:
            reports = await self._company.network.reports(self._report)
            known = await self._company.outages.in_area(None, None)
        except CompanyError as error:
            log.warning("company_does_not_answer", error=type(error).__name__)
            return
        now = self._clock()
        calls = [call for each in reports if (call := self._call(each, now))]
        await asyncio.to_thread(self._take, calls)
        self._report = max((each.number for each in reports), default=self._report)
        for outage in known:
            if outage.id in self._register.outages or outage.starts_at.timestamp() > now:
                continue
            end = outage.eta.timestamp() if outage.eta else now + _UNTIL_TOLD
            span = (outage.starts_at.timestamp(), end)
            if self._explained.get(outage.id) != span:
                self._explained[outage.id] = span
                for transformer in set(outage.transformers) & self.tree.index.keys():
                    self._locator.evidence.explain(transformer, *span)

    def _call(self, report: HeardFault, now: float) -> HeardEvent | None:
        """A report as a call from its meter, or from what all its transformers hang below; None from nowhere."""
        nodes = [self.tree.index[place] for place in report.places if place in self.tree.index]
        if not nodes:
            return None
        node = next(n for n in self.tree.path(nodes[0]) if all(self.tree.is_below(each, n) for each in nodes))
        key = f"report:{report.number}"
        return HeardEvent(key, report.at.timestamp(), now, "call", self.tree.ids[node], report.order_no)

    async def _publish(self, kept: Kept) -> None:
        finding = self._finding(kept.outage)
        told = json.dumps(asdict(finding), default=str, sort_keys=True)
        if told == kept.published:
            self._note_end(kept.outage)
            return
        key = hashlib.sha256(f"{kept.outage.id}:{self._clock()}:{told}".encode()).hexdigest()
        try:
            await self._company.network.publish(finding, key)
        except CompanyError as error:
            log.warning("finding_not_told", outage=kept.outage.id, error=type(error).__name__)
            return
        kept = Kept(kept.outage, kept.reason, told)
        self._kept[kept.outage.id] = kept
        await asyncio.to_thread(self._log.save, [kept])
        self._note_end(kept.outage)

    def _note_end(self, outage: FoundOutage) -> None:
        """What is over and has been told is not looked at again."""
        if outage.stage in OVER:
            self._ended.add(outage.id)

    def _finding(self, outage: FoundOutage) -> OutageFinding:
        tree, node = self.tree, self.tree.index[outage.device]
        at = [above for above in tree.path(node) if tree.kind[above] == DeviceKind.TRANSFORMER]
        cells = tree.cells[tree.cells_below(node)].tolist()
        transformers = [tree.ids[cell] for cell in (at[:1] or cells)]
        return OutageFinding(
            outage.id,
            outage.device,
            _STAGES.get(outage.stage, outage.stage).value,
            datetime.fromtimestamp(round(outage.since), UTC),
            int(tree.homes_below[node]),
            tuple(id for id in transformers if tree.kind[tree.index[id]] == DeviceKind.TRANSFORMER),
            outage.ordered,
            tuple(sorted(self._orders_of(outage, node))),
            bool(at) and at[0] != node,
            self._register.current(outage.id).id if outage.merged_into else None,
        )

    def _orders_of(self, outage: FoundOutage, node: int) -> Iterable[str]:
        until = _FOREVER if outage.restored_at is None else outage.restored_at
        for order, (caller, at) in self._orders.items():
            if self.tree.is_below(caller, node) and outage.since - 60 <= at <= until:
                yield order

    # ---- the picture --------------------------------------------------------------------------------------------

    def _tick(self) -> list[Kept]:
        now = self._clock()
        picture = self._locator.tick(now)
        self.asked = picture.ask
        self._suspects.note(picture.outages, self._locator.evidence)
        self._register.update(picture.outages, now)
        for outage in list(self._register.outages.values()):
            verified = outage.stage is OutageStage.VERIFIED
            if verified and now - outage.history[-1].at >= ARCHIVED_AFTER:
                self._register.archive(outage.id, now)
        changed = self._keep(picture)
        self._log.save(changed)
        return changed

    def _keep(self, picture: Picture) -> list[Kept]:
        """The outages that are not over, and those that have just come to their end."""
        found = {each.device: each for each in picture.outages}
        kept = []
        for id, outage in self._register.outages.items():
            if id in self._ended:
                continue
            before = self._kept.get(id)
            one = found.get(outage.device)
            reason = self._reason(one) if one else (before.reason if before else "")
            self._kept[id] = Kept(outage, reason, before.published if before else None)
            kept.append(self._kept[id])
        return kept

    def _reason(self, one: OpenDevice) -> str:
        node = self.tree.index[one.device]
        name = self.tree.devices[node].name or one.device
        reasons = {**asdict(one.reasons), "reporting": one.reasons.cells_reporting}
        words = self._words["telemetry" if one.telemetry else "reason"]
        return words.format(device=name, p=round(100 * one.p), **reasons)


def _device(row: NetworkDevice) -> Device:
    return Device(
        row.id, DeviceKind.named(row.kind), row.parent, row.name, kva=row.kva, telemetry=row.telemetry,
        valid_from=row.valid_from, valid_until=row.valid_until,
    )  # fmt: skip
