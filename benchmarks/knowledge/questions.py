"""Question sets: one JSON object a line, {"question": "…", "about": ["topic/entry", …]}.

`about` names the entries that answer the question, any of them; empty = nothing in the base does. `seen.jsonl` shaped
the wordings of the entries: its recall flatters. `fresh.jsonl` was written when they were settled, by the same hand, and
chose the thresholds. `held_back.jsonl` is for somebody who knows the titles (`--topics`) but not the wordings; it is
only measured."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
SEEN, FRESH, HELD_BACK = (FOLDER / f"{name}.jsonl" for name in ("seen", "fresh", "held_back"))


class QuestionsError(ValueError):
    """A set that cannot be used; the message names file, line and fault of every line at once."""


@dataclass(frozen=True)
class Question:
    text: str
    about: frozenset[str]


def read(path: Path, entries: Collection[str]) -> list[Question]:
    """The questions of a file. Raises QuestionsError when a line has another shape or names no entry of the base."""
    questions: list[Question] = []
    faults: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            question = _parsed(line)
        except (ValueError, KeyError, TypeError) as error:
            faults.append(f"{path.name}:{number}: {type(error).__name__}: {error}")
            continue
        unknown = sorted(question.about - set(entries))
        faults += [f"{path.name}:{number}: no entry {name}" for name in unknown]
        questions.append(question)
    if faults:
        raise QuestionsError("\n".join(faults))
    return questions


def _parsed(line: str) -> Question:
    body = json.loads(line)
    extra = set(body) - {"question", "about"}
    if extra:
        raise ValueError(f"unknown fields {sorted(extra)}")
    text, about = body["question"], body["about"]
    if not isinstance(text, str) or not text.strip():
        raise ValueError("question is empty")
    names = [about] if isinstance(about, str) and about else about or []
    return Question(text, frozenset(names))
