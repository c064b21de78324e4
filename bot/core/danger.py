"""Is somebody in danger? Decided on the words alone, before and apart from any model.

The patterns live in data/nlu/lexicon/danger.ini, where anyone can add a word. Recall is worth more than
precision, but what is figurative (气炸了), denied (没冒烟), past and repaired, or a question in general does
not call the fire lane.
"""

from __future__ import annotations

import re
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
_CLAUSE = re.compile("[,。!?;\n]")


@dataclass(frozen=True)
class Danger:
    """What is dangerous: hazards in order of precedence, the first one, and the words that say so."""

    hazards: tuple[str, ...]
    primary: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class _Lexicon:
    hazards: dict[str, re.Pattern[str]]
    needs: dict[str, frozenset[str]]
    alone: frozenset[str]
    harmless: re.Pattern[str]
    unless: tuple[tuple[frozenset[str], re.Pattern[str]], ...]
    cues: dict[str, re.Pattern[str]]


def assess(text: str) -> Danger | None:
    """The danger a customer's sentence tells of, or None. Any text is accepted; nothing is ever raised."""
    lexicon = _lexicon()
    plain = normalise(text).lower().strip(" ,。!?~.")
    clean = lexicon.harmless.sub(lambda match: "□" * len(match[0]), plain)
    found: dict[str, str] = {}
    seen = set(clean)
    for hazard, pattern in lexicon.hazards.items():
        for match in pattern.finditer(clean) if seen & lexicon.needs[hazard] else ():
            if _is_real(clean, match.start(), match.end(), hazard, lexicon):
                found.setdefault(hazard, match[0])
    if plain in lexicon.alone and not found:
        found["fire"] = plain
    hazards = tuple(hazard for hazard in PRECEDENCE if hazard in found)
    return Danger(hazards, hazards[0], tuple(found[hazard] for hazard in hazards)) if hazards else None


def _is_real(text: str, start: int, end: int, hazard: str, lexicon: _Lexicon) -> bool:
    """Whether the hit between start and end is meant: present, not denied, not a question in general."""
    cues = lexicon.cues
    before = _CLAUSE.split(text[:start])[-1]
    after = _SENTENCE.split(text[end:])[0]
    sentence = _SENTENCE.split(text[:start])[-1] + text[start:end] + after
    if cues["denied_before"].search(before[-4:]) or cues["denied_after"].match(after):
        return False
    if cues["denied_inside"].search(text[start:end]):
        return False
    if any(hazard in hazards and words.search(sentence) for hazards, words in lexicon.unless):
        return False
    still_open = bool(cues["open"].search(sentence) or cues["urgent"].search(text))
    if not still_open and (cues["general"].search(sentence) or cues["past"].search(sentence)):
        return False
    return not cues["repaired"].search(text[start:]) or bool(cues["open"].search(text[end:]))


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

    return _Lexicon(
        hazards={
            hazard: re.compile("|".join(pattern(line) for line in block.split("\n") if line.strip()))
            for hazard, block in parser["hazards"].items()
        },
        needs={hazard: frozenset(characters) for hazard, characters in parser["needs"].items()},
        alone=frozenset(parser["alone"]["all"].split()),
        harmless=re.compile(
            "|".join(map(pattern, sorted(parser["harmless"]["all"].split(), key=len, reverse=True)))
        ),
        unless=tuple(
            (frozenset(name.partition("/")[2].split()), re.compile(alternatives(spec)))
            for name, spec in parser["unless"].items()
        ),
        cues={name: re.compile(alternatives(spec)) for name, spec in parser["cues"].items()},
    )
