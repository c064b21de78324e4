"""Is somebody in danger? Decided on the words alone, before and apart from any model.

The patterns live in data/nlu/lexicon/danger.ini, where anyone can add a word. Recall is worth more than
precision, but what is figurative (气炸了), denied (没冒烟), past and repaired, or a question in general does
not call the fire lane.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from configparser import ConfigParser
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.core.text import normalise

LEXICON = Path(__file__).parents[2] / "data/nlu/lexicon/danger.ini"

PRECEDENCE = (
    "shock",
    "line_down",
    "pole_down",
    "fire",
    "life_support",
    "object_on_line",
    "smoke",
    "spark",
    "leakage",
    "flood",
)
"""Every hazard, the one whose safety script must come first in front: keeping away from a line on the ground also
keeps away from what it set on fire."""

_GAPS = {"…": "[^。!?;\n]{0,8}?", "~": "[^。!?;\n]{0,30}?"}
_SENTENCE = re.compile("[。!?;\n]")
_CLAUSE = re.compile("[,。!?; \n]")


@dataclass(frozen=True)
class Danger:
    """What is dangerous: hazards in order of precedence, the first one, and the words that say so."""

    hazards: tuple[str, ...]
    primary: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class _Misheard:
    """Words written with other characters of the same sound, as speech recognition does, become the right ones."""

    pattern: re.Pattern[str]
    words: tuple[str, ...]

    @classmethod
    def of(cls, words: Iterable[str], sounds: Iterable[str], kept: Iterable[str]) -> _Misheard:
        """`sounds`: characters that sound alike; `kept`: real words that only sound like one of `words`."""
        alike = {character: group for group in sounds for character in group}
        right = tuple(sorted(words, key=lambda word: (-len(word), word)))
        spelt = ("".join(f"[{alike.get(character, character)}]" for character in word) for word in right)
        safe = "|".join(map(re.escape, sorted(kept, key=len, reverse=True)))
        return cls(re.compile(f"(?:{safe})|" + "|".join(f"({each})" for each in spelt)), right)

    def mend(self, text: str) -> str:
        """The text with the right words; its length stays."""
        return self.pattern.sub(
            lambda match: self.words[match.lastindex - 1] if match.lastindex else match[0], text
        )


@dataclass(frozen=True)
class _Lexicon:
    misheard: _Misheard
    hazards: dict[str, re.Pattern[str]]
    needs: dict[str, frozenset[str]]
    alone: frozenset[str]
    figurative: re.Pattern[str]
    harmless: re.Pattern[str]
    unless: tuple[tuple[frozenset[str], re.Pattern[str]], ...]
    cues: dict[str, re.Pattern[str]]


def assess(text: str) -> Danger | None:
    """The danger a customer's sentence tells of, or None. Any text is accepted; nothing is ever raised."""
    return weigh(text)[0]


def weigh(text: str) -> tuple[Danger | None, bool]:
    """The danger, and whether words of danger are there that were denied, figurative, past or asked in general."""
    lexicon = _lexicon()
    plain = lexicon.misheard.mend(normalise(text).lower().strip(" ,。!?~."))
    literal, figures = lexicon.figurative.subn(_blank, plain)
    clean = lexicon.harmless.sub(_blank, literal)
    unreal = figures > 0
    found: dict[str, str] = {}
    seen = set(clean)
    for hazard, pattern in lexicon.hazards.items():
        match = pattern.search(clean) if seen & lexicon.needs[hazard] else None
        while match and not _is_real(clean, match.start(), match.end(), hazard, lexicon):
            unreal = True
            match = pattern.search(clean, match.start() + 1)
        if match:
            found[hazard] = match[0]
    if plain in lexicon.alone and not found:
        found["fire"] = plain
    hazards = tuple(hazard for hazard in PRECEDENCE if hazard in found)
    danger = Danger(hazards, hazards[0], tuple(found[hazard] for hazard in hazards)) if hazards else None
    return danger, unreal


def _blank(match: re.Match[str]) -> str:
    return "□" * len(match[0])


def _is_real(text: str, start: int, end: int, hazard: str, lexicon: _Lexicon) -> bool:
    """Whether the hit between start and end is meant: present, not denied, not a question in general."""
    cues = lexicon.cues
    before = _CLAUSE.split(text[:start])[-1]
    after = _SENTENCE.split(text[end:])[0]
    sentence = _SENTENCE.split(text[:start])[-1] + text[start:end] + after
    if cues["denied_before"].search(before[-4:]) or cues["denied_after"].match(after):
        return False
    said = text[start:end]
    if cues["denied_inside"].search(said):
        return False
    if hazard != "life_support" and cues["denied_clause"].search(_CLAUSE.split(said)[-1]):
        return False
    if any(hazard in hazards and words.search(sentence) for hazards, words in lexicon.unless):
        return False
    if not (cues["open"].search(sentence) or cues["urgent"].search(text)):
        if cues["general"].search(sentence) or cues["past"].search(sentence):
            return False
        if cues["doubt"].search(sentence) and not cues["seen"].search(sentence):
            return False
    return not cues["repaired"].search(text[start:]) or bool(cues["reopened"].search(text[end:]))


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    parser = ConfigParser(delimiters=("=",), comment_prefixes=("#",), interpolation=None)
    parser.read_string(LEXICON.read_text(encoding="utf-8"))
    words = dict(parser["words"])

    def alternatives(spec: str) -> str:
        return "|".join(
            alternatives(words[word[1:-1]]) if word.startswith("{") else re.escape(word)
            for word in sorted(spec.split(), key=len, reverse=True)
        )

    def pattern(line: str) -> str:
        return "".join(
            _GAPS.get(part) or (f"(?:{alternatives(part)})" if part.startswith("{") else re.escape(part))
            for part in re.split(r"(\{\w+\}|…|~)", line.strip())
        )

    def any_of(spec: str) -> re.Pattern[str]:
        return re.compile("|".join(map(pattern, sorted(spec.split(), key=len, reverse=True))))

    return _Lexicon(
        misheard=_Misheard.of(*(parser["misheard"][key].split() for key in ("words", "sounds", "kept"))),
        hazards={
            hazard: re.compile("|".join(pattern(line) for line in block.split("\n") if line.strip()))
            for hazard, block in parser["hazards"].items()
        },
        needs={hazard: frozenset(characters) for hazard, characters in parser["needs"].items()},
        alone=frozenset(parser["alone"]["all"].split()),
        figurative=any_of(parser["figurative"]["all"]),
        harmless=any_of(parser["harmless"]["all"]),
        unless=tuple(
            (frozenset(name.partition("/")[2].split()), any_of(spec))
            for name, spec in parser["unless"].items()
        ),
        cues={name: any_of(spec) for name, spec in parser["cues"].items()},
    )
