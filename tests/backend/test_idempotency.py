"""One effect per key, whatever happens."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import shapes
from backend.idempotency import Ledger
from backend.problems import Refusal
from backend.storage import Store
from backend.tables import CounterRow, IdempotencyKeyRow, OrderNoteRow, WorkOrderRow
from tests.backend import world
from tests.backend.world import Client

FAULT = {
    "phenomenon": "voltage",
    "description": "电压低",
    "address": "临河区新华镇永胜村5组1号",
    "conversation": "c-1",
}


def orders(store: Store) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(WorkOrderRow)) or 0


def report(client: Client, key: str, **changes: object) -> tuple[int, bytes]:
    answer = client.post("/v1/faults", json={**FAULT, **changes}, headers={"Idempotency-Key": key})
    return answer.status_code, answer.content


def test_a_write_without_a_key_is_refused(client: Client) -> None:
    answer = client.post("/v1/faults", json=FAULT)
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


def test_the_same_key_and_body_give_the_same_bytes(client: Client, store: Store) -> None:
    assert report(client, "k") == report(client, "k")
    assert orders(store) == 1


def test_the_same_key_with_another_body_is_a_mismatch(client: Client) -> None:
    report(client, "k")
    status, body = report(client, "k", description="又低了")
    assert (status, b"idempotency-mismatch" in body) == (422, True)


def test_a_key_of_another_conversation_gives_nothing_away(client: Client) -> None:
    first = report(client, "k")
    status, body = report(client, "k", conversation="c-2")
    assert status == 422
    assert first[1] not in body


def test_a_refused_write_leaves_its_key_free(client: Client, store: Store) -> None:
    assert report(client, "k", address=None)[0] == 422
    assert report(client, "k")[0] == 200


def test_a_key_in_flight_is_refused_for_the_moment(store: Store) -> None:
    ledger, entered, leave = Ledger(store), threading.Event(), threading.Event()

    def slow(_: Session) -> shapes.Words:
        entered.set()
        leave.wait(5)
        return shapes.Words(words="done")

    with ThreadPoolExecutor() as pool:
        first = pool.submit(ledger.once, "k", "r", slow)
        entered.wait(5)
        with pytest.raises(Refusal) as refused:
            ledger.once("k", "r", slow)
        leave.set()
        assert first.result(5).status_code == 200
    assert refused.value.type == "idempotency-in-flight"
    assert ledger.once("k", "r", slow).body == first.result().body


def test_a_failing_effect_leaves_neither_row_nor_key(store: Store) -> None:
    def fail(session: Session) -> shapes.Words:
        session.add(CounterRow(name="half", value=1))
        session.flush()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        Ledger(store).once("k", "r", fail)
    with store.reading() as session:
        assert session.get(CounterRow, "half") is None
        assert session.get(IdempotencyKeyRow, "k") is None


def test_threads_racing_with_one_key_make_one_order(client: Client, store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: report(client, "k"), range(24)))
    assert {status for status, _ in answers} <= {200, 409}
    assert len({body for status, body in answers if status == 200}) == 1
    assert orders(store) == 1


def test_threads_racing_with_many_keys_about_one_fault_make_one_order(client: Client, store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: report(client, f"k-{number}"), range(24)))
    assert {status for status, _ in answers} == {200}
    assert orders(store) == 1


def test_numbers_are_given_once(client: Client, store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: report(client, f"k-{n}", address=f"临河区新华镇永胜村6组{n}号"), range(40)))
    assert orders(store) == 40


def _race(database: Path, keys: list[str]) -> list[tuple[int, bytes]]:
    store = Store(f"sqlite:///{database}")
    with world.running(store, own=True) as client, ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda key: report(client, key), keys))
    store.close()
    return answers


@pytest.mark.slow
def test_processes_racing_with_the_same_keys_make_one_order(database: Path, store: Store) -> None:
    keys = ["k-1", "k-2", "k-3"] * 4
    with get_context("spawn").Pool(1) as pool:
        pool.apply(len, ("started",))
        theirs = pool.apply_async(_race, (database, keys))
        answers = _race(database, keys) + theirs.get(60)
    assert {status for status, _ in answers} <= {200, 409}
    assert orders(store) == 1
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(IdempotencyKeyRow)) == 3
        assert session.scalar(select(func.count()).select_from(OrderNoteRow)) == 0
