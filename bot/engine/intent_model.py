"""The intent model: TF-IDF of three groups of features, a linear classifier, calibrated probabilities.

Training uses scikit-learn; what is kept are plain arrays, so that predicting needs a dictionary and one small
matrix product. The temperature of the probabilities and the thresholds come from rows held back in turn
(cross-validation), never from rows the weights have seen.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import hypot, log
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from bot.engine.features import GROUPS, Features, features, said
from bot.engine.lessons import Lessons
from bot.engine.noise import FOREIGN

OUT_OF_SCOPE = FOREIGN
FOLDS = 3
GROUP_WEIGHTS = (1.0, 1.0, 0.4)
"""How much characters, sounds and concepts count. On held-back rows 0.8 for sounds is 0.1 points better, misheard ones lose
less with 1."""
Floats = npt.NDArray[np.float32]
Ranking = tuple[tuple[str, float], ...]
Encoded = tuple[npt.NDArray[np.int64], Floats]


@dataclass(frozen=True)
class Thresholds:
    """Answer from `answer` on; between the two ask which was meant; below `clarify` nothing is worth offering."""

    answer: float
    clarify: float


@dataclass(frozen=True)
class HeldBack:
    """How the model does on rows it has not learned from.

    in_scope_kept: our customers' sentences not turned away; foreign_taken: others answered as if they were ours."""

    rows: int
    accuracy: float
    top2_accuracy: float
    calibration_error: float
    in_scope_kept: float
    foreign_taken: float


@dataclass(frozen=True)
class Calibration:
    """Margins to probabilities: a softmax, and a rising curve (`raw` → `real`) for the best one's share."""

    temperature: float
    raw: list[float]
    real: list[float]

    @classmethod
    def of(cls, margins: npt.NDArray[Any], truth: npt.NDArray[np.int64]) -> Calibration:
        """From margins of held-back rows."""
        rows = np.arange(len(truth))

        def surprise(temperature: float) -> float:
            return float(-np.log(softmax(margins * temperature)[rows, truth] + 1e-9).mean())

        temperature = float(minimize_scalar(surprise, bounds=(0.1, 50.0), method="bounded").x)
        chances = softmax(margins * temperature)
        curve = IsotonicRegression(out_of_bounds="clip").fit(
            chances.max(axis=1), chances.argmax(axis=1) == truth
        )
        return cls(temperature, curve.X_thresholds_.tolist(), curve.y_thresholds_.tolist())

    def chances(self, margins: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Probabilities along the last axis; the order of the margins is kept."""
        shares = softmax(margins * self.temperature)
        best = shares.max(axis=-1, keepdims=True)
        second = np.partition(shares, -2, axis=-1)[..., -2:-1]
        real = np.clip(np.interp(best, self.raw, self.real), 1e-6, 1 - 1e-6)
        real = np.maximum(real, second / (1 - best + second))
        spread: npt.NDArray[Any] = np.where(shares == best, real, shares * (1 - real) / (1 - best))
        return spread


class Vocabulary:
    """Feature → column, and the weight (inverse document frequency) of each column."""

    def __init__(self, features: Sequence[str], weights: Floats) -> None:
        """`features`: each with the digit of its group in front."""
        self.features, self.weights = features, weights
        self._columns: tuple[dict[str, int], ...] = tuple({} for _ in GROUPS)
        for column, feature in enumerate(features):
            self._columns[int(feature[0])][feature[1:]] = column
        self._weights: list[float] = weights.tolist()

    def __len__(self) -> int:
        return len(self.features)

    @classmethod
    def of(cls, rows: Sequence[Features]) -> Vocabulary:
        """The vocabulary of training rows. Features seen once are kept: every rare word may decide."""
        seen: Counter[str] = Counter()
        for row in rows:
            seen.update({f"{group}{item}" for group, items in enumerate(row) for item in items})
        features = sorted(seen)
        frequency = np.array([seen[feature] for feature in features], dtype=np.float32)
        return cls(features, (np.log((1 + len(rows)) / (1 + frequency)) + 1).astype(np.float32))

    def knows(self, row: Features) -> bool:
        """Whether anything that the text itself says was seen in training."""
        return any(
            item in known for known, items in zip(self._columns, said(row), strict=True) for item in items
        )

    def encode(self, row: Features) -> Encoded:
        """Columns and values of a text's features; every group has the length of its weight."""
        columns: list[int] = []
        values: list[float] = []
        for known, items, length in zip(self._columns, row, GROUP_WEIGHTS, strict=True):
            counts = Counter([known[item] for item in items if item in known])
            weighted = [
                (1 + log(count) if count > 1 else 1.0) * self._weights[at] for at, count in counts.items()
            ]
            scale = length / hypot(*weighted) if weighted else 0.0
            columns += counts
            values += [value * scale for value in weighted]
        return np.array(columns, dtype=np.int64), np.array(values, dtype=np.float32)

    def matrix(self, rows: Sequence[Features]) -> csr_matrix:
        """The rows as a sparse matrix."""
        encoded = [self.encode(row) for row in rows]
        starts = np.cumsum([0, *(len(columns) for columns, _ in encoded)])
        columns = np.concatenate([columns for columns, _ in encoded])
        values = np.concatenate([values for _, values in encoded])
        return csr_matrix((values, columns, starts), shape=(len(rows), len(self)))


@dataclass
class IntentModel:
    """`weights` has one row for each column of the vocabulary and one column for each intent."""

    intents: list[str]
    vocabulary: Vocabulary
    weights: Floats
    bias: Floats
    calibration: Calibration
    thresholds: Thresholds

    def rank(self, texts: Sequence[str]) -> list[Ranking]:
        """All intents with their probabilities, the likeliest first, for each normalised text."""
        encoded = [self.vocabulary.encode(features(text)) for text in texts]
        margins = np.stack([values @ self.weights[columns] for columns, values in encoded]) + self.bias
        chances = self.calibration.chances(margins)
        return [
            tuple((self.intents[at], shares[at]) for at in order)
            for order, shares in zip(
                np.argsort(-chances, axis=1, kind="stable").tolist(), chances.tolist(), strict=True
            )
        ]

    def knows(self, text: str) -> bool:
        """Whether anything in a normalised text was seen in training; without it the ranking means nothing."""
        return self.vocabulary.knows(features(text))

    def save(self, folder: Path) -> None:
        """Write two files: arrays and names."""
        np.savez(
            folder / "intents.npz",
            idf=self.vocabulary.weights,
            weights=self.weights.astype(np.float16),
            bias=self.bias,
        )
        names = {
            "intents": self.intents,
            "vocabulary": list(self.vocabulary.features),
            "calibration": asdict(self.calibration),
            "thresholds": asdict(self.thresholds),
        }
        (folder / "intents.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Read what `save` wrote."""
        names: dict[str, Any] = json.loads((folder / "intents.json").read_text(encoding="utf-8"))
        with np.load(folder / "intents.npz", allow_pickle=False) as arrays:
            return cls(
                intents=names["intents"],
                vocabulary=Vocabulary(names["vocabulary"], arrays["idf"]),
                weights=arrays["weights"].astype(np.float32),
                bias=arrays["bias"],
                calibration=Calibration(**names["calibration"]),
                thresholds=Thresholds(**names["thresholds"]),
            )


def train(texts: Sequence[str], labels: Sequence[str]) -> tuple[IntentModel, HeldBack]:
    """Learn from normalised texts; deterministic."""
    intents = sorted(set(labels))
    lessons = Lessons.of(texts, labels, intents)
    truth = lessons.truth[: len(texts)]
    foreign = intents.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in intents else -1
    margins = _held_back_margins(lessons, truth)
    calibration = Calibration.of(margins, truth)
    chances = calibration.chances(margins)
    thresholds = _thresholds(chances, truth)
    vocabulary, machine = fit(lessons)
    model = IntentModel(
        intents=intents,
        vocabulary=vocabulary,
        weights=machine.coef_.T.astype(np.float16).astype(np.float32),
        bias=machine.intercept_.astype(np.float32),
        calibration=calibration,
        thresholds=thresholds,
    )
    return model, _held_back(margins, chances, truth, foreign, thresholds)


def softmax(scores: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Along the last axis."""
    raised: npt.NDArray[Any] = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: npt.NDArray[Any] = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def fit(lessons: Lessons) -> tuple[Vocabulary, LinearSVC]:
    """The features of the lessons and the machine that tells their intents apart."""
    vocabulary = Vocabulary.of(lessons.rows)
    machine = LinearSVC(C=1, tol=0.03, random_state=0)
    return vocabulary, machine.fit(vocabulary.matrix(lessons.rows), lessons.truth, lessons.weights)


def _held_back_margins(lessons: Lessons, truth: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Of the examples; what varies an example is held back with it."""
    margins = np.full((len(truth), len(set(truth))), -1.0)
    for known, unknown in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(truth, truth):
        vocabulary, machine = fit(lessons.about(known))
        scores = machine.decision_function(vocabulary.matrix([lessons.rows[at] for at in unknown]))
        margins[np.ix_(unknown, machine.classes_)] = (
            scores if scores.ndim == 2 else np.stack([-scores, scores], 1)
        )
    return margins


def _thresholds(chances: npt.NDArray[Any], truth: npt.NDArray[np.int64]) -> Thresholds:
    """Answer where answers of that confidence are right more often than not, clarify where one of two is."""
    order = np.argsort(-chances, axis=1)
    best = chances[np.arange(len(truth)), order[:, 0]]
    first = order[:, 0] == truth
    either = first | (order[:, 1] == truth)
    return Thresholds(answer=_crossing(best, first, 0.5), clarify=_crossing(best, either, 0.5))


def _crossing(confidence: npt.NDArray[Any], right: npt.NDArray[Any], share: float) -> float:
    """The lowest confidence above which every band of width 0.05 is right in at least `share` of its rows."""
    for low in np.arange(0.9, 0.0, -0.05):
        band = (confidence >= low) & (confidence < low + 0.05)
        if band.sum() >= 20 and right[band].mean() < share:
            return round(float(low + 0.05), 2)
    return 0.05


def _calibration_error(margins: npt.NDArray[Any], truth: npt.NDArray[np.int64]) -> float:
    """Expected calibration error in ten bands, the curve fitted on every other row, measured on the rest."""
    chances = Calibration.of(margins[::2], truth[::2]).chances(margins[1::2])
    return expected_calibration_error(chances.max(axis=1), chances.argmax(axis=1) == truth[1::2])


def expected_calibration_error(confidence: npt.NDArray[Any], right: npt.NDArray[Any]) -> float:
    """How far confidence and share of right answers lie apart, in ten bands."""
    bands = np.minimum((confidence * 10).astype(int), 9)
    return float(
        sum(
            abs(right[bands == band].mean() - confidence[bands == band].mean()) * (bands == band).mean()
            for band in set(bands.tolist())
        )
    )


def _held_back(
    margins: npt.NDArray[Any],
    chances: npt.NDArray[Any],
    truth: npt.NDArray[np.int64],
    foreign: int,
    thresholds: Thresholds,
) -> HeldBack:
    order = np.argsort(-chances, axis=1)
    best = chances.max(axis=1)
    right = order[:, 0] == truth
    answered = best >= thresholds.answer
    taken = answered & (order[:, 0] != foreign)
    kept = ~(answered & (order[:, 0] == foreign))
    outside = truth == foreign
    return HeldBack(
        rows=len(truth),
        accuracy=round(float(right.mean()), 4),
        top2_accuracy=round(float((order[:, :2] == truth[:, None]).any(axis=1).mean()), 4),
        calibration_error=round(_calibration_error(margins, truth), 4),
        in_scope_kept=round(float(kept[~outside].mean()), 4),
        foreign_taken=round(float(taken[outside].mean()), 4) if outside.any() else 0.0,
    )
