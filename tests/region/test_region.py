from __future__ import annotations

import pytest

from bot.region import region
from bot.region.region import RegionError


def test_every_safety_script_is_short_first_words_in_two_forms() -> None:
    scripts = region.load("bayannur").safety
    assert set(scripts) == {
        "line_down", "pole_down", "shock", "leakage", "fire", "smoke", "spark", "flood", "life_support",
        "object_on_line", "gas", "trapped",
    }  # fmt: skip
    for script in scripts.values():
        assert script.text and script.spoken and script.source
        assert not any(c.isdigit() for c in script.spoken)


def test_every_application_runs_on_a_clock_and_ends_somewhere() -> None:
    here = region.load("bayannur")
    for business, needs in here.documents.items():
        assert needs.commitment in here.commitments, business
        assert needs.finish in {"visit", "counter", "app"}


def test_a_commitment_has_one_duration() -> None:
    for clock in region.load("bayannur").commitments.values():
        assert (clock.working_days is None) != (clock.span is None)


def test_whose_business_something_is() -> None:
    here = region.load("bayannur")
    assert here.owner_of("我家停水了") == "当地供水公司"
    assert here.owner_of("讲个笑话") is None


def test_an_unknown_region_is_refused_by_name() -> None:
    with pytest.raises(RegionError, match="atlantis"):
        region.load("atlantis")
