"""Many calls at once into a running line: `python -m benchmarks.calls 127.0.0.1:8098 --calls 50 --seconds 60`.

Each caller waits for silence, presses * (again), and measures how long it takes until something is heard. Prints one
JSON object: calls answered and ended, keys that were answered, milliseconds from the key's first packet to sound.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time

import numpy as np

from scripts.softphone import Softphone

_QUIET = 0.6
_PATIENCE = 5.0


def _loud(phone: Softphone) -> float:
    """Samples since the last look that were louder than a silent line."""
    fresh = bytes(phone.heard)
    phone.heard.clear()
    samples = np.abs(np.frombuffer(fresh[: len(fresh) // 2 * 2], "<i2").astype(np.int32))
    return float((samples > 500).sum())


async def _quiet(phone: Softphone) -> None:
    since = time.monotonic()
    while time.monotonic() - since < _QUIET:
        await asyncio.sleep(0.02)
        if _loud(phone):
            since = time.monotonic()


async def caller(
    number: int, address: tuple[str, int], end: float, waits: list[float], tally: dict[str, int]
) -> None:
    await asyncio.sleep(random.uniform(0, 3))
    phone = Softphone(address, number=f"1380000{number:04d}")
    if await phone.call() != 200:
        return
    tally["answered"] += 1
    while time.monotonic() < end:
        await _quiet(phone)
        tally["keys"] += 1
        pressed = time.monotonic()
        key = asyncio.create_task(phone.press("*"))
        while not _loud(phone) and time.monotonic() - pressed < _PATIENCE:
            await asyncio.sleep(0.005)
        if time.monotonic() - pressed < _PATIENCE:
            waits.append(1000 * (time.monotonic() - pressed))
        await key
        await asyncio.sleep(random.uniform(0, 1))
    tally["ended"] += await phone.hang_up() == 200


async def run(address: tuple[str, int], calls: int, seconds: float) -> dict[str, object]:
    waits: list[float] = []
    tally = {"answered": 0, "ended": 0, "keys": 0}
    end = time.monotonic() + seconds
    await asyncio.gather(*(caller(n, address, end, waits, tally) for n in range(calls)))
    quantiles = np.quantile(waits, (0.5, 0.95, 1.0)) if waits else (0.0, 0.0, 0.0)
    names = ("p50", "p95", "most")
    return {
        **tally,
        "heard": len(waits),
        "ms": {n: round(float(q)) for n, q in zip(names, quantiles, strict=True)},
    }


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("address")
    given.add_argument("--calls", type=int, default=50)
    given.add_argument("--seconds", type=float, default=60)
    options = given.parse_args()
    host, _, port = options.address.partition(":")
    print(json.dumps(asyncio.run(run((host, int(port)), options.calls, options.seconds)), indent=1))


if __name__ == "__main__":
    main()
