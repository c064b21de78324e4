"""The desk of a region (data/region/<name>/desk.yml): when it is manned, its times, what its agents choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from bot.region.region import RegionError, read
from bot.region.spans import Spans, spans, within
from bot.region.working_days import is_working_day


@dataclass(frozen=True)
class Times:
    """Seconds; what each means stands in desk.yml."""

    first_reply: float
    answer: float
    customer_left: float
    wrap: float
    give_up: float
    promise_hours: float
    offer_after: float
    offer_above_minutes: float
    position_every: float


@dataclass(frozen=True)
class Callbacks:
    """Calls back by telephone; what each value means stands in desk.yml. Seconds."""

    after: float
    apart: float
    attempts: int
    late: float
    ring: float
    quiet: Spans

    def quiet_at(self, moment: datetime) -> bool:
        """Whether customers are left in peace now."""
        return within(self.quiet, moment.time())


@dataclass(frozen=True)
class Canned:
    key: str
    title: str
    text: str


@dataclass(frozen=True)
class DeskRules:
    """`talk_minutes` is (least, most). Names of skills and reasons come with their titles."""

    working_days: Spans
    other_days: Spans
    hours_said: str
    times: Times
    talk_minutes: tuple[float, float]
    skills: Mapping[str, str]
    resolve_reasons: Mapping[str, str]
    reveal_reasons: Mapping[str, str]
    canned: tuple[Canned, ...]
    callbacks: Callbacks

    def open_at(self, moment: datetime) -> bool:
        """Whether the desk is manned; a span includes its beginning and not its end."""
        manned = self.working_days if is_working_day(moment.date()) else self.other_days
        return within(manned, moment.time())


@cache
def load(region: str) -> DeskRules:
    """The desk of a region. RegionError when its file breaks the shape."""
    body = read(region, "desk")
    try:
        hours, talk = body["hours"], body["talk_minutes"]
        return DeskRules(
            spans(hours["working_days"]), spans(hours["other_days"]), hours["said"], Times(**body["times"]),
            (float(talk["least"]), float(talk["most"])), body["skills"],
            body["reasons"]["resolve"], body["reasons"]["reveal"],
            tuple(Canned(key, each["title"], each["text"]) for key, each in body["canned"].items()),
            Callbacks(**{**body["callbacks"], "quiet": spans(body["callbacks"]["quiet"])}),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise RegionError(f"region {region}: desk.yml: {error}") from error
