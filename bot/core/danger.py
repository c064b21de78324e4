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
    "fire",
    "life_support",
    "line_down",
    "pole_down",
    "object_on_line",
    "smoke",
    "spark",
    "leakage",
    "flood",
)
"""Every hazard, the one whose safety script must come first in front."""

_GAP = "[^。!?;\n]{0,8}?"
_SENTENCE = re.compile("[。!?;\n]")


@dataclass(frozen=True)
class Danger:
    """What is dangerous: hazards in order of precedence, the first one, and the words that say so."""

    hazards: tuple[str, ...]
    primary: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class _Lexicon:
    hazards: dict[str, re.Pattern[str]]
    harmless: re.Pattern[str]
    cues: dict[str, re.Pattern[str]]


def assess(text: str) -> Danger | None:
    """The danger a customer's sentence tells of, or None. Any text is accepted; nothing is ever raised."""
    lexicon = _lexicon()
    clean = lexicon.harmless.sub(lambda match: "□" * len(match[0]), normalise(text).lower())
    found: dict[str, str] = {}
    for hazard, pattern in lexicon.hazards.items():
        for match in pattern.finditer(clean):
            if _is_real(clean, match.start(), match.end(), hazard, lexicon.cues):
                found.setdefault(hazard, match[0])
    hazards = tuple(hazard for hazard in PRECEDENCE if hazard in found)
    return Danger(hazards, hazards[0], tuple(found[hazard] for hazard in hazards)) if hazards else None


def _is_real(text: str, start: int, end: int, hazard: str, cues: dict[str, re.Pattern[str]]) -> bool:
    """Whether the hit between start and end is meant: present, not denied, not a question in general."""
    before = re.split("[,。!?;\n]", text[:start])[-1]
    after = _SENTENCE.split(text[end:])[0]
    sentence = _SENTENCE.split(text[:start])[-1] + text[start:end] + after
    if cues["denied_before"].search(before[-5:]) or cues["denied_after"].match(after):
        return False
    if hazard == "life_support" and cues["planned"].search(sentence):
        return False
    still_open = cues["open"].search(text) or cues["urgent"].search(text)
    if cues["general"].search(sentence) and not still_open:
        return False
    return not cues["repaired"].search(text[end:]) or bool(cues["open"].search(text[end:]))


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    parser = ConfigParser(delimiters=("=",), comment_prefixes=("#",), interpolation=None)
    parser.read_string(LEXICON.read_text(encoding="utf-8"))
    words = dict(parser["words"])

    def alternatives(spec: str) -> str:
        return "|".join(
            alternatives(words[word[1:-1]]) if word.startswith("{") else re.escape(word)
            for word in spec.split()
        )

    def pattern(line: str) -> str:
        parts = re.split(r"(\{\w+\}|…)", line.strip())
        return "".join(
            _GAP if part == "…" else f"(?:{alternatives(part)})" if part.startswith("{") else re.escape(part)
            for part in parts
        )

    return _Lexicon(
        hazards={
            hazard: re.compile("|".join(pattern(line) for line in block.split("\n") if line.strip()))
            for hazard, block in parser["hazards"].items()
        },
        harmless=re.compile(
            "|".join(sorted(map(re.escape, parser["harmless"]["all"].split()), key=len)[::-1])
        ),
        cues={name: re.compile(alternatives(spec)) for name, spec in parser["cues"].items()},
    )
