"""From the conversation to WeChat: messages become pieces, kept in the database until WeChat has taken them.

The cursor of a conversation says up to which number its messages have become pieces; both change in one commit. The
first piece of a turn may leave as the passive reply, the rest through the customer-service API, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.channels.wechat.render import Words, options, pack
from bot.gateway.store import messages
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import Connection
from bot.gateway.store.wechat import followers, pieces


@dataclass(frozen=True)
class Renderer:
    """What rendering needs beside the messages."""

    words: Words
    busy: str
    link: Callable[[str], str]


def plan(c: Connection, conversation: str, renderer: Renderer) -> None:
    """Make pieces of what was published since the cursor."""
    person = followers.find(c, conversation, lock=True)
    if person is None:
        return
    fresh = messages.after(c, conversation, person.cursor)
    if not fresh:
        return
    said = [each for each in _without_notice(fresh, renderer.busy) if each.author != "customer"]
    packed = pack(said, renderer.words, renderer.link)
    pieces.add(c, conversation, [(each.author, each.text) for each in packed])
    changes: dict[str, object] = {"cursor": fresh[-1].seq}
    if spoken := [each for each in said if each.author != "system"]:
        offers = [options(each) for each in spoken if options(each)]
        # An agent's question may well be answered by a number that is none of the bot's options.
        answers_bot = bool(offers) and spoken[-1].author == "bot"
        changes["offered"] = [vars(one) for one in offers[-1]] if answers_bot else []
    followers.change(c, conversation, **changes)


def _without_notice(fresh: Sequence[Message], busy: str) -> list[Message]:
    """A notice that the answer takes a while is dropped when the answer is there."""
    answered = {each.inbox_id for each in fresh if each.author == "bot" and each.body.get("text") != busy}
    return [each for each in fresh if each.body.get("text") != busy or each.inbox_id not in answered - {None}]


def plan_due(c: Connection, conversations: Sequence[str], renderer: Renderer) -> list[str]:
    """Plan what need not wait; returns those that must wait for a request or a turn."""
    waiting = []
    for conversation in conversations:
        if pieces.waits(c, conversation):
            waiting.append(conversation)
        else:
            plan(c, conversation, renderer)
    return waiting
