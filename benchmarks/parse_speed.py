"""Runs in the engine's environment: how long a model takes to understand a sentence, and how often it is right.

`python benchmarks/parse_speed.py MODEL CASES.jsonl` prints one JSON object: accuracy, macro_f1, p50_ms, p95_ms, sentences.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from pathlib import Path

STOCK = "--stock" in sys.argv


async def main(model: str, cases_file: str) -> None:
    if not STOCK:
        from bot.engine.lean import leave_out_the_unused

        leave_out_the_unused()
    from rasa.core.agent import Agent
    from sklearn.metrics import f1_score

    agent = Agent.load(model)
    cases = [json.loads(line) for line in Path(cases_file).read_text(encoding="utf-8").splitlines()]
    for case in cases[:20]:
        await agent.parse_message(case["text"])
    times, right, said = [], [], []
    for case in cases:
        began = time.perf_counter()
        parsed = await agent.parse_message(case["text"])
        times.append((time.perf_counter() - began) * 1000)
        # The best guess is what is compared; the fallback of either side stands above its own ranking.
        guesses = [guess["name"] for guess in parsed["intent_ranking"] if guess["name"] != "nlu_fallback"]
        said.append(guesses[0] if guesses else "nlu_fallback")
        right.append(case["intent"])
    result = {
        "accuracy": sum(a == b for a, b in zip(right, said, strict=True)) / len(cases),
        "macro_f1": f1_score(right, said, average="macro"),
        "p50_ms": statistics.median(times),
        "p95_ms": statistics.quantiles(times, n=20)[18],
        "sentences": len(cases),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
