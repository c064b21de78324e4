"""One turn as an action sees it: the sentence, who asks, what is known. Read once from Rasa's tracker."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from datetime import date, datetime
from typing import Any

from rasa_sdk import Tracker

from bot.core import phrasing, values
from bot.core.form import Heard, Mention, house_numbers, meant
from bot.core.manner import Manner
from bot.core.ranges import Range
from bot.ports.identity import Level, Subject

_NO_WORDS = re.compile(r"\[\w{2,4}\]")


@dataclass(frozen=True)
class Turn:
    """What the gateway and the engine know about the message being answered (docs/protocols.md).

    `conversation` is the gateway's: it outlives the engine's sessions, so orders and identity are found by it."""

    heard: Heard
    slots: Mapping[str, Any]
    subject: Subject
    now: datetime
    message_id: str
    conversation: str
    channel: str = "web"
    manner: Manner = field(default_factory=Manner)
    form: str | None = None
    also: tuple[str, ...] = ()
    ranking: tuple[str, ...] = ()
    chances: Mapping[str, float] = field(default_factory=dict)  # of the intents in the ranking
    danger: Mapping[str, Any] = field(default_factory=dict)
    attachments: tuple[str, ...] = ()
    said_before: tuple[Mapping[str, Any], ...] = ()
    named_before: str | None = None  # the name in the customer's message before this one

    @property
    def intent(self) -> str:
        return self.heard.intent

    @property
    def text(self) -> str:
        return self.heard.text

    @property
    def picture(self) -> bool:
        """Whether the message is a picture without words; channels write [图片] in their place."""
        return bool(self.attachments) and bool(_NO_WORDS.fullmatch(self.text))

    @property
    def elder(self) -> bool:
        """Whether short words and digits in pairs are wanted."""
        return bool(self.slots.get("elder"))

    def read_back(self, text: object) -> str:
        """A text whose long numbers can be followed: in pairs by elders, digit by digit by who only hears them."""
        if self.elder:
            return phrasing.in_pairs(text)
        return phrasing.dictated(text) if self.manner.spoken else str(text)

    def keep(self) -> dict[str, Any]:
        """The sentence in a form that a slot can hold, for a wish in it that has to wait."""
        return {"text": self.text, "mentions": [astuple(mention) for mention in self.heard.mentions]}

    def kept(self) -> Heard | None:
        """The earlier sentence that named a wish which waited; None when there is none."""
        kept = self.slots.get("kept")
        if not kept:
            return None
        return Heard(kept["text"], "inform", tuple(Mention(*mention) for mention in kept["mentions"]))

    def mention(self, name: str) -> Any:
        """The last value of that entity in this sentence, without those taken back; None when absent. The parts of
        an address that stand side by side are one."""
        found = [m for m in meant(self.heard) if m.name == name]
        if not found:
            return None
        value, start = found[-1].value, found[-1].start
        for before in reversed(found[:-1]):
            if name != "address" or before.start + len(before.text) != start:
                break
            value, start = f"{before.value}{value}", before.start
        return value

    def words(self, name: str) -> str:
        """The words of that value in the sentence; they tell whether it is only about right."""
        return next((m.text for m in reversed(meant(self.heard)) if m.name == name), "")

    def months(self) -> Range | None:
        """The month or months meant, both ends: those named now, else those known; None when none or not read.
        Raises NoSuchDate."""
        said = self.mention("month") or self.slots.get("month")
        return values.month_range(str(said)) if said else None

    def days(self) -> tuple[date, date] | None:
        """The days meant up to today, first and last: a day, a month or a range. Raises NoSuchDate."""
        said = self.mention("date") or self.mention("month") or self.slots.get("month")
        return values.day_range(str(said), self.now.date()) if said else None

    def known(self, name: str) -> Any:
        """The value said now, else the one known; after a step that asked for it, what that step settled."""
        said, kept = self.mention(name), self.slots.get(name)
        return (kept or said) if self.slots.get("goal") else (said or kept)

    def key(self, operation: str) -> str:
        """The idempotency key of a write of this turn: the same message never writes twice."""
        return f"{operation}:{self.conversation}:{self.message_id}"


def read(tracker: Tracker) -> Turn:
    """The turn of a tracker. Missing metadata means an unknown person, spoken to plainly."""
    message = tracker.latest_message
    about = {"conversation": tracker.sender_id, **(message.get("metadata") or {})}
    text = "" if _is_choice(message) else message.get("text") or ""
    return Turn(
        heard=Heard(text, (message.get("intent") or {}).get("name") or "nlu_fallback", _mentions(message)),
        slots=tracker.slots,
        subject=_subject(about, tracker),
        now=datetime.fromisoformat(about["now"]) if about.get("now") else datetime.now().astimezone(),
        message_id=str(about.get("message_id") or message.get("message_id") or ""),
        conversation=about["conversation"],
        channel=about.get("channel", "web"),
        manner=Manner.of(about.get("manner") or {}),
        form=(tracker.active_loop or {}).get("name"),
        also=tuple(message.get("also") or ()),
        ranking=tuple(r["name"] for r in message.get("intent_ranking") or ()),
        chances={r["name"]: r.get("confidence", 1.0) for r in message.get("intent_ranking") or ()},
        danger=about.get("danger") or {},
        attachments=tuple(about.get("attachments") or ()),
        said_before=_last_replies(tracker.events),
        named_before=_name_before(tracker.events),
    )


def _is_choice(message: Mapping[str, Any]) -> bool:
    """True for a button's payload: it has no words of the customer (typed slashes are disarmed by the engine)."""
    return (message.get("text") or "").startswith("/")


def _mentions(message: Mapping[str, Any]) -> tuple[Mention, ...]:
    text = message.get("text") or ""
    return house_numbers(
        text,
        tuple(
            Mention(e["entity"], e.get("value"), text[e.get("start", 0) : e.get("end", 0)], e.get("start", 0))
            for e in message.get("entities") or ()
        ),
    )


def _subject(about: Mapping[str, Any], tracker: Tracker) -> Subject:
    """Who asks: what this very turn proved (slot proven), else what the gateway asserted."""
    proven = tracker.slots.get("proven") or {}
    source = proven if proven.get("message_id") == about.get("message_id") and proven else about
    return Subject(
        token=source.get("subject", ""),
        level=Level(source.get("level", "L0")),
        accounts=tuple(source.get("accounts") or ()),
        conversation=about["conversation"],
    )


def _name_before(events: list[dict[str, Any]]) -> str | None:
    """The one name in the message before this one."""
    said = [e.get("parse_data") or {} for e in events if e.get("event") == "user"][-2:-1]
    names = {
        str(e.get("value"))
        for read in said
        for e in read.get("entities") or ()
        if e["entity"] == "person_name"
    }
    return names.pop() if len(names) == 1 else None


def _last_replies(events: list[dict[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """What the bot said in answer to the message before this one."""
    users = [i for i, e in enumerate(events) if e.get("event") == "user"]
    if not users:
        return ()
    first = users[-2] if len(users) > 1 else 0
    return tuple(e for e in events[first : users[-1]] if e.get("event") == "bot" and e.get("text"))
