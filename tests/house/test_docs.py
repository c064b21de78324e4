"""What the documents name exists: commands, links, paths."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.house.house import ROOT, files, place, report

MADE = (
    "var/",
    ".run",
    ".venv",
    "bot/engine/.venv",
    "models",
    "web/dist",
    "web/node_modules",
)  # not in the tree
LONGEST_ENTRY = 120  # characters
LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)")
QUOTED = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"\bmake ([a-z][a-z0-9-]*)")
MODULE = re.compile(r"python -m ((?:scripts|backend|bot|benchmarks)[\w.]*)")


def documents() -> list[Path]:
    return [path for path in files("*.md") if "node_modules" not in path.parts]


def targets() -> set[str]:
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([a-z][a-z0-9-]*):", line) for line in lines)
    return {match[1] for match in found if match}


def code(text: str) -> str:
    """What stands in backticks and fences."""
    fences = re.findall(r"^```.*?^```", text, re.S | re.M)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    return "\n".join([*fences, *QUOTED.findall(prose)])


@cache
def roots() -> set[str]:
    return {path.relative_to(ROOT).parts[0] for path in files("*")}


def paths(text: str) -> Iterator[str]:
    """Words in backticks that look like a path of the repository; patterns and placeholders are left out."""
    for quoted in QUOTED.findall(re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)):
        first = quoted.split("/")[0]
        looks = "/" in quoted and first in roots() and not quoted.startswith(MADE)
        if looks and re.fullmatch(r"[\w./-]+", quoted):
            yield quoted


def exists(path: str) -> bool:
    return (ROOT / path).exists() or any((ROOT / path).parent.glob(f"{Path(path).name}.*"))


def unknown_commands(text: str) -> list[str]:
    return sorted(set(COMMAND.findall(code(text))) - targets())


def unknown_modules(text: str) -> list[str]:
    found = {name.replace(".", "/") for name in MODULE.findall(text)}
    return sorted(
        m for m in found if not (ROOT / f"{m}.py").exists() and not (ROOT / m / "__main__.py").exists()
    )


def test_every_command_in_the_documents_exists() -> None:
    findings = []
    for path in documents():
        text = path.read_text(encoding="utf-8")
        findings += [f"{place(path)} make {name} is no target" for name in unknown_commands(text)]
        findings += [f"{place(path)} {name} cannot be run" for name in unknown_modules(text)]
    report(findings)


def test_every_link_leads_to_a_file() -> None:
    findings = []
    for path in documents():
        for link in LINK.findall(path.read_text(encoding="utf-8")):
            outside = re.match(r"[a-z]+:", link)
            if not outside and not (path.parent / link).exists():
                findings.append(f"{place(path)} {link} does not exist")
    report(findings)


def test_every_path_in_the_documents_exists() -> None:
    report(
        [
            f"{place(path)} {name} does not exist"
            for path in documents()
            for name in paths(path.read_text(encoding="utf-8"))
            if not exists(name)
        ]
    )


def test_the_changelog_has_dated_versions_and_short_entries() -> None:
    path = ROOT / "CHANGELOG.md"
    text = path.read_text(encoding="utf-8")
    heads = re.findall(r"^## (.+)$", text, re.M)
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    assert version and heads[0] == "Unreleased" and heads[1].startswith(f"{version[1]} – ")
    assert (ROOT / "docs" / "releases" / f"{version[1]}.md").exists()
    findings = [f"{head} has no date" for head in heads[1:] if not re.search(r" – \d{4}-\d\d-\d\d$", head)]
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST_ENTRY:
            findings.append(
                f"{place(path, number)} is longer than {LONGEST_ENTRY}: the long story is in docs"
            )
        if line.startswith("  "):
            findings.append(f"{place(path, number)} goes on over a second line")
    report(findings)


def test_a_newcomers_page_is_one_page() -> None:
    pages = (ROOT / "README.md", ROOT / "README.zh.md")
    report(
        [f"{place(p)} is longer than a page" for p in pages if len(p.read_text("utf-8").splitlines()) > 60]
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("run `make up`", []),
        ("run `make coffee`", ["coffee"]),
        ("we make coffee", []),
        ("```\nmake tea\n```", ["tea"]),
    ],
)
def test_only_commands_in_code_count(text: str, found: list[str]) -> None:
    assert unknown_commands(text) == found


def test_a_path_is_told_from_other_words_with_a_slash() -> None:
    text = "`bot/core/danger.py` `web/dist/widget` `POST /turns` `data/nlu/<name>.yml` `bot/gone.py` `and/or`"
    assert list(paths(text)) == ["bot/core/danger.py", "bot/gone.py"]
    assert [name for name in paths(text) if not exists(name)] == ["bot/gone.py"]


@pytest.mark.parametrize(("page", "letter", "rows"), [("reliability", "F", 29), ("threats", "T", 22)])
def test_every_row_of_a_matrix_names_tests_that_exist_or_its_reason(
    page: str, letter: str, rows: int
) -> None:
    told = (ROOT / f"docs/{page}.md").read_text(encoding="utf-8")
    known = set(
        re.findall(
            r"def (test_\w+)",
            "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "tests").rglob("test_*.py")),
        )
    )
    known |= set(
        re.findall(r"def (test_\w+)", (ROOT / "tests/channels/conftest.py").read_text(encoding="utf-8"))
    )
    named = set(re.findall(r"`(test_\w+)`", told))
    assert named and not named - known
    lines = {
        int(number): line for number, line in re.findall(rf"^\| {letter}(\d+) (.*)$", told, re.MULTILINE)
    }
    assert lines.keys() == set(range(1, rows + 1))
    for number, line in lines.items():
        assert "`test_" in line or "| outside |" in line, f"{letter}{number}"
