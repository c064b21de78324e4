"""Answers to questions of policy: the search over the entries of data/knowledge.

An entry's score is what its words and its meaning reach together (bot/region/index.py), less what the nearest
sentence that is none of our business reaches. About 1 = asked in the entry's own words; the lower, the more like
something else. Deterministic and without waiting: it may be asked in the middle of anything."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from bot.region import cases, facts
from bot.region.entries import ROOT, Entry, KnowledgeError, read
from bot.region.facts import NOTHING, Facts
from bot.region.index import MeaningIndex, Scores, WordIndex, encoded, tokens
from bot.region.placeholders import Placeholders

__all__ = ["CaseAnswer", "Found", "Knowledge", "KnowledgeError", "load"]

FOREIGN = ROOT.parent / "nlu" / "out_of_scope.yml"
FOREIGN_STEP = (
    5  # each fifth foreign sentence is also compared by meaning: all would cost seconds at the start
)
FOREIGN_WORDS = (
    1.25  # weights and thresholds: chosen without held_back.jsonl, measured in docs/adding-knowledge.md
)
THRESHOLD = 0.05
CLEARLY = 0.24  # reached by one in 80 answers to questions of the bot (金川小区5号楼, 再说一遍)
WITHIN, LEAST = 0.06, -0.2
"""From which score a question is answered within what is talked about, and what the question alone counts at the least
there. Of 188 held back and fresh questions, each in the business of its own entry, 180 reach it and 161 of them get a
right answer; in the business of another entry 8 do."""
PREFERRED = 0.1  # orders, never lets in or keeps out: what was recognised or is being done may be wrong
CERTAIN = 2.0
RESULTS = 3
_READING = threading.Lock()
HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Ways:
    """How much words and meaning count in a score."""

    words: float
    meaning: float


WAYS = Ways(words=1, meaning=0.5)
WORDS_ALONE = Ways(words=1, meaning=0)  # for what has no Chinese in it: its meaning found wrong entries


@dataclass(frozen=True)
class Found:
    """One answer. `verified` only when the entry and every value in it are; `source` names all of theirs."""

    id: str  # <topic>/<name>
    title: str
    text: str
    spoken: str
    source: str
    verified: bool
    score: float


@dataclass(frozen=True)
class CaseAnswer:
    """An answer to the case. `asks` = the one fact that would decide it, `question` = how it is asked for."""

    answer: Found
    decided: bool = False  # a case of the table holds; else the general answer
    asks: str | None = None
    question: str | None = None


class Knowledge:
    """The entries of one region, indexed."""

    def __init__(
        self, entries: tuple[Entry, ...], placeholders: Placeholders, foreign: Sequence[str]
    ) -> None:
        self.entries = entries
        self._number = {entry.id: number for number, entry in enumerate(entries)}
        self._placeholders = placeholders
        asked = [(n, text) for n, e in enumerate(entries) for text in (e.head.title, *e.head.questions)]
        rows = [(n, tokens(text)) for n, text in asked]
        self._written = {tuple(row): n for n, row in rows}
        self._words = WordIndex([row for _, row in rows] + [tokens(text) for text in foreign])
        self._owner = np.array([n for n, _ in rows] + [len(entries)] * len(foreign))
        whole = [tokens(entry.body) for entry in entries]
        for n, row in rows:
            whole[n] += row
        self._whole_words = WordIndex(whole)
        self._meanings = MeaningIndex(["。".join((e.head.title, *e.head.questions)) for e in entries])
        self._foreign_meanings = MeaningIndex(foreign[::FOREIGN_STEP])

    def find(self, question: str, prefer: Collection[str] = (), on: date | None = None) -> tuple[Found, ...]:
        """The best entries, best first, at most three; empty when nothing fits.

        `prefer`: intents (what was recognised, the task at hand) whose entries go first among those that fit. Without
        them a question that stands in an entry word for word is certain. Entries not yet valid on that day are left out."""
        scores, day = self.scores(question), on or date.today()
        if not prefer and (written := self._written.get(tuple(tokens(question)))) is not None:
            scores[written] = CERTAIN
        wanted = set(prefer)
        hint = np.array([PREFERRED * bool(wanted & set(entry.head.intents)) for entry in self.entries])
        order = (int(n) for n in np.argsort(-scores - hint, kind="stable") if scores[n] >= THRESHOLD)
        valid = (n for n in order if self.entries[n].head.valid_from <= day)
        return tuple(self._found(n, float(scores[n])) for n in islice(valid, RESULTS))

    def clearly(self, question: str, prefer: Collection[str] = ()) -> tuple[Found, ...]:
        """As `find`, but only when the best answer fits so well that it may be said though nobody asked for it."""
        found = self.find(question, prefer) if question else ()
        return found if found and found[0].score >= CLEARLY else ()

    def within(
        self, question: str, about: str, serving: Collection[str], on: date | None = None
    ) -> tuple[Found, ...]:
        """The best entry that serves what is talked about (its intents, and `about` as people call it), for a question
        that leans on it (要多少钱, 几天能好); empty when nothing fits. The question counts by itself and with what it
        leans on in front."""
        day, wanted = on or date.today(), set(serving)
        scores = (np.maximum(self.scores(question), LEAST) + self.scores(f"{about}{question}")) / 2
        fit = [
            n for n, entry in enumerate(self.entries)
            if wanted & set(entry.head.intents) and entry.head.valid_from <= day and scores[n] >= WITHIN
        ]  # fmt: skip
        best = max(fit, key=lambda n: float(scores[n]), default=None)
        return () if best is None else (self._found(best, float(scores[best])),)

    def tell(self, entry_id: str, known: Facts = NOTHING) -> CaseAnswer:
        """The entry's answer for what is known of the case (`facts.read` gives what a sentence tells).

        `asks` only when something of the case is known: the general answer is complete by itself."""
        number = self._number[entry_id]
        table, general = self.entries[number].head.cases, self.entry(entry_id)
        decision = cases.decide(table, known, self._placeholders)
        if decision.case:
            text = decision.case.say
            return CaseAnswer(replace(general, **self._said(number, text, text, known)), decided=True)
        if decision.asks and cases.used(table, self._placeholders) & set(known):
            return CaseAnswer(general, asks=decision.asks, question=facts.known()[decision.asks].ask)
        return CaseAnswer(general)

    def entry(self, entry_id: str) -> Found:
        """One entry by its id, for a button or a follow-up. Raises KeyError when there is none."""
        return self._found(self._number[entry_id], CERTAIN)

    def intents(self, entry_id: str) -> tuple[str, ...]:
        """The intents an entry serves, the foremost first. Raises KeyError when there is no such entry."""
        return tuple(self.entries[self._number[entry_id]].head.intents)

    def best(self, question: str) -> tuple[str, float]:
        """The entry that fits best, however badly, and its score: for choosing thresholds."""
        scores = self.scores(question)
        number = int(scores.argmax())
        return self.entries[number].id, float(scores[number])

    def scores(self, question: str, ways: Ways | None = None) -> Scores:
        """One score per entry. By words the mean of its best single question and of all it holds, by meaning all its
        questions together; both less the nearest foreign sentence."""
        ways = ways or (WAYS if HAN.search(question) else WORDS_ALONE)
        asked = encoded([question])[0]
        words = self._best(self._owner, self._words.share(question))
        said = (words[:-1] + self._whole_words.share(question)) / 2 - FOREIGN_WORDS * words[-1]
        meant = self._meanings.nearness(asked) - self._foreign_meanings.nearness(asked).max(initial=0.0) / 2
        scores: Scores = ways.words * said + ways.meaning * meant
        return scores

    def _best(self, owner: NDArray[np.int64], each: Scores) -> Scores:
        """The best of each entry's rows; the last is the best of the foreign sentences."""
        best = np.zeros(len(self.entries) + 1)
        np.maximum.at(best, owner, each)
        return best

    def _found(self, number: int, score: float) -> Found:
        entry = self.entries[number]
        said = self._said(number, entry.body, entry.head.spoken or entry.body)
        return Found(id=entry.id, title=entry.head.title, score=round(score, 4), **said)

    def _said(self, number: int, text: str, spoken: str, known: Facts = NOTHING) -> dict[str, Any]:
        """The words filled in, with the sources of everything in them."""
        head, places = self.entries[number].head, self._placeholders
        values = [places.value(name, known) for name in places.names(text)]
        sources = dict.fromkeys([head.source, *(value.source for value in values if value.source)])
        return {
            "text": places.fill(text, case=known),
            "spoken": places.fill(spoken, spoken=True, case=known),
            "source": "；".join(sources),
            "verified": head.verified and all(value.verified for value in values),
        }


def load(region: str) -> Knowledge:
    """The knowledge of that region: at first some seconds of work, so call it in a thread. Raises KnowledgeError
    naming every fault of every file at once."""
    with _READING:
        return _loaded(region)


@cache
def _loaded(region: str) -> Knowledge:
    return Knowledge(read(region), Placeholders(region), _foreign(FOREIGN))


def _foreign(path: Path) -> list[str]:
    """The training sentences of out_of_scope, without their labels."""
    body = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    examples = "\n".join(part["examples"] for part in body["nlu"] if part.get("intent") == "out_of_scope")
    return [re.sub(r"\[([^]]*)\][({][^)}]*[)}]", r"\1", line[2:]) for line in examples.splitlines()]
