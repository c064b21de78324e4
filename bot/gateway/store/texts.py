"""The gateway's own words to customers, from data/gateway, with contacts and safety scripts of the region."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.region.region import Region

_FOLDER = Path(__file__).parents[3] / "data" / "gateway"


class Wording:
    """Texts by name; which words put a message into a faster lane; the safety script of a hazard."""

    def __init__(self, region: Region) -> None:
        self._texts: dict[str, str] = read("texts")
        self._lanes: dict[int, list[str]] = read("lanes")
        wishes: dict[str, list[str]] = read("wishes")
        self._back_to_bot = frozenset(wishes["back_to_bot"])
        self._contacts = {name: contact.value for name, contact in region.contacts.items()}
        self._safety = region.safety

    def say(self, text: str, **values: object) -> str:
        """The text of that name, filled in. KeyError when the name or a value is missing."""
        return self._texts[text].format(**self._contacts, **values)

    def helper(self, who: str) -> str:
        """A person who acts for a customer: the end of his number, or the channel's name for him (helper_<channel>)."""
        return (
            self.say("helper_phone", tail=who[-4:])
            if who.lstrip("+").isdigit()
            else self.say(f"helper_{who}")
        )

    def has(self, text: str) -> bool:
        return text in self._texts

    def wants_bot(self, text: str) -> bool:
        """Whether the customer asks for the bot instead of a person."""
        return "".join(filter(str.isalnum, text)) in self._back_to_bot

    def script(self, hazard: str) -> str:
        """What to say first when this is happening."""
        return self._safety[hazard].text

    def lane(self, text: str) -> int:
        """1 for faults and complaints, 2 for the rest. A guess that only orders the queue."""
        return next((n for n, words in self._lanes.items() if any(word in text for word in words)), 2)


def read(stem: str) -> Any:
    """A file of data/gateway."""
    return yaml.load((_FOLDER / f"{stem}.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
