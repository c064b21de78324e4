"""Answers to questions of policy: the search over the entries of data/knowledge.

BM25 over words, characters and pairs of characters; a pair nobody wrote is looked up by its sound, so that 电废 still
finds 电费. An entry's score is the share of what the question could have reached, of its best single question and of
the whole entry, less what the nearest sentence that is none of our business reaches. About 1 = asked in the entry's
own words; the farther below 0, the more like something else. Deterministic; nothing is read before the first use."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import bm25s
import jieba
import numpy as np
import yaml
from numpy.typing import NDArray
from pypinyin import lazy_pinyin

from bot.core.text import normalise
from bot.region.entries import ROOT, Entry, KnowledgeError, read
from bot.region.placeholders import Placeholders

__all__ = ["Found", "Knowledge", "KnowledgeError", "load"]

SYNONYMS = ROOT / "synonyms.txt"
FOREIGN = ROOT.parent / "nlu" / "out_of_scope.yml"
FOREIGN_WEIGHT = 1.25
THRESHOLD = -0.08  # this and the weights: chosen on the seen part of tests/region/knowledge_questions.tsv
SAME_INTENT = 0.1  # the intent orders, it never lets in or keeps out: it may be wrong
RESULTS = 3

jieba.setLogLevel(logging.ERROR)

Scores = NDArray[np.float64]


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
        self._single = _Index([row for _, row in rows] + [tokens(text) for text in foreign])
        self._owner = np.array([n for n, _ in rows] + [len(entries)] * len(foreign))
        whole = [tokens(entry.body) for entry in entries]
        for n, row in rows:
            whole[n] += row
        self._whole = _Index(whole)

    def search(self, question: str, intent: str | None = None, on: date | None = None) -> tuple[Found, ...]:
        """The best entries, best first, at most three; empty when nothing fits: then offer a person.

        `intent` lifts the entries that serve it; without one, a question that stands in an entry word for word is certain;
        entries not yet valid on that day (today) are left out."""
        scores, day = self._scores(question), on or date.today()
        if intent is None and (written := self._written.get(tuple(tokens(question)))) is not None:
            scores[written] = 1.0
        hint = np.array([SAME_INTENT * (intent in entry.head.intents) for entry in self.entries])
        order = (int(n) for n in np.argsort(-scores - hint, kind="stable") if scores[n] >= THRESHOLD)
        valid = (n for n in order if self.entries[n].head.valid_from <= day)
        return tuple(self._found(n, float(scores[n])) for n in islice(valid, RESULTS))

    def entry(self, entry_id: str) -> Found:
        """One entry by its id, for a button or a follow-up. Raises KeyError when there is none."""
        return self._found(self._number[entry_id], 1.0)

    def intents(self, entry_id: str) -> tuple[str, ...]:
        """The intents an entry serves, the foremost first. Raises KeyError when there is no such entry."""
        return tuple(self.entries[self._number[entry_id]].head.intents)

    def _scores(self, question: str) -> Scores:
        """One score per entry."""
        best = np.zeros(len(self.entries) + 1)
        np.maximum.at(best, self._owner, self._single.share(question))
        scores: Scores = (best[:-1] + self._whole.share(question)) / 2 - FOREIGN_WEIGHT * best[-1]
        return scores

    def _found(self, number: int, score: float) -> Found:
        entry, places = self.entries[number], self._placeholders
        values = [places.value(name) for name in places.names(entry.body)]
        return Found(
            id=entry.id,
            title=entry.head.title,
            text=places.fill(entry.body),
            spoken=places.fill(entry.head.spoken or entry.body, spoken=True),
            source="；".join(dict.fromkeys([entry.head.source, *(value.source for value in values)])),
            verified=entry.head.verified and all(value.verified for value in values),
            score=round(score, 4),
        )


@cache
def load(region: str) -> Knowledge:
    """The knowledge of that region. Raises KnowledgeError naming every fault of every file at once."""
    return Knowledge(read(region), Placeholders(region), _foreign(FOREIGN))


class _Index:
    """BM25 that answers in shares of what a question could reach at most."""

    def __init__(self, rows: list[list[str]]) -> None:
        self._bm25 = bm25s.BM25(k1=1.2, b=0.4)
        self._bm25.index(rows, show_progress=False)
        self._known = {token: n for token, n in self._bm25.vocab_dict.items() if token}
        scores = self._bm25.scores
        self._most = np.zeros(len(scores["indptr"]) - 1)
        columns = np.repeat(np.arange(len(self._most)), np.diff(scores["indptr"]))
        np.maximum.at(self._most, columns, scores["data"])

    def share(self, question: str) -> Scores:
        """One share per row; a token nobody wrote counts as the rarest one missed."""
        asked = [self._known.get(text, self._known.get(sound)) for text, sound in _pieces(question)]
        ids = [number for number in asked if number is not None]
        if not ids:
            return np.zeros(self._bm25.scores["num_docs"])
        most = self._most[ids].sum() + self._most.max() * (len(asked) - len(ids))
        shares: Scores = self._bm25.get_scores_from_ids(ids) / most
        return shares


def tokens(text: str) -> list[str]:
    """What a text is indexed by: words, characters, pairs of characters and how those sound."""
    return [token for piece in _pieces(text) for token in piece if token]


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Each token with its sound; the sound is empty where only the spelling counts."""
    for part in re.findall(r"\w+", _standard(normalise(text).lower())):
        yield from ((f"w {word}", "") for word in _cutter().lcut(part))
        yield from ((character, "") for character in part)
        sounds = [_sound(character) for character in part]
        for n in range(len(part) - 1):
            yield part[n : n + 2], f"{sounds[n]} {sounds[n + 1]}"


def _standard(text: str) -> str:
    pattern, standard = _synonyms()
    return pattern.sub(lambda match: standard[match[0]], text)


@cache
def _sound(character: str) -> str:
    """The toneless syllable, one spelling for what ears and recognisers mix up: zh/z, ch/c, sh/s, -ng/-n, l/n."""
    syllable = lazy_pinyin(character)[0]
    return re.sub(r"ng$", "n", re.sub(r"^([zcs])h", r"\1", re.sub(r"^l", "n", syllable)))


@cache
def _cutter() -> Any:
    cutter = jieba.Tokenizer()
    cutter.initialize()
    return cutter


@cache
def _synonyms() -> tuple[re.Pattern[str], dict[str, str]]:
    """Words people use, longest first, and the word the entries use."""
    lines = SYNONYMS.read_text(encoding="utf-8").splitlines()
    rows = (line.split("=") for line in lines if line and line[0] != "#")
    standard = {word: kept.strip() for kept, words in rows for word in words.split()}
    return re.compile("|".join(sorted(standard, key=len, reverse=True))), standard


def _foreign(path: Path) -> list[str]:
    """The training sentences of out_of_scope, without their labels."""
    body = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    examples = "\n".join(part["examples"] for part in body["nlu"] if part.get("intent") == "out_of_scope")
    return [re.sub(r"\[([^]]*)\][({][^)}]*[)}]", r"\1", line[2:]) for line in examples.splitlines()]
