"""How an action speaks: replies by name, buttons, cards, and effects for the gateway."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import _names
from actions._turn import Turn
from bot.region.region import SafetyScript

Changes = dict[str, Any]
"""Slots to set."""


class Say:
    """Replies by name, and effects for the gateway (docs/protocols.md)."""

    def __init__(self, dispatcher: CollectingDispatcher, turn: Turn) -> None:
        self._dispatcher = dispatcher
        self._turn = turn
        self.about: dict[str, Any] | None = None  # what was talked of: what a later 要多少钱 leans on

    def __call__(self, response: str, buttons: list[dict[str, str]] | None = None, **values: Any) -> None:
        if "order_no" in values:
            values["order_no"] = self._turn.read_back(values["order_no"])
        self._dispatcher.utter_message(response=response, buttons=buttons, **values)

    def again(self, text: str) -> None:
        """Words the bot has already said."""
        self._dispatcher.utter_message(text=text)

    def script(self, script: SafetyScript) -> None:
        """Words of the safety data, in their spoken form where they are only heard."""
        self.again(script.spoken if self._turn.manner.spoken else script.text)

    def card(self, card: str, data: Mapping[str, Any]) -> None:
        self._dispatcher.utter_message(json_message={"type": "card", "card": card, "data": dict(data)})

    def effect(self, kind: str, **fields: Any) -> None:
        self._dispatcher.utter_message(json_message={"type": kind, **fields})

    def offer_person(self, reason: str, skill: str = "general", response: str = "utter_offer_person") -> None:
        """Offer a person; the button carries why, so that nobody has to repeat."""
        self(response, buttons=[button("handover", "/request_human", choice=f"{reason}/{skill}")])


def button(name: str, payload: str, **entities: str) -> dict[str, str]:
    """A button by its name in data/dialogue/names.yml; entities become part of the payload."""
    return choice(_names.word("button", name), payload, **entities)


def choice(title: str, payload: str, **entities: str) -> dict[str, str]:
    """A button with a title that is data (an account, a place)."""
    body = ", ".join(f'"{key}": "{value}"' for key, value in entities.items())
    return {"title": title, "payload": f"{payload}{{{body}}}" if body else payload}
