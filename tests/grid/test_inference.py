from bot.grid.locator import Locator
from tests.grid.networks import back, gasp, locator, named

ALL = range(10)


def test_homes_of_one_transformer_name_it() -> None:
    of = locator()
    gasp(of, "U1T1", range(6), 100)
    (found,) = of.tick(180).outages
    assert found.device == "U1T1" and found.p > 0.9
    assert (found.reasons.gasps, found.reasons.homes, found.reasons.cells_reporting) == (6, 10, 1)
    assert found.reasons.runner_up in ("U1", "U1T1B1", "U1T1B2")


def test_transformers_of_one_moment_name_the_device_above() -> None:
    of = locator()
    for transformer in ("U2T1", "U2T2", "U3T1", "U3T2", "U3T3"):
        gasp(of, transformer, range(5), 100)
    assert named(of.tick(180)) == {"W"}, "and the silent one hangs on a deaf concentrator"


def test_two_moments_are_two_outages() -> None:
    of = locator()
    gasp(of, "U1T1", range(6), 100)
    gasp(of, "U1T2", range(6), 700)
    assert named(of.tick(900)) == {"U1T1", "U1T2"}


def test_calls_alone_name_a_transformer() -> None:
    of = locator()
    for n, home in enumerate((1, 2, 5, 6, 8)):
        of.evidence.call(f"U3T2M{home}", 100 + 60 * n)
    assert named(of.tick(600)) == {"U3T2"}


def test_a_momentary_opening_is_no_outage() -> None:
    of = locator()
    for transformer in ("U1T1", "U1T2", "U1T3", "U2T1", "U2T2", "U3T1", "U3T3"):
        gasp(of, transformer, range(1), 100)
        gasp(of, transformer, range(1, 3), 101)
        back(of, transformer, range(2, 3), 104)
    picture = of.tick(400)
    assert named(picture) == set()
    assert [each.device for each in picture.blinked] in (["F"], ["S"])


def test_a_call_from_a_home_with_power_is_a_fault_indoors() -> None:
    of = locator()
    of.evidence.call("U1T1M3", 100)
    of.evidence.ping("U1T1M3", True, 150)
    picture = of.tick(180)
    assert named(picture) == set() and picture.behind_meter == ("U1T1M3",)


def test_what_is_planned_explains_what_is_heard_below_it() -> None:
    of = locator()
    of.evidence.explain("U1", 0, 10_000)
    gasp(of, "U1T1", ALL, 100)
    of.evidence.call("U1T2M1", 300)
    gasp(of, "U2T1", range(6), 100)
    picture = of.tick(400)
    assert named(picture) == {"U2T1"}
    assert not any(meter.startswith("U1") for meter in picture.ask)


def test_what_is_planned_for_tomorrow_explains_nothing_today() -> None:
    of = locator()
    gasp(of, "U1T1", range(7), 100)
    of.evidence.explain("U2", 90_000, 100_000)
    assert named(of.tick(180)) == {"U1T1"}


def test_one_meter_that_answers_is_no_veto() -> None:
    of = locator()
    gasp(of, "U1T1", range(7), 100)
    of.evidence.ping("U1T1M9", True, 200)
    assert named(of.tick(240)) == {"U1T1"}


def test_many_meters_that_answer_take_the_device_off_the_list() -> None:
    of = locator()
    for n, home in enumerate((1, 2, 5, 6, 8)):
        of.evidence.call(f"U3T2M{home}", 100 + 60 * n)
    (before,) = of.tick(600).outages
    for home in (0, 3, 4, 7, 9, 1, 2):
        of.evidence.ping(f"U3T2M{home}", True, 610)
    assert before.device == "U3T2" and before.reasons.undone_by <= 7
    assert named(of.tick(660)) == set()


def test_what_stays_dark_below_a_closed_device_is_found() -> None:
    """Nested: the fuse had opened before the feeder, and was hidden by it."""
    of = locator()
    gasp(of, "U2T1", range(7), 40)
    gasp(of, "U2T2", range(7), 40)
    gasp(of, "U2T3", range(7), 40)
    of.tick(60)
    for transformer in ("U1T1", "U1T2", "U1T3", "U3T1", "U3T2", "U3T3"):
        gasp(of, transformer, range(7), 400)
    assert named(of.tick(480)) == {"F"} or named(of.tick(540)) == {"F"}
    of.closed("F", 2000)
    for transformer in ("U1T1", "U1T2", "U1T3", "U3T1", "U3T2", "U3T3"):
        back(of, transformer, range(7), 2000)
    for minute in range(4):
        picture = of.tick(2100 + 60 * minute)
        for meter in picture.ask:
            of.evidence.ping(meter, not meter.startswith("U2"), 2110 + 60 * minute)
    assert named(of.tick(2400)) == {"U2"}


def test_late_and_repeated_reports_count_once_at_their_own_time() -> None:
    def heard(order: list[int]) -> Locator:
        of = locator()
        for home in order:
            of.evidence.last_gasp(f"U1T1M{home}", 100.0, 160.0)
        return of

    once, again = heard([1, 2, 3, 4]).tick(240), heard([4, 1, 1, 3, 2, 4]).tick(240)
    assert [(f.device, f.p, f.reasons.gasps) for f in once.outages] == [
        (f.device, f.p, f.reasons.gasps) for f in again.outages
    ]


def test_meters_are_asked_where_it_decides() -> None:
    of = locator()
    of.evidence.call("U1T1M3", 100)
    asked = set(of.tick(160).ask)
    assert "U1T1M3" in asked and any(meter.startswith("U1T1") for meter in asked - {"U1T1M3"})
    assert not asked & set(of.tick(220).ask), "the same meter is not asked again at once"
