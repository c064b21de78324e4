"""A turn is carried out wholly or not at all, once, and one at a time."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.domain import Domain

from bot.engine.actions_client import EVENTS_SENT, ActionClient
from bot.engine.failures import TurnConflict
from bot.engine.store import TURNS, TurnStore
from bot.engine.turns import SESSION_EVENTS, Engine, EngineTurn


def rows(store: TurnStore) -> list[Any]:
    with store._engine.connect() as connection:
        return connection.execute(TURNS.select().order_by(TURNS.c.seq)).mappings().all()


def as_json(tracker: Any) -> list[Any]:
    return json.loads(json.dumps([event.as_dict() for event in tracker.events]))


async def test_a_greeting_is_answered_with_its_response_and_buttons(say: Any) -> None:
    status, answer = await say("你好", "m-1")
    assert status == 200
    assert answer["intent"] == "greet"
    assert answer["replies"] == [
        {
            "response": "utter_greet",
            "text": "您好",
            "buttons": [{"title": "报修", "payload": "/report_outage"}],
            "image": None,
            "custom": None,
        }
    ]


async def test_the_same_message_again_is_answered_from_the_record(say: Any, actions: Any) -> None:
    first = await say("余额还剩多少", "m-1")
    calls = len(actions.calls)
    second = await say("余额还剩多少", "m-1")
    assert second[1] == first[1] | {"replayed": True}
    assert len(actions.calls) == calls


async def test_a_form_asks_one_thing_at_a_time_and_its_slots_can_be_read(say: Any, door: Any) -> None:
    assert (await say("我家停电了", "m-1"))[1]["replies"][0]["response"] == "utter_ask_address"
    assert (await say("在临河区新华镇三队", "m-2"))[1]["replies"][0]["response"] == "utter_ask_phone_tail"
    seen = await (await door.get("/conversations/c-1/slots")).json()
    assert seen["active_form"] == "outage_form"
    assert "临河区新华镇三队" in seen["slots"]["address"]
    assert (await say("0001", "m-3"))[1]["replies"][-1]["response"] == "utter_done"


@pytest.mark.parametrize("mood", ["error", "slow", "garbage"])
async def test_when_actions_fail_nothing_is_stored_and_the_turn_may_come_again(
    say: Any, actions: Any, engine: Engine, mood: str
) -> None:
    await say("你好", "m-1")
    before = rows(engine.store)
    actions.mood = mood
    status, problem = await say("余额还剩多少", "m-2")
    assert (status, problem["title"]) == (503, "turn-failed")
    assert rows(engine.store) == before
    actions.mood = "ok"
    status, answer = await say("余额还剩多少", "m-2")
    assert (status, answer["replayed"], answer["replies"][0]["text"]) == (200, False, "还剩 86.40 元。")


async def test_a_dead_action_server_is_a_503_and_makes_the_engine_unready(
    processor_of: Any, tmp_path: Path
) -> None:
    store = TurnStore(Domain.empty(), str(tmp_path / "engine.db"))
    client = ActionClient("http://127.0.0.1:9", "made-up-actions-token", timeout=1.0)
    engine = Engine(processor_of(store, client), store, client)
    assert await engine.unready() == ["the action server does not answer"]
    with pytest.raises(BaseException, match="action_balance"):
        await engine.take(EngineTurn("c-1", "m-1", "余额还剩多少", None, {}))
    assert rows(store) == []
    await engine.close()


async def test_a_store_that_fails_is_a_503_not_a_forgotten_conversation(say: Any, engine: Engine) -> None:
    await say("我家停电了", "m-1")
    with engine.store._engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE engine_turns RENAME TO away")
    status, problem = await say("在临河区新华镇三队", "m-2")
    assert (status, problem["detail"]) == (503, "StorageFailed")
    with engine.store._engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO engine_turns")
    status, answer = await say("在临河区新华镇三队", "m-2")
    assert answer["replies"][0]["response"] == "utter_ask_phone_tail"


async def test_two_turns_of_one_conversation_at_once_are_refused(say: Any, actions: Any) -> None:
    actions.mood = "slow"
    running = asyncio.create_task(say("余额还剩多少", "m-1"))
    await actions.asked.wait()
    assert (await say("你好", "m-2"))[0] == 409
    assert (await say("你好", "m-3", who="c-2"))[0] == 200
    assert (await running)[0] == 503


async def test_two_engines_on_one_store_never_write_the_same_turn(
    engine: Engine, processor_of: Any, actions: Any, tmp_path: Path
) -> None:
    await engine.take(EngineTurn("c-1", "m-1", "你好", None, {}))
    mine, _ = await engine.store.begin("c-1")
    answer = await engine.processor.play(mine, EngineTurn("c-1", "m-2", "你好", None, {}))
    other = TurnStore(engine.processor.domain, str(tmp_path / "engine.db"))
    theirs, _ = await other.begin("c-1")
    await engine.processor.play(theirs, EngineTurn("c-1", "m-3", "转人工", None, {}))
    await other.commit(theirs, "m-3", {})
    with pytest.raises(TurnConflict):
        await engine.store.commit(mine, "m-2", answer)
    assert [row["message_id"] for row in rows(engine.store)] == ["m-1", "m-3"]
    assert (await engine.take(EngineTurn("c-1", "m-4", "你好", None, {})))["intent"] == "greet"
    other.close()


async def test_a_restarted_engine_goes_on_where_it_was(
    say: Any, engine: Engine, processor_of: Any, tmp_path: Path
) -> None:
    await say("我家停电了", "m-1")
    store = TurnStore(Domain.empty(), str(tmp_path / "engine.db"))
    reborn = Engine(processor_of(store, engine.actions), store, engine.actions)
    answer = await reborn.take(EngineTurn("c-1", "m-2", "在临河区新华镇三队", None, {}))
    assert answer["replies"][0]["response"] == "utter_ask_phone_tail"
    store.close()


async def test_actions_get_the_last_events_the_whole_last_message_and_the_token(
    say: Any, actions: Any
) -> None:
    for turn in range(12):
        await say("你好", f"m-{turn}")
    metadata = {"channel": "web", "level": "L2", "unknown": "x", "subject": "made.up.jwt"}
    await say("余额还剩多少", "m-last", metadata=metadata)
    call = actions.calls[-1]
    assert len(call["tracker"]["events"]) == EVENTS_SENT
    assert call["tracker"]["latest_message"]["metadata"] == {
        "channel": "web", "level": "L2", "subject": "made.up.jwt", "payload": False
    }  # fmt: skip
    assert call["tracker"]["latest_message"]["intent_ranking"]
    assert call["authorization"] == "Bearer made-up-actions-token"
    assert "domain" in call


async def test_the_domain_travels_once(say: Any, actions: Any) -> None:
    for turn in range(3):
        await say("余额还剩多少", f"m-{turn}")
    assert ["domain" in call for call in actions.calls] == [False, True, False, False]


async def test_long_conversations_start_a_session_that_knows_slots_and_last_words(
    say: Any, engine: Engine
) -> None:
    await say("我家停电了", "m-a")
    await say("在临河区新华镇三队", "m-b")
    await say("0001", "m-c")
    for turn in range(60):
        assert (await say("你好", f"m-{turn}"))[0] == 200
    live, _ = await engine.store.begin("c-1")
    assert len(live.tracker.events) <= SESSION_EVENTS + 10
    assert live.tracker.get_slot("address")
    fresh = TurnStore(engine.processor.domain, str(engine.store._engine.url.database))
    again = (await fresh.begin("c-1"))[0].tracker
    assert as_json(again) == as_json(live.tracker)
    fresh.close()


async def test_the_subject_token_and_long_rankings_are_not_kept(say: Any, engine: Engine) -> None:
    await say("你好", "m-1", metadata={"subject": "made.up.jwt"})
    stored = rows(engine.store)[0]["events"]
    assert "made.up.jwt" not in stored
    heard = next(event for event in json.loads(stored) if event["event"] == "user")
    assert len(heard["parse_data"]["intent_ranking"]) == 3


async def test_typed_slashes_are_words_and_only_real_payloads_act(say: Any) -> None:
    assert (await say("/request_human", "m-1"))[1]["replies"][:1] != [{"response": "utter_person"}]
    typed = (await say('/inform{"address": "x"}', "m-2"))[1]
    assert typed["confidence"] < 1.0
    payload = (await say(None, "m-3", payload="/request_human"))[1]
    assert (payload["intent"], payload["replies"][0]["response"]) == ("request_human", "utter_person")


async def test_after_gibberish_the_next_wish_is_understood(say: Any) -> None:
    for turn, text in enumerate(("嗯呐呐呐", "qwrtp", "嗯呐呐呐")):
        assert (await say(text, f"m-{turn}"))[0] == 200
    assert (await say("转人工", "m-9"))[1]["replies"][0]["response"] == "utter_person"


async def test_the_danger_lane_decides_the_intent(say: Any) -> None:
    answer = (await say("你好", "m-1", metadata={"danger": {"hazards": ["spark"], "order_no": "made-up"}}))[1]
    assert (answer["intent"], answer["confidence"]) == ("report_danger", 1.0)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"conversation": "c", "message_id": "m"}, "text"),
        ({"conversation": "c", "message_id": "m", "text": "x" * 2001}, "text"),
        ({"conversation": "c" * 200, "message_id": "m", "text": "x"}, "conversation"),
        ({"conversation": "c", "message_id": "", "text": "x"}, "message_id"),
        ({"conversation": "c", "message_id": "m", "payload": "no slash"}, "payload"),
        ({"conversation": "c", "message_id": "m", "text": "x", "metadata": []}, "metadata"),
        ([], "body"),
    ],
)
async def test_a_malformed_request_names_the_field(door: Any, body: Any, field: str) -> None:
    response = await door.post("/turns", data=json.dumps(body))
    assert (response.status, (await response.json())["detail"]) == (400, field)


async def test_the_door_is_shut_without_the_token_and_knows_no_rasa_routes(door: Any) -> None:
    bad = {"Authorization": "Bearer something-else"}
    assert (await door.post("/turns", data="{}", headers=bad)).status == 401
    assert (await door.get("/conversations/c-1/slots", headers=bad)).status == 401
    for path in ("/webhooks/rest/webhook", "/conversations/c-1/tracker", "/model/parse", "/status"):
        assert (await door.get(path)).status == 404
    assert (await door.post("/turns", data="x" * 100_000)).status == 413
    assert (await door.get("/live")).status == 200
    assert (await door.get("/ready")).status == 200


ODD = {
    "empty": "",
    "blank": " ",
    "emoji": "😀😀",
    "surrogates": "\ud800\ud800",
    "control": "\x00\x01",
    "sql": "'; DROP TABLE engine_turns;--",
    "long": "啊" * 2000,
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
async def test_any_text_gets_an_answer(say: Any, text: str) -> None:
    assert (await say(text, "m-1"))[0] == 200


async def test_no_words_of_the_customer_reach_a_log(
    say: Any, actions: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="gridcare")
    actions.mood = "error"
    await say("余额还剩多少 我叫王小二 电话13800000001", "m-1")
    text = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("gridcare"))
    assert "turn failed" in text
    assert "王小二" not in text
    assert "13800000001" not in text


async def test_elder_mode_chooses_the_plain_wording_until_the_channel_says_otherwise(
    say: Any, door: Any
) -> None:
    async def said(message_id: str, **metadata: Any) -> str:
        return (await say("转人工", message_id, metadata=metadata))[1]["replies"][0]["text"]

    assert await said("m-1") == "这就给您转人工。"
    assert await said("m-2", profile={"elder": True}) == "这就找人。"
    assert await said("m-3", profile={}) == "这就找人。"
    assert (await (await door.get("/conversations/c-1/slots")).json())["slots"]["elder"] is True
    assert await said("m-4", profile={"elder": False}) == "这就给您转人工。"
    assert await said("m-5", profile={"elder": "yes"}) == "这就给您转人工。"


async def test_where_the_customer_only_hears_the_spoken_wording_is_chosen(say: Any) -> None:
    answer = (await say("转人工", "m-1", metadata={"manner": {"spoken": True}}))[1]
    assert answer["replies"][0]["text"] == "好，转人工。"


async def test_a_forgotten_conversation_leaves_nothing_and_begins_afresh(say: Any, door: Any) -> None:
    await say("我家停电了", "m-1")
    assert (await door.delete("/conversations/c-1")).status == 204
    assert await (await door.get("/conversations/c-1/slots")).json() == {"slots": {}, "active_form": None}
    assert (await say("我家停电了", "m-1"))[1]["replayed"] is False
