"""The manners of the channels, from data/channels."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from pathlib import Path

import yaml

from bot.core.manner import Manner

FOLDER = Path(__file__).parents[3] / "data" / "channels"


class BadManner(ValueError):
    """A file of data/channels leaves an answer out, or answers what nobody asks."""


@cache
def of(channel: str) -> Manner:
    """How this channel speaks; plainly, when it is not known (any more). Raises BadManner."""
    path = FOLDER / f"{channel}.yml"
    return read(path) if path.exists() else Manner()


def read(path: Path) -> Manner:
    """The manner in a file. Raises BadManner."""
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    asked = {each.name for each in fields(Manner)}
    if said.keys() != asked or not all(isinstance(each, bool) for each in said.values()):
        raise BadManner(f"{path.name} needs yes or no for each of {', '.join(sorted(asked))}")
    return Manner(**said)
