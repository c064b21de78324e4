"""What the scaffold makes is complete: in a copy of the tree the house tests and its own pass, and few files that others
share are edited."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.scaffold.__main__ import main
from tests.house.house import ROOT, files

# Forty sentences of a wish that nobody has yet: what a village asks about the company's public holidays.
WHO = ("你们", "供电所", "电业局", "咱这儿供电的", "你们单位")
WHAT = ("中秋放几天假", "国庆值班不值班", "过年那几天有人上班没", "元旦歇不歇", "清明几号收假", "端午开门营业吗",
        "五一轮休咋安排", "腊月二十三还干活不")  # fmt: skip
SENTENCES = tuple(f"{who}{what}" for who, what in ((WHO[i % 5], WHAT[i % 8]) for i in range(40)))


PYTHON = Path(sys.executable)
NAMES = ["tests/house/test_registry.py", "tests/house/test_training_data.py::test_every_intent_has_at_least_forty_sentences",
         "tests/house/test_training_data.py::test_no_sentence_of_the_frozen_test_is_in_the_training_data"]  # fmt: skip
HOUSE = ["tests/house/test_imports.py", "tests/house/test_tree.py", "tests/house/test_docs.py"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the files that git tracks or would track, itself under git as the house tests want it."""
    return copied(tmp_path / "copy")


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for tests that change nothing."""
    return copied(tmp_path_factory.mktemp("untouched") / "copy")


def copied(root: Path) -> Path:
    for path in files("*"):
        target = root / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(
        root,
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@example.com",
        "commit",
        "-q",
        "--no-verify",
        "-m",
        "before",
    )
    return root


@pytest.fixture
def sentences(tmp_path: Path) -> str:
    file = tmp_path / "sentences.txt"
    file.write_text("\n".join(SENTENCES), encoding="utf-8")
    return str(file)


def git(root: Path, *command: str) -> str:
    return subprocess.run(["git", *command], cwd=root, check=True, capture_output=True, text=True).stdout


def edited(root: Path) -> set[str]:
    """The files that were there before and are not as they were."""
    return {line[3:] for line in git(root, "status", "--porcelain").splitlines() if line.startswith(" M ")}


def check(root: Path, *tests: str) -> None:
    """The house tests and these pass in the copy, and the linter has nothing to say of what is new."""
    written = [line[3:] for line in git(root, "status", "--porcelain", "-uall").splitlines()]
    python = [path for path in written if path.endswith(".py")]
    ruff = str(PYTHON.parent / "ruff")
    commands = [[ruff, "check", *python], [ruff, "format", "--check", *python]] if python else []
    commands.append([str(PYTHON), "-m", "pytest", "-p", "no:cacheprovider", *HOUSE, *tests])
    for command in commands:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["capability", "action"])
def test_a_capability_stands_in_every_place_and_edits_two_shared_files(
    copy: Path, sentences: str, kind: str
) -> None:
    wanted = [
        "query_office_days",
        "--wish",
        "问放假安排",
        "--answer",
        "放假安排看公告，我帮您问。",
        sentences,
    ]
    assert main([kind, *wanted], copy) == 0
    assert edited(copy) == {"domain.yml", "data/dialogue/names.yml"}
    check(copy, *NAMES)


@pytest.mark.slow
def test_a_channel_works_and_edits_one_shared_file(copy: Path) -> None:
    assert main(["channel", "crew_pager", "--about", "The pagers of the crews"], copy) == 0
    assert edited(copy) == {"bot/channels/registry.py"}
    check(copy, "tests/channels/test_crew_pager.py", "tests/channels/test_seam.py")


@pytest.mark.slow
@pytest.mark.parametrize("when", [["--at", "03:30", "--once-in-cluster"], ["--every", "60"]])
def test_a_job_is_done_and_edits_one_shared_file(copy: Path, when: list[str]) -> None:
    assert main(["job", "late_visits", "--about", "Ends visits that are over", *when], copy) == 0
    assert edited(copy) == {"bot/gateway/duties.py"}
    check(copy, "tests/gateway/test_late_visits.py")


@pytest.mark.slow
def test_a_consumer_of_events_works_and_edits_one_shared_file(copy: Path) -> None:
    assert main(["event", "meter_alarms", "--about", "Alarms of the meters"], copy) == 0
    assert edited(copy) == {"bot/events/registry.py"}
    check(copy, "tests/events/test_meter_alarms.py", "tests/events/test_runner.py")


RATE = ["--call", "services.rate", "--shape", "Rating", "--text", "您的评价已经记下。"]
URGE = [
    "--call",
    "orders.report_fault",
    "--shape",
    "FaultReport",
    "--number",
    "order.order_no",
    "--text",
    "已经记下，{order_no}。",
]


@pytest.mark.slow
@pytest.mark.parametrize("wanted", [RATE, URGE])
def test_a_kept_write_is_told_and_edits_two_shared_files(copy: Path, wanted: list[str]) -> None:
    assert main(["write", "note_lamp", *wanted], copy) == 0
    assert edited(copy) == {"bot/gateway/turns/operations.py", "data/gateway/texts.yml"}
    check(copy, "tests/gateway/test_operations.py")


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (
            ["action", "query_arrears", "--wish", "查欠费", "--answer", "好的。", "SENTENCES"],
            "exists already",
        ),
        (["action", "Arrears", "--wish", "查欠费", "--answer", "好的。", "SENTENCES"], "lower case"),
        (["channel", "web", "--about", "The web again"], "exists already"),
        (["channel", "Crew-Pager", "--about", "Pagers"], "no name of a channel"),
        (["event", "facts", "--about", "The facts again"], "exists already"),
        (["job", "job", "--about", "A job", "--every", "1"], "exists already"),
        (["write", "invoice", *RATE], "there is a write invoice already"),
        (["write", "note_lamp", *RATE, "--number", "order_no"], "only then"),
    ],
)
def test_what_cannot_be_written_leaves_everything_as_it_was(
    untouched: Path, sentences: str, wanted: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([sentences if each == "SENTENCES" else each for each in wanted], untouched) == 1
    assert why in capsys.readouterr().err
    assert git(untouched, "status", "--porcelain") == ""
