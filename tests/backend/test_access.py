"""Who sees what: tokens, assertions, levels, ownership."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend import addresses
from backend.access import Caller
from backend.storage import Store
from backend.tables import AccountRow
from tests.backend import world
from tests.backend.world import Client

READS = (
    "",
    "/balance",
    "/tier",
    "/usage?first=2026-01-01&last=2026-01-31",
    "/payments?first=2026-01-01&last=2026-01-31",
    "/bills",
    "/bills/latest",
    "/arrears",
    "/supply",
)
CANARY_NAME, CANARY_STREET, CANARY_PHONE = "金丝雀", "隐秘路77号", "13877777777"


def as_(level: str, *accounts: str, conversation: str = "c-1", **claims: object) -> dict[str, str]:
    return {"X-Subject": world.assertion(level, accounts, conversation, **claims)}


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer wrong", world.TOKEN, f"bearer {world.TOKEN} "])
def test_without_the_service_token_nothing_is_answered(client: Client, token: str) -> None:
    answer = client.get("/v1/halls", headers={"Authorization": token})
    assert answer.status_code == 401
    assert answer.json()["field"] == "authorization"


@pytest.mark.parametrize(
    ("level", "claims"),
    [
        ("L3", {"key": "another-key-than-the-real-one"}),
        ("L3", {"aud": "someone-else"}),
        ("L3", {"iss": "someone-else"}),
        ("L3", {"exp": int(time.time()) - 40}),
        ("L3", {"iat": int(time.time()) + 3600, "exp": int(time.time()) + 3660}),
        ("L9", {}),
        ("L3", {"sub": None}),
        ("L3", {"accounts": world.HOME}),
    ],
)
def test_an_assertion_with_a_doubtful_claim_is_refused(
    client: Client, level: str, claims: dict[str, object]
) -> None:
    refused(client, world.assertion(level, (world.HOME,), "c", **claims))


def test_what_is_no_signed_assertion_is_refused(client: Client) -> None:
    refused(client, "rubbish")
    refused(client, world.assertion("L3", (world.HOME,), "c").rpartition(".")[0] + ".")


def refused(client: Client, assertion: str) -> None:
    answer = client.get(f"/v1/accounts/{world.HOME}", headers={"X-Subject": assertion})
    assert (answer.status_code, answer.json()["field"]) == (401, "subject")


@pytest.mark.parametrize("off", [-80, -60, 0, 20])
def test_clocks_may_differ_by_some_seconds(client: Client, off: int) -> None:
    minted = int(time.time()) + off
    told = world.assertion("L3", (world.HOME,), "c", iat=minted, exp=minted + 60)
    assert client.get(f"/v1/accounts/{world.HOME}", headers={"X-Subject": told}).status_code == 200


def test_an_unsigned_assertion_is_refused(client: Client) -> None:
    none = "eyJhbGciOiJub25lIn0." + world.assertion("L4", (world.HOME,), "c").split(".")[1] + "."
    assert client.get(f"/v1/accounts/{world.HOME}", headers={"X-Subject": none}).status_code == 401


@pytest.mark.parametrize("read", READS)
def test_anothers_account_answers_byte_for_byte_like_none(client: Client, read: str) -> None:
    answers = [
        client.get(f"/v1/accounts/{account}{read}", headers=as_("L4", world.HOME))
        for account in (world.ARREARS, world.UNKNOWN, "1", "%27%20OR%201=1")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("read", READS)
def test_each_read_needs_its_level(client: Client, read: str) -> None:
    needed = "L2" if read.startswith(("/bills", "/arrears", "/payments")) else "L1"
    for level in ("L0", "L1", "L2", "L3", "L4"):
        answer = client.get(f"/v1/accounts/{world.HOME}{read}", headers=as_(level, world.HOME))
        assert answer.status_code == (200 if level >= needed else 403)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    level=st.sampled_from(["L0", "L1", "L2", "L3", "L4"]),
    calls=st.lists(
        st.tuples(
            st.sampled_from([*READS, "orders", "open", "fault", "match"]),
            st.sampled_from([world.ELDER, world.UNKNOWN]),
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_nothing_of_another_customer_ever_shows(
    client: Client, store: Store, level: str, calls: list[tuple[str, str]]
) -> None:
    """Two customers: the second one's name, street, number and orders are canaries."""
    secret = plant(client, store)
    headers = as_(level, world.HOME, conversation="c-attacker")
    for call, account in calls:
        match call:
            case "orders":
                answer = client.get(f"/v1/orders/{secret}", headers=headers)
            case "open":
                answer = client.get("/v1/orders", params={"conversation": "c-victim"}, headers=headers)
            case "fault":
                told = {"phenomenon": "household", "description": "停电", "account_no": account}
                key = {"Idempotency-Key": f"{account}-{level}"}
                answer = client.post("/v1/faults", json=told, headers=headers | key)
            case "match":
                said = {"account_no": account, "items": {"holder_name": "王某"}}
                answer = client.post("/v1/verification/match", json=said, headers=headers)
            case _:
                answer = client.get(f"/v1/accounts/{account}{call}", headers=headers)
        for canary in (CANARY_NAME, CANARY_STREET, CANARY_PHONE, secret, addresses.key(CANARY_STREET)):
            assert canary not in answer.text


def plant(client: Client, store: Store) -> str:
    """Give the victim canaries and an order; returns the order's number."""
    with store.writing() as session:
        victim = session.query(AccountRow).filter_by(account_no=world.ELDER).one()
        victim.customer.name, victim.customer.phone, victim.address = CANARY_NAME, CANARY_PHONE, CANARY_STREET
    told = {
        "phenomenon": "household",
        "description": "停电",
        "account_no": world.ELDER,
        "address": CANARY_STREET,
    }
    headers = as_("L1", world.ELDER, conversation="c-victim") | {"Idempotency-Key": "victim"}
    return client.post("/v1/faults", json=told, headers=headers).json()["order"]["order_no"]


def test_reporting_a_strangers_account_tells_nothing_about_it(client: Client) -> None:
    """An account that lies in an outage answers like one that does not exist."""

    def report(account: str) -> dict[str, object]:
        told = {"phenomenon": "household", "description": "停电", "account_no": account}
        answer = client.post("/v1/faults", json=told, headers={"Idempotency-Key": account} | as_("L0")).json()
        order = answer.pop("order")
        return answer | {
            key: order[key] for key in ("state", "crew", "urgency", "commitment", "account_no_masked")
        }

    assert report(world.DARK) == report(world.UNKNOWN)
    assert report(world.HOSPITAL) == report(world.UNKNOWN)


def test_nobody_owns_an_account_that_was_only_named() -> None:
    """What an assertion without a proof lists is what was said, not what was shown."""
    assert not Caller("L0", (world.HOME,)).owns(world.HOME)
    assert Caller("L1", (world.HOME,)).owns(world.HOME)
    assert not Caller("L4", (world.HOME,)).owns(world.UNKNOWN)
    assert not Caller("L4", (world.HOME,)).owns(None)


def test_an_order_belongs_to_an_account_only_when_somebody_was_vouched_for(client: Client) -> None:
    told = {"phenomenon": "household", "description": "停电", "account_no": world.DARK}
    for level, belongs in (("L0", False), ("L1", True)):
        answer = client.post(
            "/v1/faults", json=told, headers=as_(level, world.DARK) | {"Idempotency-Key": level}
        )
        assert bool(answer.json()["order"]["account_no_masked"]) is belongs


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ("临河区金川街道金川小区5号楼2单元301", True),
        ("临河区金川小区五号楼二单元301", True),
        ("五原县金川小区5号楼2单元301", False),
        ("临河区解放街道金川小区5号楼2单元301", False),
        ("临河区金川街道金川小区胜利路5号楼2单元301", False),
        ("临河区金川街道5号楼2单元301", False),
    ],
)
def test_an_address_proves_with_its_county_town_and_street(client: Client, said: str, fits: bool) -> None:
    body = {"account_no": world.HOME, "items": {"address": said}}
    assert client.post("/v1/verification/match", json=body).json() == {"matched": ["address"] if fits else []}
    found = client.post("/v1/verification/account", json={"holder_name": "王秀英", "address": said})
    assert found.json() == {"account_no": world.HOME if fits else None}


def test_an_address_that_may_mean_several_places_finds_nobody(client: Client) -> None:
    said = {"holder_name": "王秀英", "address": "金川小区5号楼2单元301"}
    assert client.post("/v1/verification/account", json=said).json() == {"account_no": None}
