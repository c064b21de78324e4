"""The keys of a telephone, and what each means at the moment at which it is pressed."""

from __future__ import annotations

from enum import Enum, auto

from bot.voice.questions import Question


class Meaning(Enum):
    """What the caller wants with a key."""

    NOTHING = auto()
    DANGER = auto()
    PERSON = auto()
    SLOWER = auto()
    AGAIN = auto()
    BACK = auto()
    OPTION = auto()
    DIGIT = auto()
    NUMBER = auto()


class Keypad:
    """The keys of one call: `typed` are the digits of a number so far, `ahead` what was pressed before a question."""

    def __init__(self) -> None:
        self.typed = ""
        self.ahead = ""
        self._starred = False
        self._complete = False  # the last digit was typed, and a # may follow out of habit

    def press(self, key: str, question: Question | None, deaf: bool = False) -> Meaning:
        """0 is a person everywhere; where digits are typed, * and then 0. Two stars are danger, at any moment. `deaf`:
        no key means anything now."""
        starred, self._starred = self._starred, False
        complete, self._complete = self._complete, False
        typing = question is not None and question.entry is not None
        if deaf or (complete and key == "#"):
            return Meaning.NOTHING
        if key == "*" and starred:
            return Meaning.DANGER
        if key == "*":
            self._starred = True
            return Meaning.NOTHING if question is None else self._again()
        if key == "0" and (starred or not typing):
            return Meaning.PERSON
        if question is None:
            self.ahead += key
            return Meaning.NOTHING
        if key == "9" and (starred or not typing):
            return Meaning.SLOWER
        if question.entry and (key != "#" or self.typed):
            return self._digit(key, max(question.entry.lengths))
        return Meaning.BACK if key == "#" else Meaning.OPTION

    def number(self) -> str:
        """What was typed; the next number begins anew."""
        typed, self.typed = self.typed, ""
        return typed

    def pressed_ahead(self) -> str:
        """The keys that wait for a question; they wait no longer."""
        ahead, self.ahead = self.ahead, ""
        return ahead

    def _again(self) -> Meaning:
        self.typed = ""
        return Meaning.AGAIN

    def _digit(self, key: str, most: int) -> Meaning:
        if key != "#":
            self.typed += key
        if key != "#" and len(self.typed) < most:
            return Meaning.DIGIT
        self._complete = key != "#"
        return Meaning.NUMBER
