"""Tables of values as one text: 「words=value」 joined by │; an empty value means that nothing is read."""

from __future__ import annotations


def rows(table: str) -> list[tuple[str, str | None]]:
    """(words, value) for each."""
    cells = [cell.partition("=") for line in table.splitlines() for cell in line.split("|") if cell.strip()]
    return [(words.strip(), value.strip() or None) for words, _, value in cells]
