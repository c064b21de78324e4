"""From meters and callers to one outage, to the next caller, to the end."""

from __future__ import annotations

from bot.ports.orders import FaultReport
from tests.backend import world
from tests.outages.conftest import Town

PLACE, ADDRESS = "金川小区", "临河区金川街道金川小区5号楼2单元301"
DARK_HOME = world.HOME


async def transformer_of(town: Town, account_no: str) -> str:
    """The transformer a report of the account is heard at."""
    located = await town.company.outages.locate(ADDRESS)
    assert located.certain
    return located.places[0].transformers[0]


async def report(town: Town, caller: int, address: str = ADDRESS) -> str:
    who = world.subject("L0", conversation=f"c-{caller}")
    told = FaultReport(
        "household", "家里没电了", address=f"{address[:-1]}{caller}", conversation=f"c-{caller}"
    )
    receipt = await town.company.orders.report_fault(who, told, f"k-{caller}")
    return receipt.order.order_no


async def test_gasps_and_three_calls_are_one_outage_that_the_fourth_caller_is_told(town: Town) -> None:
    transformer = await transformer_of(town, DARK_HOME)
    meters = town.meters(transformer)
    dark = set(meters)
    numbers = [await report(town, caller) for caller in (1, 2, 3)]
    await town.hear("power_down", *meters[: max(2, int(0.7 * len(meters)))])
    await town.minute()
    (kept,) = town.watch.outages()
    tree = town.watch.tree
    assert tree.is_below(tree.index[transformer], tree.index[kept.outage.device])
    assert "掉电上报" in kept.reason and "%" in kept.reason

    who = world.subject("L1", DARK_HOME, conversation="c-4")
    state = await town.company.outages.supply_state(who, DARK_HOME)
    (told,) = (each for each in state.outages if each.id == kept.outage.id)
    assert (told.status, told.certainty) == ("active", "suspected")
    for _ in range(3):
        await town.minute(dark)
    state = await town.company.outages.supply_state(who, DARK_HOME)
    (told,) = (each for each in state.outages if each.id == kept.outage.id)
    assert told.certainty == "confirmed" and told.crew

    orders = [
        await town.company.orders.order(world.subject("L0", conversation=f"c-{n}"), number)
        for n, number in zip((1, 2, 3), numbers, strict=True)
    ]
    assert {order.outage_id for order in orders} == {kept.outage.id}
    assert {order.crew for order in orders} == {told.crew}, "one crew for one cause"
    receipt = await town.company.orders.report_fault(
        who, FaultReport("household", "没电", account_no=DARK_HOME), "k-4"
    )
    assert not receipt.created and receipt.outage and receipt.outage.id == kept.outage.id

    await town.watch.hear([town.event("closed", f"device:{kept.outage.device}", 0)])
    await town.minute()
    assert kept.outage.stage == "restoring", "a closing alone verifies nothing"
    await town.hear("power_up", *meters, ago=30)
    for _ in range(2):
        await town.minute(set())
    state = await town.company.outages.supply_state(who, DARK_HOME)
    assert not any(each.id.startswith("G") for each in state.outages)
    first = await town.company.orders.order(world.subject("L0", conversation="c-1"), numbers[0])
    assert first.state == "restored"
    stages = ("suspected", "confirmed", "restoring", "verified")
    assert tuple(step.what for step in kept.outage.history if step.what in stages) == stages


async def test_a_restart_goes_on_with_the_same_outage(town: Town) -> None:
    transformer = await transformer_of(town, DARK_HOME)
    meters = town.meters(transformer)
    await town.hear("power_down", *meters)
    await town.minute()
    before = town.watch.outages()
    assert len(before) == 1
    again = town.another_watch()
    await again.open()
    town.watch = again
    await town.minute()
    after = again.outages()
    assert [(each.outage.id, each.outage.device) for each in after] == [
        (each.outage.id, each.outage.device) for each in before
    ]


async def test_an_event_counts_once_however_often_it_comes(town: Town) -> None:
    meters = town.meters(await transformer_of(town, DARK_HOME))
    event = town.event("power_down", f"meter:{meters[0]}")
    first, second = await town.watch.hear([event]), await town.watch.hear([event, event])
    assert (first.stored, second.stored, second.repeated) == (1, 0, 2)


async def test_what_cannot_be_an_event_of_this_network_is_refused(town: Town) -> None:
    meters = town.meters(await transformer_of(town, DARK_HOME))
    good = town.event("power_down", f"meter:{meters[0]}")
    told = [
        {"id": "x"},
        town.event("power_down", "meter:nobody"),
        town.event("power_down", f"meter:{meters[0]}", ago=-3600),
        town.event("temperature", f"meter:{meters[0]}"),
        good,
    ]
    taken = await town.watch.hear(told)
    assert taken.refused == ((0, "malformed"), (1, "unknown"), (2, "future"))
    assert (taken.ignored, taken.stored) == (1, 1)


async def test_a_planned_outage_and_a_cut_for_arrears_explain_what_is_heard(town: Town) -> None:
    active = [each for each in await town.company.outages.in_area(None, None) if each.status == "active"]
    transformer = active[0].transformers[0]
    await town.minute()
    await town.hear("power_down", *town.meters(transformer))
    await town.minute()
    assert town.watch.outages() == []


async def test_an_outage_taken_back_lets_its_reports_go(town: Town) -> None:
    transformer = await transformer_of(town, DARK_HOME)
    number = await report(town, 1)
    meters = town.meters(transformer)
    await town.hear("power_down", *meters[: len(meters) // 2 + 1])
    await town.minute()
    (kept,) = town.watch.outages()
    await town.hear("ping_reply", *meters, ago=0, value=True)
    for _ in range(11):
        await town.minute(set())
    order = await town.company.orders.order(world.subject("L0", conversation="c-1"), number)
    who = world.subject("L1", DARK_HOME, conversation="c-9")
    state = await town.company.outages.supply_state(who, DARK_HOME)
    assert kept.outage.id not in {each.id for each in state.outages}
    assert order.outage_id is None or order.state == "restored"
