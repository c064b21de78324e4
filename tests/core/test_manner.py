"""What comes with a message about its channel."""

from bot.core.manner import Manner


def test_an_answer_that_is_missing_is_no_and_one_that_is_unknown_is_left() -> None:
    assert Manner.of({}) == Manner()
    assert Manner.of({"spoken": True, "of_a_newer_gateway": True}) == Manner(spoken=True)


def test_only_yes_is_yes() -> None:
    assert Manner.of({"spoken": "false", "texts": 1, "short": None}) == Manner()
