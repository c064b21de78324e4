"""What the processes run on: locked by hash, small in production, and under licences that may be handed on."""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

from tests.house.house import ROOT, files, imports, place, report

LOCKS = ROOT / "requirements"
OWN = ("actions", "backend", "bot", "demo", "scripts")

ALLOWED = {
    *(
        "0bsd",
        "apache-2.0",
        "bsd-2-clause",
        "bsd-3-clause",
        "cc0-1.0",
        "isc",
        "mit",
        "mit-0",
        "mit-cmu",
        "psf-2.0",
    ),
    *("tcl", "unlicense", "zlib"),
    "mpl-2.0",  # binds only changes of its own files
    # As older packages say it.
    *(
        "apache 2",
        "apache 2.0",
        "apache license 2.0",
        "apache software license",
        "bsd",
        "bsd license",
        "dfsg approved",
    ),
    *("isc license (iscl)", "mit license", "mozilla public license 2.0 (mpl 2.0)", "public domain"),
    *("python software foundation license", "apache licensed, as found in the license file"),
}
EXCEPTIONS = {
    # LGPL: used unchanged and as a library of its own (NOTICE).
    "psycopg": "lgpl-3.0-only",
    "psycopg-binary": "lgpl-3.0-only",
    "psycopg2-binary": "gnu library or lesser general public license (lgpl)",
    # MIT, in a field of its package.json that npm no longer reads.
    "xmlhttprequest-ssl": "none",
}


def pins(lock: str) -> dict[str, str]:
    """Version by name, as the lock has it for any platform."""
    text = (LOCKS / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^ ;]+)", text, re.M))


def web_packages() -> dict[str, str]:
    """Licence by name of what the pages and their tools are made of."""
    lock = json.loads((ROOT / "web/package-lock.json").read_text(encoding="utf-8"))
    return {
        name.rpartition("node_modules/")[2]: package.get("license", "none")
        for name, package in lock["packages"].items()
        if "node_modules/" in name and not package.get("link")
    }


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def installed(environment: Path) -> dict[str, Distribution]:
    """What stands in an environment, by name."""
    places = [str(path) for path in environment.glob("lib/python*/site-packages")]
    return {normal(each.metadata["Name"]): each for each in distributions(path=places)}


def licences(text: str) -> list[list[str]]:
    """Of an expression, what all must hold; of each the choices."""
    terms = re.split(r"\s+and\s+", re.sub(r"[()]", "", text.lower()))
    return [[choice.strip() for choice in re.split(r"\s+or\s+", term)] for term in terms]


def said(of: Distribution) -> list[list[str]]:
    """What a package says of its licence: the expression, else its classifiers, else the first line of the text."""
    if expression := of.metadata.get("License-Expression"):
        return licences(expression)
    classified = [
        each.split(" :: ")[-1].lower()
        for each in of.metadata.get_all("Classifier") or ()
        if each.startswith("License :: ") and each != "License :: OSI Approved"
    ]
    if classified:
        return [[each] for each in classified]
    text = (of.metadata.get("License") or "none").strip().splitlines()[0].rstrip(". ")
    return licences(text)


def forbidden(name: str, terms: list[list[str]]) -> list[str]:
    known = ALLOWED | {EXCEPTIONS.get(name, "")}
    return [" or ".join(choices) for choices in terms if not known.intersection(choices)]


@pytest.mark.parametrize(
    ("lock", "environment", "core"),
    [("dev.lock", ".venv", "fastapi"), ("engine-dev.lock", "bot/engine/.venv", "rasa")],
)
def test_what_is_locked_may_be_handed_on(lock: str, environment: str, core: str) -> None:
    here, findings = installed(ROOT / environment), []
    checked = pins(lock).keys() & here.keys()  # some are for other systems only
    assert core in checked
    for name in sorted(checked):
        findings += [f"{lock} {name} is under {each}" for each in forbidden(name, said(here[name]))]
    report(findings)


def test_what_the_pages_are_made_of_may_be_handed_on() -> None:
    report(
        [
            f"{name} is under {each}"
            for name, licence in web_packages().items()
            for each in forbidden(name, licences(licence))
        ]
    )


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("MIT", []),
        ("MIT AND GPL-3.0-or-later", ["gpl-3.0-or-later"]),
        ("(GPL-2.0-only OR BSD-3-Clause)", []),
        ("Apache-2.0 WITH LLVM-exception", ["apache-2.0 with llvm-exception"]),
        ("AGPL-3.0", ["agpl-3.0"]),
        ("none", ["none"]),
    ],
)
def test_a_licence_that_is_not_on_the_list_is_found(text: str, refused: list[str]) -> None:
    assert forbidden("some-package", licences(text)) == refused


def test_every_exception_is_still_needed() -> None:
    assert (
        EXCEPTIONS.keys() <= pins("dev.lock").keys() | pins("engine-dev.lock").keys() | web_packages().keys()
    )


@pytest.mark.parametrize(
    ("lock", "of"),
    [("services.lock", "dev.lock"), ("actions.lock", "dev.lock"), ("engine.lock", "engine-dev.lock")],
)
def test_production_runs_the_versions_that_were_tested_without_the_tools(lock: str, of: str) -> None:
    assert pins(lock).items() < pins(of).items()
    assert not pins(lock).keys() & {"pytest", "hypothesis", "mypy", "ruff", "mutmut"}


def test_gateway_and_company_need_nothing_of_the_action_server() -> None:
    assert pins("services.lock").items() < pins("actions.lock").items()
    assert not pins("services.lock").keys() & {"rasa-sdk", "sanic"}


@pytest.mark.parametrize(
    ("lock", "patterns"),
    [
        ("services.lock", ("bot/*.py", "backend/*.py", ":!bot/engine/*", ":!bot/actionserver.py")),
        ("actions.lock", ("bot/actionserver.py", "actions/*.py")),
    ],
)
def test_a_process_imports_only_what_its_lock_holds(lock: str, patterns: tuple[str, ...]) -> None:
    held = set()
    for name, of in installed(ROOT / ".venv").items():
        if name in pins(lock):
            held |= {path.parts[0].removesuffix(".py").split(".")[0] for path in of.files or ()}
    report(
        [
            f"{place(each.path, each.line)} {each.module} is not in {lock}"
            for each in imports(*patterns)
            if each.module.split(".")[0] not in {*OWN, *sys.stdlib_module_names, *held}
        ]
    )


def test_the_locks_name_no_squatted_model_package_and_hash_everything() -> None:
    findings = []
    for lock in files("requirements/*.lock"):
        text = lock.read_text(encoding="utf-8")
        findings += [
            f"{place(lock)} holds {n}" for n in re.findall(r"^\w+[-_]core[-_](?:web|news)\S*", text, re.M)
        ]
        findings += [f"{place(lock)} names an address" for _ in re.findall(r"https?://|file:|^-", text, re.M)]
        for requirement in re.split(r"\n(?=[a-zA-Z0-9])", text):
            if "==" in requirement.split("\n")[0] and "--hash=sha256:" not in requirement:
                findings.append(f"{place(lock)} {requirement.split()[0]} has no hash")
    report(findings)
