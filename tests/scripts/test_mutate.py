"""What `make mutate` counts, and that it still finds what it is to change."""

import fnmatch
import json
from pathlib import Path

import pytest

from scripts import mutate
from scripts.mutate import ROOT, SETS
from tests.house.house import files, place


@pytest.mark.parametrize("name", SETS)
def test_every_pattern_of_a_set_names_files_that_exist(name: str) -> None:
    tree = [place(path) for path in files("*.py")]
    assert [pattern for pattern in SETS[name].files if not fnmatch.filter(tree, pattern)] == []
    assert all((ROOT / tests).is_dir() for tests in SETS[name].tests)


def test_a_change_counts_as_noticed_when_a_test_failed_or_never_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = {"failed": 1, "without end": -24, "survived": 0, "no test": 33, "not drawn": None}
    module = tmp_path / "mutants/bot/core/queue.py.meta"
    module.parent.mkdir(parents=True)
    module.write_text(json.dumps({"exit_code_by_key": results}), encoding="utf-8")
    (module.parent / "empty.py.meta").write_text('{"exit_code_by_key": {}}', encoding="utf-8")
    mutate._report(tmp_path)
    one, total = capsys.readouterr().out.splitlines()
    figures = "2 of 4 50.0% 1 endless, 1 survived, 1 untested"
    assert " ".join(one.split()) == f"bot/core/queue.py {figures}"
    assert " ".join(total.split()) == f"all {figures}"


def test_a_run_that_could_not_run_its_tests_gives_no_figure(tmp_path: Path) -> None:
    module = tmp_path / "mutants/queue.py.meta"
    module.parent.mkdir(parents=True)
    module.write_text('{"exit_code_by_key": {"broken": 255}}', encoding="utf-8")
    with pytest.raises(KeyError):
        mutate._report(tmp_path)
