from bot.grid.suspects import Suspects
from tests.grid.networks import gasp, locator


def test_a_meter_that_contradicts_two_outages_is_suspected() -> None:
    """Registered below U1T1, fed from U3T2: it stays lit when the first is dark and goes dark with the second."""
    of = locator()
    suspects = Suspects(of.tree)
    gasp(of, "U1T1", range(8), 100)
    of.evidence.ping("U1T1M9", True, 200)
    of.evidence.ping("U1T1M8", False, 200)
    of.evidence.ping("U1T1M7", False, 200)
    suspects.note(of.tick(240).outages, of.evidence)
    of.closed("U1T1", 1000)
    gasp(of, "U3T2", range(8), 5000)
    gasp(of, "U1T1", range(9, 10), 5000)
    suspects.note(of.tick(5120).outages, of.evidence)
    (suspect,) = suspects.list()
    assert (suspect.meter, suspect.contradictions, suspect.seen_with) == ("U1T1M9", 2, "U3T2")
    assert suspects.list(at_least=3) == []
