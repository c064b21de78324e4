"""How orders run: crews, clocks, states, urging."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from backend import clocks
from backend.advance import advance
from backend.region import Region
from backend.storage import Store
from backend.tables import FaultReportRow, OrderNoteRow, OutageRow, WorkOrderRow
from tests.backend import world
from tests.backend.world import Client

URBAN, RURAL, REMOTE = "临河区金川小区9号楼1单元101", "临河区狼山镇民主村9组9号", "磴口县乌兰布和农场"


@pytest.fixture
def report(client: Client):
    """Report a fault; the key is new each time."""
    count = iter(range(1000))

    def post(address: str | None, phenomenon: str = "household", **told: object) -> dict:
        body = {
            "phenomenon": phenomenon,
            "description": "停电",
            "address": address,
            "conversation": "c-1",
            **told,
        }
        answer = client.post("/v1/faults", json=body, headers={"Idempotency-Key": f"k-{next(count)}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return post


def minutes(order: dict) -> float:
    due, placed = (datetime.fromisoformat(order[key]) for key in ("due_at", "created_at"))
    return (due - placed).total_seconds() / 60


@pytest.mark.parametrize(
    ("address", "commitment", "arrival", "crew"),
    [
        (URBAN, "fault_arrival_urban", 45, "临河抢修"),
        (RURAL, "fault_arrival_rural", 90, "临河抢修"),
        (REMOTE, "fault_arrival_remote", 120, "磴口抢修"),
    ],
)
def test_the_place_decides_crew_and_clock(
    report, address: str, commitment: str, arrival: int, crew: str
) -> None:
    order = report(address)["order"]
    assert (order["commitment"], minutes(order)) == (commitment, arrival)
    assert order["crew"].startswith(crew)
    assert [step["state"] for step in order["steps"]] == ["accepted", "dispatched"]
    assert order["next_step"] == "crew_accepted"


def test_a_place_nobody_knows_waits_for_a_person_under_the_longest_clock(report) -> None:
    order = report("月亮上1号")["order"]
    assert (order["state"], order["crew"], order["commitment"]) == ("accepted", None, "fault_arrival_remote")


def test_work_is_shared_between_the_crews_of_a_county(report) -> None:
    crews = {report(f"临河区金川小区9号楼1单元10{n}")["order"]["crew"] for n in range(4)}
    assert crews == {"临河抢修一班", "临河抢修二班"}


def test_a_voltage_problem_runs_on_working_days(report) -> None:
    assert report(URBAN, "voltage")["order"]["commitment"] == "voltage_check"


def test_neighbours_of_a_bare_community_are_not_one_fault(report) -> None:
    first, other = report("临河区金川小区"), report("临河区金川小区")
    assert first["order"]["order_no"] != other["order"]["order_no"]
    whole = (
        report("临河区金川小区", "area"),
        report("金川小区，临河区", "area"),
        report("临河区金川小区", "area"),
    )
    assert [each["created"] for each in whole] == [True, True, False]


def test_the_second_report_of_a_fault_is_kept_too(report, store: Store) -> None:
    report(URBAN), report(URBAN, phone="13800000002")
    with store.reading() as session:
        told = [
            each.told["phone"] for each in session.scalars(select(FaultReportRow).order_by(FaultReportRow.id))
        ]
    assert told == [None, "13800000002"]


def test_half_a_village_in_the_dark_does_not_explain_a_house(report, store: Store) -> None:
    told = report("临河区新华镇", "area")
    assert (told["created"], told["outage"]) == (True, None)


def test_an_estimate_that_has_passed_is_none(client: Client, store: Store) -> None:
    with store.writing() as session:
        session.get_one(OutageRow, "F1").eta = clocks.now() - timedelta(minutes=1)
    (outage,) = client.get("/v1/outages", params={"county": "临河区", "place": "永胜村"}).json()
    assert (outage["eta"], outage["eta_source"]) == (None, None)


def test_a_planned_outage_begins_and_ends_by_its_schedule(client: Client, store: Store) -> None:
    def status(starts: float, ends: float) -> list[str]:
        with store.writing() as session:
            planned = session.get_one(OutageRow, "P1")
            planned.starts_at, planned.eta = (clocks.now() + timedelta(hours=h) for h in (starts, ends))
        found = client.get("/v1/outages", params={"place": "陕坝镇"}).json()
        return [each["status"] for each in found]

    assert status(1, 5) == ["announced"]
    assert status(-1, 5) == ["active"]
    assert status(-6, -1) == []


def test_outages_are_found_by_their_days(client: Client) -> None:
    tomorrow = clocks.today() + timedelta(days=1)
    asked = {"county": "杭锦后旗", "first": str(tomorrow), "last": str(tomorrow)}
    assert [each["id"] for each in client.get("/v1/outages", params=asked).json()] == ["P1"]
    asked["first"] = asked["last"] = str(tomorrow + timedelta(days=1))
    assert client.get("/v1/outages", params=asked).json() == []


def test_an_order_goes_its_way_and_each_state_starts_its_clock(report, store: Store, here: Region) -> None:
    number = report(URBAN)["order"]["order_no"]
    seen = []
    while moved := advance(store, here, [number]):
        with store.reading() as session:
            seen.append((moved[0][1], session.get_one(WorkOrderRow, number).commitment))
    assert seen == [
        ("crew_accepted", "fault_arrival_urban"),
        ("contacted", "fault_arrival_urban"),
        ("arrived", "fault_restoration_urban"),
        ("repairing", "fault_restoration_urban"),
        ("restored", "fault_callback"),
        ("called_back", "fault_callback"),
        ("archived", None),
    ]


def test_a_closed_order_is_neither_open_nor_urged(client: Client, report, store: Store, here: Region) -> None:
    number = report(URBAN)["order"]["order_no"]
    while advance(store, here, [number]):
        pass
    headers = {"X-Subject": world.assertion("L0", (), "c-1")}
    assert client.get("/v1/orders", headers=headers).json() == []
    answer = client.post(f"/v1/orders/{number}/urges", json={}, headers=headers | {"Idempotency-Key": "u"})
    assert (answer.status_code, answer.json()["field"]) == (422, "state")
    again = report(URBAN)
    assert again["created"]


def test_other_business_is_urged_at_most_twice(client: Client) -> None:
    headers = {"X-Subject": world.assertion("L0", (), "c-1")}
    told = {"kind": "complaint", "content": "等太久"}
    number = client.post("/v1/voices", json=told, headers=headers | {"Idempotency-Key": "v"}).json()[
        "order_no"
    ]
    answers = [
        client.post(
            f"/v1/orders/{number}/urges", json={"words": "催"}, headers=headers | {"Idempotency-Key": f"u{n}"}
        )
        for n in range(3)
    ]
    assert [each.status_code for each in answers] == [200, 200, 409]
    assert answers[-1].json()["type"].endswith("/too-soon")


def test_a_fault_may_be_urged_again_after_the_pause(client: Client, report, store: Store) -> None:
    number = report(URBAN)["order"]["order_no"]
    headers = {"X-Subject": world.assertion("L0", (), "c-1")}

    def urge(key: str) -> int:
        return client.post(
            f"/v1/orders/{number}/urges", json={"words": "催"}, headers=headers | {"Idempotency-Key": key}
        ).status_code

    assert [urge("a"), urge("b")] == [200, 409]
    with store.writing() as session:
        session.get_one(WorkOrderRow, number).urged_at = clocks.now() - timedelta(minutes=5)
    assert urge("b") == 200


def test_a_hazard_told_later_makes_a_danger_with_its_own_crew(client: Client, report, store: Store) -> None:
    order = report("临河区新华镇永胜村3组12号")["order"]
    assert order["outage_id"] == "F1"
    headers = {"X-Subject": world.assertion("L0", (), "c-1"), "Idempotency-Key": "a"}
    changes = {"hazard": "line_down", "address": "临河区新华镇永胜村3组12号"}
    after = client.request("PATCH", f"/v1/faults/{order['order_no']}", json=changes, headers=headers).json()
    assert (after["kind"], after["urgency"], after["outage_id"]) == ("danger", "urgent", None)
    assert after["due_at"]
    with store.reading() as session:
        assert [each.kind for each in session.scalars(select(OrderNoteRow))] == ["amendment"]


@pytest.mark.parametrize(
    ("category", "department"), [("outage", "运维"), ("integrity", "纪检"), (None, "客服")]
)
def test_a_voice_goes_to_the_department_of_its_matter(
    client: Client, category: str | None, department: str
) -> None:
    told = {"kind": "complaint", "content": "说一件事", "category": category}
    order = client.post("/v1/voices", json=told, headers={"Idempotency-Key": "v"}).json()
    assert order["department"] == department


def test_arrears_count_what_is_past_due(client: Client) -> None:
    headers = {"X-Subject": world.assertion("L2", (world.ARREARS,), "c-1")}
    owed = client.get(f"/v1/accounts/{world.ARREARS}/arrears", headers=headers).json()
    bills = client.get(f"/v1/accounts/{world.ARREARS}/bills", headers=headers).json()
    late = [each for each in bills if each["month"] in owed["months"]]
    assert len(late) >= 3
    assert not any(each["paid"] for each in late)
    assert owed["cut_off"]
    assert datetime.fromisoformat(owed["cut_after"]) - datetime.fromisoformat(owed["due_since"]) == timedelta(
        days=30
    )
