"""A customer who talks to the engine itself, as the gateway would: POST /turns with a signed subject."""

from __future__ import annotations

import time
import uuid
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey

from bot.gateway.store import manners
from tests.e2e.running import RunningSystem

SEASON = "utter_season"
"""Said at some times of the year only."""
CHINA = timezone(timedelta(hours=8))


class Customer:
    """One conversation. `say` and `press` give the engine's answer; `slots` what it keeps."""

    def __init__(self, system: RunningSystem, level: str = "L0", accounts: tuple[str, ...] = ()) -> None:
        self.system, self.level, self.accounts = system, level, accounts
        self.conversation = self._announced()
        self.last: dict[str, Any] = {"replies": []}
        headers = {"Authorization": f"Bearer {system.secret('GRIDCARE_ENGINE_TOKEN')}"}
        self.client = httpx.Client(
            base_url=system.url("engine"), headers=headers, trust_env=False, timeout=30
        )

    def __enter__(self) -> Customer:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def _announced(self) -> str:
        """A conversation that the gateway knows, for the identity step: opened by a greeting over the app channel."""
        token = self.system.secret("GRIDCARE_APP_TOKEN")
        name = f"app-{uuid.uuid4()}"
        hello = {"message_id": name, "conversation": name, "text": "你好"}
        with httpx.Client(base_url=self.system.url("gateway"), trust_env=False, timeout=30) as gateway:
            gateway.post(
                "/api/v1/messages", json=hello, headers={"Authorization": f"Bearer {token}"}
            ).raise_for_status()
        newest = "SELECT id FROM conversation ORDER BY created_at DESC LIMIT 1"
        return str(self.system.rows("gateway", newest)[0]["id"])

    def say(self, text: str, **metadata: Any) -> dict[str, Any]:
        return self._turn(text=text, payload=None, **metadata)

    def press(self, title: str) -> dict[str, Any]:
        """Press the button of that title in the last answer."""
        buttons = {b["title"]: b["payload"] for r in self.last["replies"] for b in r["buttons"]}
        assert title in buttons, f"no button {title} among {list(buttons)}"
        return self._turn(text=None, payload=buttons[title])

    def slots(self) -> dict[str, Any]:
        answer = self.client.get(f"/conversations/{self.conversation}/slots")
        answer.raise_for_status()
        return answer.json()

    def _turn(self, text: str | None, payload: str | None, **metadata: Any) -> dict[str, Any]:
        message_id = f"m-{uuid.uuid4()}"
        channel = metadata.get("channel", "web")
        about = {
            "channel": channel, "manner": asdict(manners.of(channel)), "subject": self._subject(), "level": self.level, "accounts": list(self.accounts),
            "message_id": message_id, "conversation": self.conversation, "now": datetime.now(CHINA).isoformat(timespec="seconds"),
            "profile": {}, "attachments": [], **metadata,
        }  # fmt: skip
        body = {"conversation": self.conversation, "message_id": message_id, "text": text, "payload": payload,
                "metadata": about}  # fmt: skip
        answer = self.client.post("/turns", json=body)
        assert answer.status_code == 200, answer.text
        self.last = answer.json()
        return self.last

    def _subject(self) -> str:
        now = int(time.time())
        claims = {
            "iss": "gridcare-gateway", "aud": "company", "sub": self.conversation, "level": self.level,
            "accounts": list(self.accounts), "iat": now, "exp": now + 60, "jti": uuid.uuid4().hex,
        }  # fmt: skip
        return jwt.encode(
            {"alg": "HS256"}, claims, OctKey.import_key(self.system.secret("GRIDCARE_SUBJECT_KEY"))
        )


def told_as(reply: dict[str, Any]) -> str:
    """The name of a reply, the kind of an effect, or `text` for words of the region or said before."""
    return str(reply["response"] or (reply["custom"] or {"type": "text"})["type"])


def hold(conversation: dict[str, Any], system: RunningSystem) -> None:
    """Hold a written conversation turn by turn; see test_conversations.py for what it may state."""
    who = conversation.get("as", {})
    with Customer(system, who.get("level", "L0"), tuple(who.get("accounts", ()))) as customer:
        for number, turn in enumerate(conversation["turns"], 1):
            answer = customer.say(turn["say"]) if "say" in turn else customer.press(turn["press"])
            told = [name for name in map(told_as, answer["replies"]) if name != SEASON]
            assert told == turn["replies"], f"turn {number}, understood as {answer['intent']}: {told}"
            if "slots" in turn or "form" in turn:
                check_state(customer.slots(), turn, number)


def check_state(state: dict[str, Any], turn: dict[str, Any], number: int) -> None:
    """The slots a turn names, exactly, and the form that is active."""
    kept = state["slots"]
    wanted = turn.get("slots", {})
    assert {name: kept.get(name) for name in wanted} == wanted, f"turn {number}"
    if "form" in turn:
        assert state["active_form"] == turn["form"], f"turn {number}"
