"""Mutation testing with mutmut: what share of small changes to the code does a test notice? (docs/testing.md)

    python -m scripts.mutate core                       # bot/core, every change
    python -m scripts.mutate core bot/core/queue.py     # of some of its files
    python -m scripts.mutate services --draw 50 --seed 7

Works in a copy of the tracked files, .run/mutate/<set>; there, `mutmut show <name>` prints a change that survived."""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACE = ROOT / ".run/mutate"
MUTMUT = Path(sys.executable).with_name("mutmut")
_VERDICTS = {
    1: "failed",
    **dict.fromkeys((-24, 24, 36, 152), "endless"),
    0: "survived",
    **dict.fromkeys((5, 33), "untested"),
}
"""By exit code: a test failed, the tests never ended, none failed, none calls the code."""
_GENERATE = "from mutmut.__main__ import *; copy_src_dir(); copy_also_copy_files(); setup_source_paths(); create_mutants(2)"


@dataclass(frozen=True)
class Set:
    """Files to change (patterns whose * also crosses folders) and the tests that should notice."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


_PRELOAD = "preload.txt"
_OTHERS = (
    "alembic.command",
    "fastapi",
    "httpx",
    "joserfc.jwt",
    "PIL.Image",
    "sqlalchemy.ext.asyncio",
    "uvicorn",
)
_PYTEST = [
    *("-m", "not slow and not e2e", "--timeout=60", "--hypothesis-seed=0"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # what is imported beforehand is never rewritten
]
SETS = {
    "core": Set(("bot/core/*.py",), ("tests/core",)),
    "services": Set(
        ("bot/gateway/turns/*.py", "bot/gateway/customer/*.py", "backend/access.py", "backend/billing.py"),
        ("tests/gateway", "tests/backend"),
    ),
}


def main() -> None:
    """Run a set, or only some of its files, and print what was noticed module by module. KeyError for a verdict that
    is none: the tests themselves could not be run."""
    said = _arguments()
    chosen = replace(SETS[said.set], files=said.files) if said.files else SETS[said.set]
    place = PLACE / said.set
    _copy(place, chosen)
    names: list[str] = []
    if said.draw:
        subprocess.run([sys.executable, "-c", _GENERATE], cwd=place, check=True, stdout=subprocess.DEVNULL)
        known = sorted(name for results in _results(place).values() for name in results)
        names = random.Random(said.seed).sample(known, min(said.draw, len(known)))
        print(f"{len(names)} drawn of {len(known)}")
    with (place / "mutmut.log").open("w") as log:
        subprocess.run([MUTMUT, "run", *names], cwd=place, check=True, stdout=log)
    _report(place)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts.mutate")
    parser.add_argument("set", choices=SETS)
    parser.add_argument("files", nargs="*")
    parser.add_argument("--draw", type=int, help="so many of the changes instead of all")
    parser.add_argument("--seed", type=int, default=1, help="another number draws others")
    return parser.parse_args()


def _copy(place: Path, chosen: Set) -> None:
    """The tracked files in a folder of their own, with mutmut's settings."""
    shutil.rmtree(place, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    for file in filter(None, listed.stdout.split("\0")):
        (place / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, place / file)
    settings = {
        "source_paths": ["bot", "backend"],
        "only_mutate": list(chosen.files),
        "also_copy": ["actions", "data", "scripts", "domain.yml"],
        "pytest_add_cli_args_test_selection": list(chosen.tests),
        "pytest_add_cli_args": _PYTEST,
        "timeout_constant": 10,  # times mutmut's 15: a busy machine is not a loop without end
        # Each mutant gets a process that has read no module of ours yet, so what runs at import is changed as well.
        "process_isolation": "forkserver",
        "forkserver_warmup": "import",
        "preload_modules_file": str(place / _PRELOAD),
    }
    (place / _PRELOAD).write_text("\n".join(_OTHERS), encoding="utf-8")
    lines = (f"{key} = {json.dumps(value)}" for key, value in settings.items())
    with (place / "pyproject.toml").open("a", encoding="utf-8") as config:
        config.write("\n[tool.mutmut]\n" + "\n".join(lines) + "\n")


def _results(place: Path) -> dict[str, dict[str, int | None]]:
    """Exit codes by mutant, module by module; None for what was not run."""
    found = {}
    for path in sorted((place / "mutants").rglob("*.py.meta")):
        results = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        if results:
            found[path.relative_to(place / "mutants").as_posix().removesuffix(".meta")] = results
    return found


def _report(place: Path) -> None:
    total: Counter[str] = Counter()
    for module, results in _results(place).items():
        count = Counter(_VERDICTS[code] for code in results.values() if code is not None)
        total += count
        if count:
            print(_line(module, count))
    print(_line("all", total))


def _line(name: str, count: Counter[str]) -> str:
    noticed = count["failed"] + count["endless"]
    rest = ", ".join(f"{count[each]} {each}" for each in ("endless", "survived", "untested") if count[each])
    return f"{name:36} {noticed:5} of {count.total():5} {noticed / count.total():7.1%}   {rest}".rstrip()


if __name__ == "__main__":
    main()
