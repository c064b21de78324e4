"""A tiny model, a fake action server, and an engine put together from them. Run in the engine's environment."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

if importlib.util.find_spec("rasa") is None:  # the services' environment: these tests belong to the other one
    collect_ignore_glob = ["test_*.py"]
else:
    from bot.engine.lean import leave_out_the_unused

    leave_out_the_unused()
    from bot.engine import quiet

    quiet.logs()

ROOT = Path(__file__).parents[2]
TOKEN = "made-up-engine-token"
DOMAIN = """
version: "3.1"
intents: [greet, report_outage, report_danger, request_human, query_balance, out_of_scope, inform]
entities: [address, account_no]
slots:
  address:
    type: text
    mappings: [{type: from_entity, entity: address}]
  elder: {type: any, influence_conversation: false, mappings: [{type: custom}]}
  phone_tail:
    type: text
    mappings: [{type: from_text, conditions: [{active_loop: outage_form, requested_slot: phone_tail}]}]
forms:
  outage_form: {required_slots: [address, phone_tail]}
actions: [action_balance, action_default_fallback]
responses:
  utter_greet: [{text: 您好, buttons: [{title: 报修, payload: /report_outage}]}]
  utter_ask_address: [{text: 您家在哪里？}]
  utter_ask_phone_tail: [{text: 电话尾号是多少？}]
  utter_done: [{text: 记下了。}]
  utter_person: [{text: 这就给您转人工。}, {channel: elder, text: 这就找人。}, {channel: voice, text: 好，转人工。}]
session_config: {session_expiration_time: 0, carry_over_slots_to_new_session: true}
"""
RULES = """
version: "3.1"
rules:
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
- {rule: balance, steps: [{intent: query_balance}, {action: action_balance}]}
- {rule: person, steps: [{intent: request_human}, {action: utter_person}]}
- {rule: danger, steps: [{intent: report_danger}, {action: utter_person}]}
- {rule: begin, steps: [{intent: report_outage}, {action: outage_form}, {active_loop: outage_form}]}
- rule: end
  condition: [{active_loop: outage_form}]
  steps: [{action: outage_form}, {active_loop: null}, {action: utter_done}]
"""
EXAMPLES = {
    "greet": "你好 您好 早上好 喂你好 在吗您好 晚上好 哈喽 下午好呀 你好在不在 有人在吗",
    "report_outage": "我家停电了 家里没电了 停电了来修 整栋楼没电 我们村停电了 没电了快来 屋里停电了 小区断电了 全村没电 又停电了",
    "report_danger": "电线掉地上了 变压器冒烟了 有人触电 电表箱着火了 漏电麻手 杆子倒了 高压线断了 表箱冒火 水管带电 电线打火",
    "request_human": "转人工 找个人说话 人工客服 我要人工 叫个真人来 接人工 换人来说 要人工服务 给我转人工 叫你们的人接",
    "query_balance": "余额还剩多少 电费余额 还有多少钱 查余额 表里还有钱吗 户头剩多少 余额多少 看看余额 还剩几块钱 查一下还剩多少",
    "out_of_scope": "今天天气咋样 讲个笑话 水费多少 煤气没气了 电影几点 帮我订机票 唱首歌 股票涨了吗 附近饭店 宽带断了",
    "inform": "在[临河区新华镇三队](address) 户号[0100000000123](account_no) [五原县隆兴昌镇](address) 我住[临河区](address) [陕坝镇二社](address) [杭后](address)的 [先锋镇](address) 号是[0100000000456](account_no) [河套小区3号楼](address) [磴口县城](address)",
}


class ActionServer:
    """A fake of the action server. `mood`: ok, error, slow, dead, garbage; what was asked is kept in `calls`."""

    def __init__(self) -> None:
        self.mood = "ok"
        self.calls: list[dict[str, Any]] = []
        self.asked = asyncio.Event()
        self.known_digest = ""
        self.url = ""

    async def webhook(self, request: Any) -> Any:
        from aiohttp import web

        call = await request.json()
        self.asked.set()
        self.calls.append(call | {"authorization": request.headers.get("Authorization")})
        if "domain" in call:
            self.known_digest = call["domain_digest"]
        elif call["domain_digest"] != self.known_digest:
            return web.json_response({"error": "domain missing"}, status=449)
        if self.mood == "slow":
            await asyncio.sleep(5)
        if self.mood == "error":
            return web.json_response({"error": "boom"}, status=500)
        if self.mood == "garbage":
            return web.Response(text="<html>")
        if call["next_action"] == "action_default_fallback":
            listen = {"event": "followup", "name": "action_listen"}
            return web.json_response({"events": [listen], "responses": [{"text": "没听明白。"}]})
        return web.json_response({"events": [], "responses": [{"text": "还剩 86.40 元。"}]})

    async def live(self, _: Any) -> Any:
        from aiohttp import web

        return web.json_response({}, status=500 if self.mood == "dead" else 200)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model of seven intents, trained by Rasa with our pipeline."""
    from rasa.model_training import train

    home = tmp_path_factory.mktemp("project")
    (home / "domain.yml").write_text(DOMAIN, encoding="utf-8")
    (home / "rules.yml").write_text(RULES, encoding="utf-8")
    (home / "config.yml").write_text((ROOT / "config.yml").read_text(encoding="utf-8"), encoding="utf-8")
    blocks = [
        f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts.split())
        for intent, texts in EXAMPLES.items()
    ]
    (home / "nlu.yml").write_text('version: "3.1"\nnlu:\n' + "".join(blocks), encoding="utf-8")
    data = [str(home / "nlu.yml"), str(home / "rules.yml")]
    trained = train(str(home / "domain.yml"), str(home / "config.yml"), data, str(home / "models"))
    assert trained.model is not None
    return trained.model


@pytest.fixture
async def actions() -> AsyncIterator[ActionServer]:
    """A running fake action server."""
    from aiohttp import web
    from aiohttp.test_utils import TestServer

    fake = ActionServer()
    app = web.Application(client_max_size=2**24)
    app.add_routes([web.post("/webhook", fake.webhook), web.get("/live", fake.live)])
    async with TestServer(app) as server:
        fake.url = str(server.make_url("")).rstrip("/")
        yield fake


@pytest.fixture(scope="session")
def processor_of(model: str) -> Callable[..., Any]:
    """Builds a processor over a store and an action client; all share one loaded model."""
    from bot.engine import rasa_speed
    from bot.engine.turns import TurnProcessor, load_model

    rasa_speed.apply()
    loaded = load_model(Path(model))

    class OneModel(TurnProcessor):
        @staticmethod
        def _load_model(_: object) -> Any:
            return loaded

    return lambda store, client: OneModel(model, store, client)


@pytest.fixture
async def engine(
    processor_of: Callable[..., Any], actions: ActionServer, tmp_path: Path
) -> AsyncIterator[Any]:
    """An engine on its own SQLite file, with one second for actions."""
    from rasa.shared.core.domain import Domain

    from bot.engine.actions_client import ActionClient
    from bot.engine.store import TurnStore
    from bot.engine.turns import Engine

    store = TurnStore(Domain.empty(), str(tmp_path / "engine.db"))
    client = ActionClient(actions.url, "made-up-actions-token", timeout=1.0)
    built = Engine(processor_of(store, client), store, client)
    await store.prepare()
    yield built
    await built.close()


@pytest.fixture
async def door(engine: Any) -> AsyncIterator[Any]:
    """An HTTP client of the engine's door, with the token."""
    from aiohttp.test_utils import TestClient, TestServer

    from bot.engine.server import application

    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with TestClient(TestServer(application(engine, TOKEN)), headers=headers) as client:
        yield client


@pytest.fixture
def say(door: Any) -> Callable[..., Any]:
    """Sends one turn, returns status and answer."""

    async def send(
        text: str | None, message: str, who: str = "c-1", **more: Any
    ) -> tuple[int, dict[str, Any]]:
        body = {"conversation": who, "message_id": message, "text": text, "metadata": {}} | more
        response = await door.post("/turns", data=json.dumps(body))
        return response.status, json.loads(await response.text())

    return send
