"""Pinyin of a spoken text, with the words of the trade from data/voice/lexicon.yml."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml
from pypinyin import Style, lazy_pinyin, load_phrases_dict
from pypinyin.contrib.tone_convert import tone3_to_tone

LEXICON = Path(__file__).parents[3] / "data" / "voice" / "lexicon.yml"
_PAUSES = {"，": ",", "、": ",", "；": ";", "。": ".", "？": "?", "！": "!", "：": ",", "…": ","}
_HARMLESS = re.compile(r"[^a-zü0-9 ,.;?!]")


@cache
def _lexicon() -> bool:
    words: dict[str, str] = yaml.safe_load(LEXICON.read_text(encoding="utf-8"))
    tones = {word: [[_marked(syllable)] for syllable in said.split()] for word, said in words.items()}
    load_phrases_dict(tones)
    return True


def _marked(syllable: str) -> str:
    """hao4 → hào, the spelling the dictionary wants."""
    return str(tone3_to_tone(syllable))


def pinyin(text: str) -> str:
    """Syllables with tone numbers, the neutral tone as 5; punctuation stays as a pause, anything else is dropped."""
    _lexicon()
    parts = lazy_pinyin(
        text,
        style=Style.TONE3,
        neutral_tone_with_five=True,
        tone_sandhi=False,
        errors=lambda other: " ".join(_PAUSES.get(character, character) for character in other),
    )
    joined = " ".join(part.strip() for part in parts if part.strip())
    return re.sub(r" +", " ", _HARMLESS.sub("", joined.lower()).replace(" ,", ",").replace(" .", ".")).strip()
