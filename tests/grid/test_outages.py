from bot.grid.locator import Locator
from bot.grid.outages import FoundOutage, OutageStage, Register
from tests.grid.networks import back, gasp, locator

ALL = range(10)
LINE = ("U1T1", "U1T2", "U1T3")


def watched() -> tuple[Locator, Register]:
    of = locator()
    return of, Register(of.tree, of.evidence)


def tick(of: Locator, register: Register, at: float, *, dark: str = "") -> None:
    """A minute goes by; where some place is dark, the meters that are asked answer by it."""
    picture = of.tick(at)
    register.update(picture.outages, at)
    for meter in picture.ask if dark else ():
        of.evidence.ping(meter, not meter.startswith(dark), at + 10)


def words(outage: FoundOutage) -> list[str]:
    return [each.what for each in outage.history]


def test_an_outage_lives_from_suspected_to_closed_under_one_id() -> None:
    of, register = watched()
    gasp(of, "U1T1", range(5), 100)
    tick(of, register, 180, dark="U1T1")
    tick(of, register, 240, dark="U1T1")
    tick(of, register, 300)
    of.closed("U1T1", 1000)
    register.closed("U1T1", 1000)
    tick(of, register, 1060)
    back(of, "U1T1", ALL, 1001)
    tick(of, register, 1120)
    (outage,) = register.outages.values()
    register.archive(outage.id, 2000)
    assert words(outage) == ["suspected", "confirmed", "restoring", "verified", "closed"]
    assert outage.ordered and outage.notified


def test_ids_below_a_device_that_is_named_later_go_into_the_oldest() -> None:
    of, register = watched()
    gasp(of, "U1T1", range(6), 100)
    tick(of, register, 150)
    gasp(of, "U1T2", range(6), 101, late=100)
    gasp(of, "U1T3", range(6), 101, late=160)
    tick(of, register, 270)
    (outage,) = register.open()
    assert (outage.id, outage.device) == ("G1", "U1")
    assert all(register.current(id) is outage for id in register.outages)


def test_what_stays_dark_is_a_child_that_opens_the_restored_one_again() -> None:
    of, register = watched()
    for transformer in LINE:
        gasp(of, transformer, range(7), 100)
    tick(of, register, 180)
    of.closed("U1", 1000)
    register.closed("U1", 1000)
    for transformer in LINE[:2]:
        back(of, transformer, ALL, 1000)
    for minute in range(5):
        picture = of.tick(1100 + 60 * minute)
        register.update(picture.outages, picture.at)
        for meter in picture.ask:
            of.evidence.ping(meter, not meter.startswith("U1T3"), picture.at + 10)
    parent, child = register.outages.values()
    assert (child.device, child.parent) == ("U1T3", parent.id)
    assert "split" in words(parent)
    assert register.covering("U1T3M4") is child and register.covering("U1T1M4") is None


def test_a_wrong_one_is_withdrawn() -> None:
    of, register = watched()
    gasp(of, "U1T1", range(3), 100)
    tick(of, register, 150)
    (outage,) = register.open()
    for home in ALL:
        of.evidence.ping(f"U1T1M{home}", True, 200)
    outage.p = 0.2
    tick(of, register, 260)
    assert outage.stage in (OutageStage.WITHDRAWN, OutageStage.VERIFIED) and register.open() == []


def test_a_closing_alone_verifies_nothing() -> None:
    of, register = watched()
    gasp(of, "U1T1", range(6), 100)
    tick(of, register, 180)
    of.closed("U1T1", 1000)
    register.closed("U1T1", 1000)
    of.evidence.power_on("U1T1M1", 1001, 1005)
    tick(of, register, 1120)
    (outage,) = register.outages.values()
    assert outage.stage is OutageStage.RESTORING, "one meter that speaks closes nothing"


def test_a_register_goes_on_with_the_outages_of_before() -> None:
    of, register = watched()
    gasp(of, "U1T1", range(6), 100)
    tick(of, register, 180)
    again = Register(of.tree, of.evidence, register.open(), register.last)
    gasp(of, "U2T1", range(6), 400)
    tick(of, again, 500)
    assert [(each.id, each.device) for each in again.open()] == [("G1", "U1T1"), ("G2", "U2T1")]
