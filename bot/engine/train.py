"""Trains the model: `python -m bot.engine.train` in the engine's environment, at the root of the repository.

The model's name carries a digest of everything it depends on, so unchanged data is not trained again."""

from __future__ import annotations

import hashlib
import io
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path

from bot.engine.lean import leave_out_the_unused

INPUTS = (
    *("config.yml", "domain.yml", "data/nlu", "data/dialogue", "data/region"),
    *("bot/core", "bot/engine", "requirements/engine.lock"),
)
SUFFIXES = frozenset((".yml", ".txt", ".ini", ".py", ".lock"))
KEPT = 3


def main(models: str = "models") -> int:
    """Train where needed. Returns the exit code."""
    name = f"gridcare-{digest()}.tar.gz"
    path = Path(models) / name
    if path.exists():
        path.touch()
        print(f"{path} is up to date")
        return 0
    leave_out_the_unused()
    from bot.engine import quiet

    quiet.logs()
    from rasa.model_training import train

    from bot.engine import rasa_speed

    rasa_speed.apply_to_training()

    began = time.perf_counter()
    with redirect_stdout(io.StringIO()) as said:
        result = train(
            "domain.yml",
            "config.yml",
            ["data/nlu", "data/dialogue"],
            models,
            fixed_model_name=name,
            force_training=True,
        )
    print("\n".join(line for line in said.getvalue().splitlines() if line.startswith("held back")))
    if result.model is None:
        print(f"training failed with code {result.code}", file=sys.stderr)
        return 1
    print(f"{path} trained in {time.perf_counter() - began:.1f} s")
    for old in sorted(Path(models).glob("gridcare-*.tar.gz"), key=lambda model: model.stat().st_mtime)[
        :-KEPT
    ]:
        old.unlink()
    return 0


def digest(root: Path = Path()) -> str:
    """Of all files the model depends on, in a fixed order."""
    seen = hashlib.sha256()
    for source in INPUTS:
        top = root / source
        files = [top] if top.is_file() else sorted(top.rglob("*"))
        for file in files:
            if file.suffix in SUFFIXES and ".venv" not in file.parts:
                seen.update(str(file.relative_to(root)).encode() + file.read_bytes())
    return seen.hexdigest()[:12]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("training was interrupted; nothing was kept")
