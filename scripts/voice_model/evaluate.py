"""How well a folder's model hears voices it was not trained on: `python -m scripts.voice_model.evaluate FOLDER`.

Each utterance goes over a telephone line of the given noise and loss and through sherpa-onnx, as in a call. `exact`
is the share heard character for character, `nearest` the share of phrases whose nearest phrase of the list is right.
Foreign sentences tell how often something is taken for a phrase that was none.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bot.voice.asr.phrases import Phrases
from bot.voice.asr.sherpa import recogniser
from scripts.voice_model.corpus import Corpus
from scripts.voice_model.synthesis import HELD_OUT, RATE, Samples, over_the_line, speak

_FOREIGN = Path(__file__).with_name("foreign.txt")
_SEED = 12398
_LINES = {
    "clean": (40, 0.0),
    "20 dB": (20, 0.0),
    "10 dB": (10, 0.0),
    "5 dB": (5, 0.0),
    "3 % lost": (40, 0.03),
}


def spoken(texts: list[str], per_text: int) -> list[tuple[str, Samples]]:
    dice = random.Random(_SEED)
    return [(text, speak(text, dice.choice(HELD_OUT), dice)) for text in texts for _ in range(per_text)]


def heard(
    said: list[tuple[str, Samples]], snr: float, loss: float, hear: Callable[[Samples], str]
) -> list[tuple[str, str]]:
    dice = np.random.default_rng(_SEED)
    babble = np.resize(said[0][1], RATE * 30)
    return [(text, hear(over_the_line(clean, dice, babble, snr, loss))) for text, clean in said]


def share(right: list[bool]) -> float:
    return round(100 * sum(right) / len(right), 1)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("folder", type=Path)
    given.add_argument("--per-text", type=int, default=2)
    options = given.parse_args()
    engine = recogniser(options.folder)
    spent: list[float] = []

    def hear(samples: Samples) -> str:
        begun, stream = time.perf_counter(), engine.create_stream()
        stream.accept_waveform(RATE, samples)
        engine.decode_stream(stream)
        spent.append(time.perf_counter() - begun)
        return str(stream.result.text)

    corpus, phrases, dice = Corpus.load(), Phrases.load(), random.Random(_SEED)
    sets = {
        "phrases": spoken(list(corpus.phrases), options.per_text),
        "digits": spoken([corpus.digit_string(dice) for _ in range(150)], 1),
        "mixed": spoken([corpus.mixed(dice) for _ in range(100)], 1),
    }
    told: dict[str, object] = {}
    for line, (snr, loss) in _LINES.items():
        row: dict[str, float] = {}
        for name, said in sets.items():
            pairs = heard(said, snr, loss, hear)
            row[name] = share([text == got for text, got in pairs])
            if name == "phrases":
                row["nearest"] = share([phrases.match(got)[0] == text for text, got in pairs])
        told[line] = row
    foreign = spoken(_FOREIGN.read_text(encoding="utf-8").split(), 4)
    taken = [phrases.match(got)[1] > 0 for _, got in heard(foreign, 40, 0.0, hear)]
    told["foreign taken"] = share(taken)
    told["ms"] = {
        "p50": round(1000 * float(np.median(spent)), 2),
        "p95": round(1000 * float(np.quantile(spent, 0.95)), 2),
    }
    print(json.dumps(told, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
