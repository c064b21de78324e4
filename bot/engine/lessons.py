"""What the intent model learns from: the features of the examples and of their variations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.engine.features import Features, features
from bot.engine.noise import FOREIGN, variations

FOREIGN_WEIGHT = 0.8
"""A third of the rows are foreign; at full weight they draw too many of our own sentences away."""

NOISE_WEIGHT = 0.5
"""A variation counts half: at full weight clean sentences lose 0.6 points more, and noisy ones gain little."""

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Lessons:
    """Rows with the intent and the weight of each; `origins` are the places of the examples they are or vary."""

    rows: list[Features]
    truth: Integers
    weights: npt.NDArray[np.float64]
    origins: Integers

    @classmethod
    def of(cls, texts: Sequence[str], labels: Sequence[str], intents: Sequence[str]) -> Lessons:
        """The lessons of normalised texts, the examples first; their truth is the place among `intents`."""
        varied = variations(texts, labels)
        origins = [*range(len(texts)), *(at for at, _ in varied)]
        numbers = {intent: number for number, intent in enumerate(intents)}
        weights = np.ones(len(origins))
        weights[len(texts) :] = NOISE_WEIGHT
        weights[[labels[at] == FOREIGN for at in origins]] *= FOREIGN_WEIGHT
        return cls(
            rows=[features(text) for text in (*texts, *(text for _, text in varied))],
            truth=np.array([numbers[labels[at]] for at in origins]),
            weights=weights,
            origins=np.array(origins),
        )

    def about(self, examples: Integers) -> Lessons:
        """The lessons of some of the examples."""
        kept = np.flatnonzero(np.isin(self.origins, examples))
        return Lessons(
            [self.rows[at] for at in kept], self.truth[kept], self.weights[kept], self.origins[kept]
        )
