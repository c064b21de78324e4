"""A message as docs/protocols.md shows it to every client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.gateway.store.clock import iso
from bot.gateway.store.messages import Message


def render(message: Message, link: Callable[[str], str]) -> dict[str, Any]:
    """The JSON object of a message. `link` makes a link to an uploaded picture that works for a while."""
    shown: dict[str, Any] = {
        "seq": message.seq, "id": f"m{message.seq}", "at": iso(message.at), "from": message.author,
    }  # fmt: skip
    body = message.body
    optional = {
        "agent": body.get("agent_name") or message.agent,
        "text": body.get("text"),
        "msg_id": message.client_id,
    }
    optional |= {name: body.get(name) for name in ("quick_replies", "card", "profile")}
    if image := body.get("image"):
        url = link(image["upload"]) if "upload" in image else image["url"]
        optional["image"] = {"url": url, "alt": image.get("alt", "")}
    return shown | {name: value for name, value in optional.items() if value}
