"""The training sentences are well-formed, varied, and each stands under one intent only."""

from benchmarks import frozen
from scripts.check_nlu import bare, findings, read
from tests.house.house import files, place, report


def test_training_sentences_have_no_fault_and_no_near_copies() -> None:
    report(findings(read(files("data/nlu/*.yml"))))


def test_every_intent_has_at_least_forty_sentences() -> None:
    counts: dict[str, int] = {}
    for example in read(files("data/nlu/*.yml")):
        counts[example.intent] = counts.get(example.intent, 0) + 1
    report([f"{intent} has {count}" for intent, count in sorted(counts.items()) if count < 40])


def test_no_sentence_of_the_frozen_test_is_in_the_training_data() -> None:
    trained = {bare(example.text): example for example in read(files("data/nlu/*.yml"))}
    cases = [*frozen.read(), *frozen.read(frozen.FRESH), *frozen.read(frozen.STRANGERS)]
    assert len(cases) > 3000
    report([f"{place(trained[bare(c.text)].file)} {c.text}" for c in cases if bare(c.text) in trained])
