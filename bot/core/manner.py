"""The manner of a channel: what customers get there, so that nobody has to know the channels by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Manner:
    """Each answer of data/channels/<name>.yml; what nobody has answered is no."""

    spoken: bool = False  # heard and not seen: spoken wording, numbers dictated
    short: bool = False  # the short answer, without source and buttons
    pictures: bool = False  # pictures of our own pages can be shown
    texts: bool = False  # order numbers follow as a text message
    elder: bool = False  # can be switched to plain words and large print
    position: bool = False  # told every place in the line, not the first only
    binds: bool = False  # accounts are bound on a page of the channel's own

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Manner:
        """The manner that came with a message; an answer this version does not know is left."""
        return cls(**{each.name: said[each.name] is True for each in fields(cls) if each.name in said})
