"""What the scaffold makes is complete: in a copy of the tree the house tests of names and sentences pass with it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.scaffold import Capability, NotWritten, scaffold
from tests.house.house import ROOT, files

# Forty sentences of a wish that nobody has yet: what a village asks about the company's public holidays.
WHO = ("你们", "供电所", "电业局", "咱这儿供电的", "你们单位")
WHAT = ("中秋放几天假", "国庆值班不值班", "过年那几天有人上班没", "元旦歇不歇", "清明几号收假", "端午开门营业吗",
        "五一轮休咋安排", "腊月二十三还干活不")  # fmt: skip
SENTENCES = tuple(f"{who}{what}" for who, what in ((WHO[i % 5], WHAT[i % 8]) for i in range(40)))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the files that git tracks or would track, itself under git as the house tests want it."""
    for path in files("*"):
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("own_action", [False, True])
def test_a_scaffolded_capability_stands_in_every_place(copy: Path, own_action: bool) -> None:
    what = Capability("query_office_days", "问放假安排", "放假安排看公告，我帮您问。", SENTENCES, own_action)
    scaffold(what, copy)
    checks = ["tests/house/test_registry.py", "tests/house/test_imports.py",
              "tests/house/test_training_data.py::test_every_intent_has_at_least_forty_sentences",
              "tests/house/test_training_data.py::test_no_sentence_of_the_frozen_test_is_in_the_training_data"]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *checks],
        cwd=copy,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_name_that_exists_is_not_written_over(copy: Path) -> None:
    before = (copy / "domain.yml").read_text(encoding="utf-8")
    with pytest.raises(NotWritten, match="exists already"):
        scaffold(Capability("query_arrears", "查欠费", "好的。", SENTENCES), copy)
    assert (copy / "domain.yml").read_text(encoding="utf-8") == before


def test_a_name_out_of_style_is_refused(copy: Path) -> None:
    with pytest.raises(NotWritten, match="lower case"):
        scaffold(Capability("Arrears", "查欠费", "好的。", SENTENCES), copy)
