"""The tree names nobody, nothing of this machine, and keeps customers' wording in data/."""

import ast
import re
from pathlib import Path

from tests.house.house import ROOT, files, parsed, place, report

TEXT = {
    ".py",
    ".yml",
    ".yaml",
    ".md",
    ".ts",
    ".html",
    ".css",
    ".json",
    ".toml",
    ".lock",
    ".jsonl",
    ".tsv",
    ".sh",
    "",
}
CJK = re.compile(r"[\u4e00-\u9fff]")
# A made-up number shows it: a run of four equal or of four counting digits.
MADE_UP = re.compile(r"(\d)\1{3}|0123|1234|2345|3456|4567|5678|6789|9876|8765|7654|6543|5432|4321")
PHONE = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
ID_CARD = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?!\d)")
NEVER_ISSUED = "000"  # serial numbers of a day and place begin at 001
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{36}\b")
FOREIGN = re.compile(
    r"\.\./shared|\.library\b|/work/|/root/|pypi\.org|npmjs\.org|pythonhosted|deb\.debian\.org"
)


def lines(*patterns: str) -> list[tuple[Path, int, str]]:
    found = []
    for path in files(*patterns):
        if path.suffix in TEXT and path != Path(__file__):
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [(path, number, line) for number, line in enumerate(text.splitlines(), 1)]
    return found


def test_no_real_looking_person_and_no_secret_is_in_the_tree() -> None:
    findings = []
    for path, number, line in lines("*"):
        if path.name.endswith((".lock", "package-lock.json")):
            continue
        for match in PHONE.findall(line):
            if not MADE_UP.search(re.sub(r"\D", "", match)):
                findings.append(f"{place(path, number)} a phone number that looks real: {match[:3]}…")
        for match in ID_CARD.findall(line):
            if match[14:17] != NEVER_ISSUED and not MADE_UP.search(match):
                findings.append(f"{place(path, number)} an identity number that looks real: {match[:6]}…")
        if SECRET.search(line):
            findings.append(f"{place(path, number)} something like a secret")
    report(findings)


def test_nothing_points_outside_the_project() -> None:
    report(
        [
            f"{place(path, number)} {line.strip()[:80]}"
            for path, number, line in lines("*")
            if FOREIGN.search(line)
        ]
    )


def test_customers_wording_lives_in_data_and_not_in_python() -> None:
    findings = []
    for path in files(
        "actions/*.py", "bot/gateway/*.py", "bot/channels/*.py", "bot/adapters/*.py", "bot/region/*.py"
    ):
        tree = parsed(path)
        docs = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        strings = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
        findings += [
            f"{place(path, node.lineno)} {node.value[:40]}"
            for node in strings
            if id(node) not in docs and CJK.search(node.value)
        ]
    report(findings)


def test_every_setting_is_documented() -> None:
    known = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    used: dict[str, str] = {}
    for path, number, line in lines("bot/*.py", "actions/*.py", "backend/*.py", "scripts/*.py"):
        for name in re.findall(r"\bGRIDCARE_[A-Z]+(?:_[A-Z]+)*\b", line):
            used.setdefault(name, place(path, number))
    report(
        [
            f"{at} {name} is not in docs/operations.md"
            for name, at in sorted(used.items())
            if name not in known
        ]
    )
