"""How a region tells its customers facts unasked (data/region/<name>/notices.yml): words, quiet hours, outlets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from string import Formatter

from bot.region.region import RegionError, load, read
from bot.region.spans import Spans, end_of, spans

MOST = 60
"""Characters of a value."""


@dataclass(frozen=True)
class NoticeKind:
    """`fields` are the values its text needs from whoever reports the fact."""

    title: str
    text: str
    urgent: bool
    fields: frozenset[str]


@dataclass(frozen=True)
class NoticeRules:
    """What each value means stands in notices.yml."""

    kinds: Mapping[str, NoticeKind]
    contacts: Mapping[str, str]
    quiet: Spans
    per_day: int
    reach: Mapping[bool, int]
    outlets: Sequence[str]
    sign: str

    def faults(self, kind: str, values: Mapping[str, str]) -> list[str]:
        """The names at fault: an unknown kind, values that are missing, unknown, empty, too long or of several lines."""
        if kind not in self.kinds:
            return ["kind"]
        bad = (name for name, value in values.items() if not value or len(value) > MOST or "\n" in value)
        return sorted({*(self.kinds[kind].fields ^ values.keys()), *bad})

    def text(self, kind: str, values: Mapping[str, str]) -> str:
        """KeyError for what `faults` names."""
        return self.kinds[kind].text.format(**self.contacts, **values)

    def peace_until(self, moment: datetime) -> datetime:
        """When customers may be told what is not urgent: this moment, or the end of the quiet hours it lies in."""
        return end_of(self.quiet, moment)

    def next_day(self, moment: datetime) -> datetime:
        """When they may be told more after this day's share."""
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return self.peace_until(midnight)


@cache
def notice_rules(region: str) -> NoticeRules:
    """The notices of a region. RegionError when the file breaks the shape."""
    body = read(region, "notices")
    contacts = {name: contact.value for name, contact in load(region).contacts.items()}
    try:
        rules, reach = body["rules"], body["rules"]["reach"]
        if rules["source"] not in body["sources"]:
            raise KeyError("source")
        kinds = {name: _kind(entry, contacts) for name, entry in body["kinds"].items()}
        return NoticeRules(
            kinds, contacts, spans(rules["quiet"]), int(rules["per_day"]),
            {False: int(reach["normal"]), True: int(reach["urgent"])}, tuple(rules["outlets"]), rules["sign"],
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise RegionError(f"region {region}: notices.yml: {error}") from error


def _kind(entry: Mapping[str, str], contacts: Mapping[str, str]) -> NoticeKind:
    named = {name for _, name, _, _ in Formatter().parse(entry["text"]) if name}
    return NoticeKind(
        entry["title"],
        entry["text"],
        bool(entry.get("urgent", False)),
        frozenset(named - contacts.keys()),
    )
