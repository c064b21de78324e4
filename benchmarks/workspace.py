"""A folder with the project's configuration and a part of its training sentences, to train a model from."""

from __future__ import annotations

import hashlib
import shutil
from collections import defaultdict
from pathlib import Path

from scripts.check_nlu import ROOT

LINKED = ("domain.yml", "data/dialogue", "data/region", "data/nlu/lexicon", "bot", "actions")


def make(folder: Path, per_intent: int | None, config: Path) -> Path:
    """A workspace with `per_intent` sentences of each intent, evenly spread over its file (None: all of them), and
    foreign ones for a third of all rows. Returns the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in LINKED:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(ROOT / name)
    shutil.copy(config, folder / "config.yml")
    files = sorted((ROOT / "data" / "nlu").glob("*.yml"))
    for file in files:
        foreign = file.stem == "out_of_scope"
        rows = per_intent and (per_intent * (len(files) - 1) // 2 if foreign else per_intent)
        (folder / "data" / "nlu" / file.name).write_text(_thinned(file, rows), encoding="utf-8")
    return folder


def digest(per_intent: int | None, config: Path, code: tuple[str, ...]) -> str:
    """Names what a model is made of: the sentences and rules, its configuration, and the code of its components."""
    patterns = ("data/nlu/**/*.*", "data/dialogue/*.yml", *code)
    files = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    told = hashlib.sha256(str(per_intent).encode())
    for path in (config, ROOT / "domain.yml", *files):
        told.update(path.read_bytes())
    return told.hexdigest()[:12]


def _thinned(file: Path, rows: int | None) -> str:
    lines = file.read_text(encoding="utf-8").splitlines()
    if rows is None:
        return "\n".join(lines) + "\n"
    blocks: dict[int, list[str]] = defaultdict(list)
    heading = 0
    for number, line in enumerate(lines):
        if line.startswith("    - "):
            blocks[heading].append(line)
        else:
            heading = number
    kept = []
    for number, line in enumerate(lines):
        if line.startswith("    - "):
            continue
        kept.append(line)
        examples = blocks.get(number, [])
        share = min(len(examples), round(rows * len(examples) / max(1, sum(map(len, blocks.values())))))
        kept += [examples[i * len(examples) // share] for i in range(share)]
    return "\n".join(kept) + "\n"
