"""docs/services.md names every intent of the domain, and only files that are there."""

import re

import yaml

from tests.house.house import ROOT, report

CATALOGUE = (ROOT / "docs" / "services.md").read_text(encoding="utf-8")


def test_every_intent_is_in_the_catalogue_and_no_other() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    named = set(re.findall(r"`([a-z_]+)`", CATALOGUE))
    intents = {each if isinstance(each, str) else next(iter(each)) for each in domain["intents"]} - {
        "nlu_fallback"
    }
    report([f"docs/services.md does not name {each}" for each in sorted(intents - named)])


def test_every_file_of_the_catalogue_is_there() -> None:
    files = re.findall(r"\]\(\.\./([^)]+)\)", CATALOGUE)
    assert len(files) > 100
    report([f"docs/services.md names {each}" for each in files if not (ROOT / each).is_file()])
