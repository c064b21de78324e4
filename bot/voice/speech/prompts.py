"""The fixed sentences of the line, for the studio: `python -m bot.voice.speech.prompts` prints file names and words.

What is recorded under these names in GRIDCARE_VOICE_RECORDINGS is played instead of being spoken by a machine."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator

from bot.voice.questions import Question
from bot.voice.service import Service, load
from bot.voice.speech.voices import file_name, sentences


def fixed(service: Service) -> list[str]:
    """Every sentence that is known beforehand, each once, in the order of the service."""
    found: dict[str, None] = {}
    for text in _texts(service):
        for sentence in sentences(text):
            if "{" not in sentence:
                found[sentence] = None
    return list(found)


def _texts(service: Service) -> Iterator[str]:
    yield from (text for name, text in service.prompts.items() if name != "option")
    yield from (spoken for spoken, _ in service.safety.values())
    yield from (entry.say for entry in service.entries.values())
    for menu in service.menus.values():
        yield from _pages(service, Question(menu.say, menu.options))
    for answers in service.answers.values():
        yield from _pages(service, Question("", tuple(each for each in answers if each.title)))


def _pages(service: Service, question: Question) -> Iterator[str]:
    yield from (question.words(service, profile) for profile in service.profiles.values())


def main() -> None:
    """Print the list as CSV."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("region", nargs="?", default="bayannur")
    out = csv.writer(sys.stdout)
    out.writerow(("file", "sentence"))
    out.writerows((file_name(sentence), sentence) for sentence in fixed(load(parser.parse_args().region)))


if __name__ == "__main__":
    main()
