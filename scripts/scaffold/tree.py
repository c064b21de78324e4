"""What every scaffold does with the tree: files of its own, and lines entered in files that all share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class NotWritten(Exception):
    """One line that says why nothing was written."""


@dataclass(frozen=True)
class Change:
    """Paths and their content: new files, and files that all share. `left` is what the author has to do by hand."""

    own: dict[str, str]
    shared: dict[str, str]
    left: tuple[str, ...] = field(default=())


def write(change: Change, root: Path) -> list[str]:
    """Write everything or nothing; the paths written."""
    if there := [path for path in change.own if (root / path).exists()]:
        raise NotWritten(f"{', '.join(there)} exists already")
    files = change.own | change.shared
    for path, content in files.items():
        (root / path).write_text(content, encoding="utf-8")
    return sorted(files)


def named(name: str, kind: str) -> str:
    """The name, when it is one. Raises NotWritten."""
    if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name):
        raise NotWritten(f"{name} is no name of a {kind}: small letters and underscores")
    return name


def title(name: str) -> str:
    """query_arrears → QueryArrears."""
    return "".join(part.capitalize() for part in name.split("_"))


def entered(text: str, block: str, line: str) -> str:
    """A YAML text with a line added at the end of a block, comments and order kept."""
    found = re.search(rf"^( *){block}:\n((?:\1 +\S.*\n|\1 *#.*\n)+)", text, re.M)
    if not found:
        raise NotWritten(f"no block {block} to enter {line.strip()} in")
    return text[: found.end(2)] + line + text[found.end(2) :]


def listed(text: str, opening: str, line: str) -> str:
    """A Python text with a line added at the end of the list that `opening` begins."""
    start = text.find(opening)
    end = re.compile(r"^ *[)\]}]", re.M).search(text, start + len(opening)) if start >= 0 else None
    if not end:
        raise NotWritten(f"no list {opening.strip()} to enter {line.strip()} in")
    return text[: end.start()] + line + text[end.start() :]


def imported(text: str, module: str, name: str) -> str:
    """A Python text that imports this name too, in the order that the linter wants."""
    line = re.search(rf"^from {re.escape(module)} import (.+)\n", text, re.M)
    if line:
        names = {*line[1].split(", "), name}
        ordered = ", ".join(sorted(names, key=lambda each: (not each[0].isupper(), each)))
        return text[: line.start(1)] + ordered + text[line.end(1) :]
    ours = [*re.finditer(r"^from (bot\S*) import .+\n", text, re.M)]
    if not ours:
        raise NotWritten(f"no import beside which to import {module}")
    after = next((each for each in ours if each[1] > module), None)
    at = after.start() if after else ours[-1].end()
    return f"{text[:at]}from {module} import {name}\n{text[at:]}"
