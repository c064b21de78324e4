"""The training sentences are well-formed, varied, and each stands under one intent only."""

from scripts.check_nlu import findings, read
from tests.house.house import files, report


def test_training_sentences_have_no_fault_and_no_near_copies() -> None:
    report(findings(read(files("data/nlu/*.yml"))))


def test_every_intent_has_at_least_forty_sentences() -> None:
    counts: dict[str, int] = {}
    for example in read(files("data/nlu/*.yml")):
        counts[example.intent] = counts.get(example.intent, 0) + 1
    report([f"{intent} has {count}" for intent, count in sorted(counts.items()) if count < 40])
