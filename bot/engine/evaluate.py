"""Measures understanding on labelled sentences, for outsiders (scripts/evaluate_nlu, scripts/evaluate_intents).

`nlu FILE.jsonl`: lines with text, intent, entities [{entity, start, end, value}], optional kind and now; the newest
trained model reads them. `intents --train A.tsv --test B.tsv`: trains the same intent model on any table with the
columns intent and text. Each prints one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.core.text import normalise
from bot.engine.lean import leave_out_the_unused

leave_out_the_unused()

from bot.engine import quiet  # noqa: E402
from bot.engine.intent_model import train  # noqa: E402
from bot.engine.scores import Reading, Sentence, intent_scores, scores  # noqa: E402

ROOT = Path(__file__).parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one JSON object. Returns the exit code."""
    quiet.logs()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    nlu = commands.add_parser("nlu")
    nlu.add_argument("file", type=Path)
    nlu.add_argument("--models", default=str(ROOT / "models"))
    intents = commands.add_parser("intents")
    intents.add_argument("--train", type=Path, required=True)
    intents.add_argument("--test", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    result = (
        evaluate_nlu(chosen.file, chosen.models)
        if chosen.command == "nlu"
        else evaluate_intents(chosen.train, chosen.test)
    )
    print(json.dumps(result, ensure_ascii=False))
    return 0


def evaluate_nlu(file: Path, models: str = "models") -> dict[str, Any]:
    """Scores of the newest model on a file of labelled sentences."""
    sentences = [
        _sentence(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()
    ]
    read = reader(models)
    read(sentences[0])  # the first sentence pays for what is loaded late
    return scores(sentences, [read(sentence) for sentence in sentences])


def evaluate_intents(train_file: Path, test_file: Path) -> dict[str, Any]:
    """Scores of the intent model alone, trained on a table of one's own."""
    known, unknown = _table(train_file), _table(test_file)
    began = time.perf_counter()
    model, _ = train([normalise(text) for _, text in known], [intent for intent, _ in known])
    seconds = time.perf_counter() - began
    best, times = [], []
    for _, text in unknown:
        began = time.perf_counter()
        best.append(model.rank([normalise(text)])[0][0][0])
        times.append(time.perf_counter() - began)
    found = intent_scores([intent for intent, _ in unknown], best)
    middle = sorted(times)[len(times) // 2]
    return {
        "accuracy": found["accuracy"],
        "macro_f1": found["macro_f1"],
        "train_s": round(seconds, 2),
        "us_p50": round(middle * 1e6, 1),
    }


def reader(models: str) -> Callable[[Sentence], Reading]:
    """Reads sentences with the NLU pipeline of the newest model, as the engine does."""
    from rasa.core.channels.channel import UserMessage
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.engine.start import newest_model
    from bot.engine.turns import load_model

    _, metadata, runner = load_model(newest_model(models))
    tracker = DialogueStateTracker.from_events("evaluation", [])

    def read(sentence: Sentence) -> Reading:
        message = UserMessage(sentence.text, metadata={"now": sentence.now} if sentence.now else {})
        began = time.process_time()
        results = runner.run({"__message__": [message], "__tracker__": tracker}, [metadata.nlu_target])
        seconds = time.process_time() - began
        parsed = results[metadata.nlu_target][0].as_dict(only_output_properties=True)
        return Reading(
            intent=parsed["intent"]["name"],
            ranking=tuple((row["name"], row["confidence"]) for row in parsed["intent_ranking"]),
            entities={
                (e["entity"], e["start"], e["end"]): str(e["value"]) for e in parsed.get("entities", [])
            },
            seconds=seconds,
            also=tuple(parsed.get("also") or ()),
        )

    return read


def _sentence(row: dict[str, Any]) -> Sentence:
    spans = {(e["entity"], int(e["start"]), int(e["end"])): e.get("value") for e in row.get("entities", [])}
    return Sentence(
        text=row["text"],
        intent=row["intent"],
        entities=frozenset(spans),
        values={span: str(value) for span, value in spans.items() if value is not None},
        kind=row.get("kind", ""),
        now=row.get("now"),
        intents=tuple(row.get("intents") or ()),
    )


def _table(file: Path) -> list[tuple[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["intent"], row["text"]) for row in rows]


if __name__ == "__main__":
    sys.exit(main())
