"""What is said in the training of the line's own recogniser: the phrases of data/voice/phrases.yml and made numbers."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.voice.asr.phrases import place_names

ROOT = Path(__file__).resolve().parents[2]
PHRASES = ROOT / "data" / "voice" / "phrases.yml"
_MADE = ("digits", "months", "numbered")
_ONES = "零一二三四五六七八九"


@dataclass(frozen=True)
class Corpus:
    """`phrases` is the closed list; the rest is drawn by `sample`."""

    phrases: tuple[str, ...]
    places: tuple[str, ...]
    digits: tuple[str, ...]
    months: tuple[str, ...]
    numbered: tuple[str, ...]

    @classmethod
    def load(cls) -> Corpus:
        body: dict[str, list[str]] = yaml.safe_load(PHRASES.read_text(encoding="utf-8"))
        phrases = [one for name, listed in body.items() if name not in _MADE for one in listed]
        return cls(
            tuple(dict.fromkeys(phrases)),
            tuple(place_names("bayannur")),
            *(tuple(body[name]) for name in _MADE),
        )

    def sample(self, dice: random.Random) -> str:
        """One utterance: half of them phrases, a quarter digits, the rest numbers, places and two things at once."""
        match dice.choices(("phrase", "digits", "number", "place", "mixed"), (50, 22, 10, 8, 10))[0]:
            case "phrase":
                return dice.choice(self.phrases)
            case "digits":
                return self.digit_string(dice)
            case "number":
                return self.number(dice)
            case "place":
                return dice.choice(self.places)
            case _:
                return self.mixed(dice)

    def digit_string(self, dice: random.Random, most: int = 13) -> str:
        return "".join(dice.choices(self.digits, k=dice.randint(1, most)))

    def number(self, dice: random.Random) -> str:
        shape = dice.choice((*self.numbered, *self.months))
        return shape.format(n=chinese(dice.choice((dice.randint(1, 20), dice.randint(1, 999)))))

    def mixed(self, dice: random.Random) -> str:
        head = dice.choice((dice.choice(self.places), dice.choice(self.months), self.number(dice)))
        return head + dice.choice((dice.choice(self.phrases), self.number(dice)))

    def characters(self) -> list[str]:
        """Every character that may be heard, in a fixed order."""
        made = [shape.replace("{n}", "") for shape in self.numbered]
        said = [*self.phrases, *self.places, *self.digits, *self.months, *made, _ONES, "十百两"]
        return sorted({character for each in said for character in each})


def chinese(number: int) -> str:
    """1 to 999 as they are said: 12 十二, 105 一百零五, 110 一百一十."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    said = f"{_ONES[hundreds]}百" if hundreds else ""
    if tens:
        said += ("" if tens == 1 and not hundreds else _ONES[tens]) + "十"
    elif hundreds and ones:
        said += "零"
    return said + (_ONES[ones] if ones else "")
