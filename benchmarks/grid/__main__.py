"""`make bench-grid`: outages found in made-up storms, beside a threshold-rule engine in the same run.

Every storm has a network of its own. Seeds from 2000 on are for measuring; building used those below 100. Seconds are
those of the processor, so that others at work on the machine count for nothing.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from benchmarks.grid.score import Referee, Score
from benchmarks.grid.storms import Shape, Storm, Weather, network
from benchmarks.grid.threshold import ThresholdRules
from bot.grid.locate import hear
from bot.grid.locator import Locator

SHAPES = (Shape(), Shape(6, (3, 8), (2, 5), (40, 160)), Shape(12, (5, 14), (3, 9), (4, 30), telemetry=0.1))


def run(seed: int, shape: Shape, weather: Weather, questions: int) -> dict[str, Score]:
    """One storm for one engine, and the rules on what the same storm tells without questions."""
    scores = {}
    for engine in ("inference", "rules"):
        rng = np.random.default_rng(seed)
        true, registered = network(shape, rng)
        tree, known = true.tree(), registered.tree()
        storm = Storm(tree, weather, rng)
        referee = Referee(storm, known)
        locator, rules = Locator(known), ThresholdRules(known)
        for now, events in storm.play():
            began = time.process_time()
            if engine == "rules":
                for event in events:
                    rules.hear(event)
                named = list(rules.tick(now))
            else:
                for event in events:
                    hear(locator, event)
                picture = locator.tick(now, questions)
                named = [found.device for found in picture.outages if found.p >= 0.5]
                storm.ping(list(picture.ask), now)
            referee.minute(now, named, time.process_time() - began)
        scores[engine] = referee.result()
    return scores


def table(columns: dict[str, Score]) -> str:
    rows = {name: score.rows() for name, score in columns.items()}
    lines = ["| | " + " | ".join(rows) + " |", "|---" * (len(rows) + 1) + "|"]
    for key in next(iter(rows.values())):
        lines.append(f"| {key} | " + " | ".join(f"{row[key]:.3f}" for row in rows.values()) + " |")
    return "\n".join(lines)


def speed(feeders: int) -> str:
    """A storm on a large network: events taken, slowest and mean tick, memory."""
    rng = np.random.default_rng(7)
    true, registered = network(Shape(feeders), rng)
    tree, known = true.tree(), registered.tree()
    storm = Storm(tree, Weather(minutes=60, faults=max(15, feeders), blinks=feeders // 2), rng)
    locator = Locator(known)
    taken, events_seconds, ticks = 0, 0.0, []
    for now, events in storm.play():
        began = time.process_time()
        for event in events:
            hear(locator, event)
        between = time.process_time()
        picture = locator.tick(now)
        ticks.append(time.process_time() - between)
        events_seconds += between - began
        taken += len(events)
        storm.ping(list(picture.ask), now)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{len(tree.meters)} meters: {taken} events in {events_seconds:.1f} s, "
        f"tick mean {np.mean(ticks):.3f} s, p95 {np.quantile(ticks, 0.95):.3f} s, slowest {max(ticks):.3f} s, {memory:.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--storms", type=int, default=21)
    parser.add_argument("--seed", type=int, default=2000)
    parser.add_argument("--speed", action="store_true", help="time 30,000 and 300,000 meters only")
    options = parser.parse_args()
    if not options.speed:
        settings = {
            "with 30 questions": (Weather(), 30),
            "without questions": (Weather(), 0),
            "calls only": (Weather(meters_report=False), 0),
        }
        for title, (weather, questions) in settings.items():
            totals = {"inference": Score(), "rules": Score()}
            for i in range(options.storms):
                seed = options.seed + i
                for name, score in run(seed, SHAPES[i % len(SHAPES)], weather, questions).items():
                    totals[name].add(score)
            print(f"\n{options.storms} storms, {title}\n\n{table(totals)}", flush=True)
    for feeders in (18, 180):
        print(speed(feeders), flush=True)


if __name__ == "__main__":
    main()
