"""The channel's own words, from data/wechat, with the contacts of the region."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from bot.channels.wechat.render import Words
from bot.region.region import Region

FOLDER = Path(__file__).parents[3] / "data" / "wechat"


def read(stem: str) -> Any:
    """A file of data/wechat, parsed."""
    return yaml.load((FOLDER / f"{stem}.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


class Texts:
    """Texts by name. `number` finds an option's number in an answer."""

    def __init__(self, region: Region) -> None:
        self._texts: dict[str, str] = read("texts")
        self._contacts = {name: contact.value for name, contact in region.contacts.items()}
        self.number = re.compile(self._texts["number"])
        self.words = Words(self._texts["how"], self._texts["speaker"], self._texts["more"])

    @property
    def hotline(self) -> str:
        """The number to dial."""
        return self._contacts["hotline"]

    def say(self, text: str, **values: object) -> str:
        """KeyError when the name or a value is missing."""
        return self._texts[text].format(**self._contacts, **values)
