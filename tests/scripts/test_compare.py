"""benchmarks/compare.py: what the table says of measured rounds."""

from __future__ import annotations

from benchmarks import compare


def test_the_ratio_is_above_one_where_the_second_tree_is_the_better_one() -> None:
    before, after = {"cpu_ms": 30.0, "rate": 50.0}, {"cpu_ms": 20.0, "rate": 60.0}
    lines = compare.table([(before, after), (before, before), (after, before)]).splitlines()
    assert (
        lines[2]
        == "| processor time for a message, ms | 30.0 (20.0 to 30.0) | 30.0 (20.0 to 30.0) | 1.00 (0.67 to 1.50) |"
    )
    assert lines[3].endswith("| 1.00 (0.83 to 1.20) |")
