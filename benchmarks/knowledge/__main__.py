"""`python -m benchmarks.knowledge`: how well the knowledge base finds answers, and how often it answers what it should
not. Prints Markdown.

    python -m benchmarks.knowledge             the sets of questions.py that are there
    python -m benchmarks.knowledge --misses    and what was not found first, with what was found instead
    python -m benchmarks.knowledge --topics    ids and titles of the entries, for whoever writes questions
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable

import numpy as np

from benchmarks.knowledge import questions
from benchmarks.knowledge.questions import Question
from bot.region import knowledge
from bot.region.knowledge import CLEARLY, THRESHOLD, Knowledge, Ways

WAYS: dict[str, Ways | None] = {
    "BM25 alone": Ways(words=1, meaning=0),
    "encoder alone": Ways(words=0, meaning=1),
    "sum of both": None,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--topics", action="store_true")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--region", default="bayannur")
    asked = parser.parse_args()
    before = _megabytes()
    base = knowledge.load(asked.region)
    if asked.topics:
        for entry in base.entries:
            print(f"{entry.id}\t{entry.head.title}")
        return
    ids = [entry.id for entry in base.entries]
    sets = {
        path.stem: questions.read(path, ids)
        for path in (questions.SEEN, questions.FRESH, questions.HELD_BACK)
        if path.exists()
    }
    print(f"{len(ids)} entries\n")
    for name, rows in sets.items():
        report(name, rows, base)
        if asked.misses:
            misses(rows, base)
    every = [question.text for rows in sets.values() for question in rows]
    print(
        f"{milliseconds(base.find, every):.1f} ms of processor a query, {_megabytes() - before} MB of memory"
    )


def report(name: str, rows: list[Question], base: Knowledge) -> None:
    """Recall of each way on the questions with an answer, and what each threshold lets through."""
    known, unknown = [q for q in rows if q.about], [q for q in rows if not q.about]
    print(f"{name}: {len(known)} questions with an answer, {len(unknown)} without\n")
    print("| | recall@1 | recall@3 |\n|---|---|---|")
    for way, weights in WAYS.items():
        ranked = [_ranked(base, question.text, weights) for question in known]
        print(f"| {way} | {_share(known, ranked, 1)} | {_share(known, ranked, 3)} |")
    print("\n| threshold | right | wrong | no answer | answered without having one |\n|---|---|---|---|---|")
    for label, least in (("find", THRESHOLD), ("clearly", CLEARLY)):
        print(f"| {label} {least} | {' | '.join(_through(known, unknown, base, least))} |")
    print()


def misses(rows: list[Question], base: Knowledge) -> None:
    for question in rows:
        found = base.find(question.text)
        first = found[0] if found else None
        if (first is None) == bool(question.about) or (first and first.id not in question.about):
            got = f"{first.id} {first.score:.2f}" if first else "-"
            print(f"{question.text}\t{'|'.join(sorted(question.about)) or '-'}\t{got}")


def milliseconds(find: Callable[[str], object], texts: list[str]) -> float:
    began = time.process_time()
    for text in texts:
        find(text)
    return (time.process_time() - began) / len(texts) * 1000


def _ranked(base: Knowledge, question: str, ways: Ways | None) -> list[str]:
    order = np.argsort(-base.scores(question, ways), kind="stable")[:3]
    return [base.entries[int(n)].id for n in order]


def _share(rows: list[Question], ranked: list[list[str]], first: int) -> str:
    hits = sum(bool(q.about & set(ids[:first])) for q, ids in zip(rows, ranked, strict=True))
    return f"{hits / len(rows):.3f}" if rows else "–"


def _through(known: list[Question], unknown: list[Question], base: Knowledge, least: float) -> list[str]:
    best = [(q, base.best(q.text)) for q in known + unknown]
    told = [(q, entry) for q, (entry, score) in best if score >= least]
    right = sum(entry in q.about for q, entry in told)
    wrong = sum(bool(q.about) and entry not in q.about for q, entry in told)
    false = sum(not q.about for q, _ in told)
    shares = (
        (right, known), (wrong, known), (len(known) - right - wrong, known), (false, unknown),
    )  # fmt: skip
    return [f"{count / len(among):.3f}" if among else "–" for count, among in shares]


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
