"""One spelling for every text: what typing, phones and speech recognition make different for no reason.

`normalise` is what the danger check, the lexicons and the models read; `fold` also tells where each character
came from, so that what is found can be pointed at in the customer's own words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

MAX_LENGTH = 2000
TABLE = Path(__file__).parents[2] / "data/nlu/lexicon/traditional.txt"

_FULL_STOPS = {"、": ",", "“": '"', "”": '"', "‘": "'", "’": "'", "｡": "。", "．": "."}

_SPACED = re.compile(r"(?<!\S)[^\sA-Za-z](?: +[^\sA-Za-z]){2,}(?!\S)")
"""Three or more single characters with blanks between them (我 家 停 电 了)."""

_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True)
class Folded:
    """A normalised text and, for each of its characters and its end, the offset in the original."""

    text: str
    offsets: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Where text[start:end] stands in the original."""
        return self.offsets[start], self.offsets[end - 1] + 1 if end > start else self.offsets[start]


def normalise(text: str) -> str:
    """NFKC, simplified characters, none of them control, bidi or a lone surrogate, no blanks between single
    characters, at most MAX_LENGTH long."""
    return fold(text).text


def fold(text: str) -> Folded:
    """As `normalise`, with offsets into the original."""
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text[:MAX_LENGTH]):
        for piece in _spelling(character):
            characters.append(piece)
            offsets.append(offset)
    plain, end = "".join(characters[:MAX_LENGTH]), min(len(text), MAX_LENGTH)
    blanks = _blanks_between_characters(plain)
    if blanks:
        offsets = [offset for at, offset in enumerate(offsets[:MAX_LENGTH]) if at not in blanks]
        plain = "".join(character for at, character in enumerate(plain) if at not in blanks)
    return Folded(plain, (*offsets[:MAX_LENGTH], end))


def disarm(text: str) -> str:
    """The text with a leading slash made harmless, so that it can never be read as a payload."""
    stripped = text.lstrip()
    return stripped.lstrip("/／⁄∕").lstrip() if stripped[:1] in {"/", "／", "⁄", "∕"} else text


def _blanks_between_characters(plain: str) -> set[int]:
    runs = (match for match in _SPACED.finditer(plain) if _HAN.search(match[0]))
    return {at for run in runs for at in range(*run.span()) if plain[at] == " "}


@lru_cache(maxsize=65_536)
def _spelling(character: str) -> str:
    if character in "\t\n\r":
        return "\n" if character == "\n" else " "
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        return ""
    folded = unicodedata.normalize("NFKC", character)
    return "".join(_simplified().get(piece, _FULL_STOPS.get(piece, piece)) for piece in folded)


@lru_cache(maxsize=1)
def _simplified() -> dict[str, str]:
    rows = TABLE.read_text(encoding="utf-8").splitlines()
    return {pair[0]: pair[1] for row in rows if not row.startswith("#") for pair in row.split()}
