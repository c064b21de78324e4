"""A conversation with the real actions and a fake company, without Rasa: the rules and replies of data/dialogue are
read as they are, and the loop does what RulePolicy does (the form first, the rule when the form rejects)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from actions._wiring import Parts, plug
from bot.gateway.store import manners
from bot.ports.errors import NotAllowed
from bot.ports.identity import Level, Proof, Stored
from bot.region import knowledge, region
from tests.ports.fake import FakeCompany

DIALOGUE = Path(__file__).parents[2] / "data" / "dialogue"
NOW = "2026-11-23T20:15:00+08:00"


@dataclass
class FakeIdentity:
    """Matches a holder name per account; three wrong tries are all there are."""

    holders: dict[str, str] = field(default_factory=dict)
    code: str = "123456"
    home: str = "金川小区5号楼2单元301"
    tries: int = 3
    sent: list[str] = field(default_factory=list)
    helpers: list[str | None] = field(default_factory=list)

    async def match(self, conversation: str, account_no: str, items: dict[str, str]) -> Proof:
        return self._answer(account_no, self.holders.get(account_no) in items.values(), Level.L2)

    async def find(self, conversation: str, holder_name: str, address: str) -> Proof:
        account_no = next((a for a, holder in self.holders.items() if holder == holder_name), "")
        return self._answer(account_no, bool(account_no) and address == self.home, Level.L2)

    async def send_code(self, conversation: str, account_no: str, helper: str | None = None) -> str:
        self.sent.append(account_no)
        self.helpers.append(helper)
        return "138****0001"

    async def check_code(self, conversation: str, code: str) -> Proof:
        return self._answer(self.sent[-1], code == self.code, Level.L3)

    async def stored(self, conversation: str) -> Stored:
        return Stored(12, 1, 1, 0)

    def _answer(self, account_no: str, matched: bool, level: Level) -> Proof:
        if self.tries == 0:
            raise NotAllowed("the tries are used up")
        if not matched:
            self.tries -= 1
            return Proof(False, tries_left=self.tries)
        return Proof(True, "fresh", level, (account_no,), self.tries)


@cache
def dialogue() -> tuple[dict[str, list[str]], dict[str, list[dict[str, Any]]]]:
    """Rules (intent → steps) and responses of data/dialogue."""
    rules: dict[str, list[str]] = {}
    responses: dict[str, list[dict[str, Any]]] = {}
    for path in DIALOGUE.glob("*.yml"):
        body = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        responses |= body.get("responses", {})
        for rule in body.get("rules", ()):
            rules[rule["steps"][0]["intent"]] = [s["action"] for s in rule["steps"] if "action" in s]
    return rules, responses


@cache
def domain_slots() -> list[str]:
    domain = yaml.load(
        (DIALOGUE.parents[1] / "domain.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    return list(domain["slots"])


@cache
def executor() -> ActionExecutor:
    known = ActionExecutor()
    known.register_package("actions")
    return known


@dataclass
class Reply:
    """One bot message: its name, its words, its buttons, its effect."""

    name: str | None
    text: str
    buttons: list[dict[str, str]]
    custom: dict[str, Any]


class Conversation:
    """say("…", intent, entity="value") → the replies of the turn, rendered."""

    def __init__(self, company: FakeCompany, identity: FakeIdentity | None = None, **metadata: Any) -> None:
        self.company, self.identity = company, identity or FakeIdentity()
        facts, answers = region.load("bayannur"), knowledge.load("bayannur")
        plug(Parts(company.company, self.identity, facts, answers))
        self.metadata = {
            "channel": "web",
            "level": "L0",
            "accounts": [],
            "subject": "",
            "now": NOW,
            **metadata,
        }
        self.slots: dict[str, Any] = dict.fromkeys(domain_slots())
        self.form: str | None = None
        self.events: list[dict[str, Any]] = []
        self.count = 0

    async def say(
        self, text: str, intent: str = "inform", *, also: tuple[str, ...] = (), ranking: tuple[str, ...] = (),
        metadata: dict[str, Any] | None = None, spans: Sequence[dict[str, Any]] = (), **entities: Any,
    ) -> list[Reply]:  # fmt: skip
        """`spans`: entities with their place in the text, where the words matter beside the value."""
        self.count += 1
        about = {**self.metadata, "message_id": f"m-{self.count}", **(metadata or {})}
        about["manner"] = asdict(manners.of(about["channel"]))
        found = [
            {
                "entity": name,
                "value": value,
                "start": max(text.find(str(value)), 0),
                "end": max(text.find(str(value)), 0) + len(str(value)),
            }
            for name, values in entities.items()
            for value in (values if isinstance(values, list) else [values])
        ] + list(spans)
        self.message = {
            "text": text, "intent": {"name": intent}, "entities": found, "also": list(also), "metadata": about,
            "intent_ranking": [{"name": n} for n in ranking],
        }  # fmt: skip
        self.events.append({"event": "user", "text": text, "parse_data": {"entities": found}})
        self.replies: list[Reply] = []
        await self._turn(intent)
        return self.replies

    async def press(self, payload: str) -> list[Reply]:
        """Press a button of the bot."""
        match = re.fullmatch(r"/(\w+)(\{.*\})?", payload)
        assert match, payload
        return await self.say(payload, match[1], **yaml.safe_load(match[2] or "{}"))

    async def _turn(self, intent: str) -> None:
        rules, _ = dialogue()
        following: str | None = None
        if self.form:
            following = await self._run_form(self.form)
            if following == "rejected":
                following = rules[intent][0]
        else:
            following = rules[intent][0]
        for _ in range(10):
            if following in (None, "action_listen"):
                return
            following = await (self._run_form if following.endswith("_form") else self._run)(following)
        raise AssertionError("the turn does not end")

    async def _run_form(self, form: str) -> str | None:
        self.form = form
        events = await self._call(f"validate_{form}")
        told = [e for e in events if e["event"] == "slot" and e["name"] != "requested_slot"]
        if self.slots.get("requested_slot") and not told:
            return "rejected"
        following = self._apply(events)
        if self.slots.get("requested_slot") is None:
            self.form = None
        elif following is None:
            self._ask(self.slots["requested_slot"])
        return following

    def _ask(self, slot: str) -> None:
        _, responses = dialogue()
        names = (f"utter_ask_{self.form}_{slot}", f"utter_ask_{slot}")
        found = next((name for name in names if name in responses), None)
        if found:
            self._utter({"response": found})

    async def _run(self, action: str) -> str | None:
        return self._apply(await self._call(action))

    async def _call(self, action: str) -> list[dict[str, Any]]:
        tracker = Tracker("c-test", dict(self.slots), self.message, self.events, False, None,
                          {"name": self.form} if self.form else {}, None)  # fmt: skip
        dispatcher = CollectingDispatcher()
        events = await executor().actions[action](dispatcher, tracker, {})
        for message in dispatcher.messages:
            self._utter(message)
        return events

    def _apply(self, events: list[dict[str, Any]]) -> str | None:
        following = None
        for event in events:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
            elif event["event"] == "active_loop":
                self.form = event["name"]
            elif event["event"] == "followup":
                following = event["name"]
        return following

    def _utter(self, message: dict[str, Any]) -> None:
        _, responses = dialogue()
        name, template = message.get("response"), {}
        if name:
            template = self._variant(responses[name])
        text = message.get("text") or template.get("text") or ""
        values = {**self.slots, **message}
        for slot in set(re.findall(r"\{(\w+)\}", text)):
            assert values.get(slot) is not None, f"{name} lacks {slot}"
            text = text.replace(f"{{{slot}}}", str(values[slot]))
        buttons = [*_unescaped(template.get("buttons", ())), *(message.get("buttons") or ())]
        self.replies.append(Reply(name, text, buttons, message.get("custom") or {}))
        self.events.append({"event": "bot", "text": text})

    def _variant(self, variants: list[dict[str, Any]]) -> dict[str, Any]:
        """The first variant whose conditions the slots meet, else the first without any, as Rasa chooses: among
        those for elder mode where they are wanted and exist."""
        ordinary = [v for v in variants if "channel" not in v]
        wanted = "elder" if self.slots.get("elder") else self.metadata["channel"]
        marked = [v for v in variants if v.get("channel") == wanted]
        return self._fitting(marked) or self._fitting(ordinary) or {}

    def _fitting(self, variants: list[dict[str, Any]]) -> dict[str, Any] | None:
        plain = [v for v in variants if "condition" not in v]
        meets = [
            v for v in variants
            if v not in plain and all(self.slots[c["name"]] == c["value"] for c in v["condition"])
        ]  # fmt: skip
        return next(iter([*meets, *plain]), None)


def _unescaped(buttons: list[dict[str, str]]) -> list[dict[str, str]]:
    """Payloads of a response file write braces twice, as Rasa wants them."""
    return [{**b, "payload": b["payload"].replace("{{", "{").replace("}}", "}")} for b in buttons]


def names(replies: list[Reply]) -> list[str]:
    """The names of the replies, effects and cards left out."""
    return [r.name or r.text for r in replies if r.name or r.text]
