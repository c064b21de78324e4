"""What the house tests read: the tracked files, the domain, and the imports of the Python modules."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[2]


def files(*patterns: str) -> list[Path]:
    """The files git tracks or would track, by git patterns."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for path in map(ROOT.joinpath, sorted(set(listed.splitlines()))) if path.is_file()]


def place(path: Path, line: int | None = None) -> str:
    return f"{path.relative_to(ROOT)}:{line}" if line else str(path.relative_to(ROOT))


def domain() -> dict[str, Any]:
    return yaml.load((ROOT / "domain.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def names(items: list[Any] | dict[str, Any]) -> list[str]:
    """Names in a list of a Rasa domain, where an entry may carry options."""
    return [next(iter(item)) if isinstance(item, dict) else item for item in items]


def dialogue() -> dict[Path, dict[str, Any]]:
    """Every file of data/dialogue, parsed."""
    return {
        path: yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
        for path in files("data/dialogue/*.yml")
    }


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file, read once for all tests."""
    return ast.parse(path.read_text(encoding="utf-8"))


class Import(NamedTuple):
    path: Path
    line: int
    module: str


def imports(*patterns: str) -> Iterator[Import]:
    """Every absolute import of the matching Python files; `from a import b` counts as a and a.b."""
    for path in files(*patterns):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Import):
                yield from (Import(path, node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield Import(path, node.lineno, node.module)
                yield from (Import(path, node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def report(findings: list[str]) -> None:
    """Fail with all findings at once."""
    assert not findings, "\n" + "\n".join(findings)
