"""What real messages have around and inside a wish, for the intent model to meet while it learns: greetings, stories,
misheard characters, pinyin. Each text draws from a chance of its own, so training is deterministic."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from random import Random

from bot.engine.frames import sayings
from bot.engine.sounds import blurred, reading, syllable

FOREIGN = "out_of_scope"
FRAMED, MISHEARD, SPELT = 0.5, 0.25, 0.15
"""The shares of the examples that are learned once more in a frame, misheard, and in pinyin."""

WRONG = 0.15
"""How many characters of a misheard text are others."""

STORY = 16

MANNERS = frozenset(["greet", "thank", "goodbye", "abuse", "rate_service"])
"""A greeting or thanks around one of them could be another of them."""

ANSWERS = frozenset(
    [
        "affirm",
        "deny",
        "inform",
        "correct",
        "cancel",
        "repeat",
        "request_elder_mode",
        "ask_bot_identity",
        FOREIGN,
    ]
)
"""They come with a greeting, but a story beside them would be the weightier part."""

Groups = dict[str, str]


def variations(texts: Sequence[str], intents: Sequence[str]) -> list[tuple[int, str]]:
    """Further texts to learn from, each with the place of the example it varies."""
    same, similar = alike(texts, reading), alike(texts, _blurred)
    stories = _stories(texts, intents)
    found = []
    for at, (text, intent) in enumerate(zip(texts, intents, strict=True)):
        chance = Random(text)
        if intent not in MANNERS and chance.random() < FRAMED:
            found.append((at, framed(text, chance, stories if intent not in ANSWERS else ())))
        if chance.random() < MISHEARD:
            kind = (same, reading) if chance.random() < 0.5 else (similar, _blurred)
            found.append((at, misheard(text, *kind, WRONG, chance)))
        if chance.random() < SPELT:
            found.append((at, in_pinyin(text, chance)))
    return found


def framed(text: str, chance: Random, stories: Sequence[str]) -> str:
    """The text with something before it, after it, or both."""
    frames, comma = sayings(), chance.choice([",", ",", " ", ""])
    parts = [text]
    if stories and chance.random() < 0.6:
        parts.insert(chance.choice([0, 0, 1]), chance.choice(stories))
    if len(parts) == 1 or chance.random() < 0.3:
        polite = chance.random() < 0.6
        parts = (
            [chance.choice(frames["opening"]), *parts]
            if polite
            else [*parts, chance.choice(frames["closing"])]
        )
    return comma.join(parts)


def alike(texts: Iterable[str], sound: Callable[[str], str]) -> Groups:
    """Sound → the characters of it that people write, the commonest ten."""
    seen = Counter(character for text in texts for character in text)
    groups: dict[str, str] = defaultdict(str)
    for character, _ in seen.most_common():
        heard = sound(character)
        if heard and len(groups[heard]) < 10:
            groups[heard] += character
    return groups


def misheard(text: str, groups: Groups, sound: Callable[[str], str], share: float, chance: Random) -> str:
    """The text with about that share of its characters replaced by others of the same sound."""
    heard = []
    for character in text:
        others = groups.get(sound(character), "").replace(character, "")
        heard.append(chance.choice(others) if others and chance.random() < share else character)
    return "".join(heard)


def in_pinyin(text: str, chance: Random) -> str:
    """The text as typed without a Chinese keyboard: syllables apart or in one."""
    gap = chance.choice([" ", " ", ""])
    return re.sub(" +", " ", gap.join(syllable(character) for character in text))


def _stories(texts: Sequence[str], intents: Sequence[str]) -> list[str]:
    """Clauses beside a wish: half of them stories, half short foreign sentences, which no story list can equal in number."""
    told = sayings()["story"]
    foreign = [
        text for text, intent in zip(texts, intents, strict=True) if intent == FOREIGN and len(text) <= STORY
    ]
    return [*told * max(1, len(foreign) // len(told)), *foreign]


def _blurred(character: str) -> str:
    return blurred(syllable(character)) if reading(character) else ""
