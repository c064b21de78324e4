"""Messages as WeChat can show them: texts of at most 2,048 bytes, merged, with numbered options. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.gateway.store.messages import Message

MAX_BYTES = 2048
MOST = 5
_ENDS = ("\n", "。", "！", "？", "；", "，", " ")
_LABELLED = re.compile(r"\[([^\]\n]*)\]\((https?://[^)\s]+)\)")
_GAP = "\n\n"


@dataclass(frozen=True)
class NumberedOption:
    """A button as a number to type and a link to tap; `id` is the button's."""

    id: str
    title: str


@dataclass(frozen=True)
class Piece:
    """One WeChat message. `author` decides whether it may still be sent when the word has changed hands."""

    author: str
    text: str


@dataclass(frozen=True)
class Words:
    """What rendering adds, from data/wechat/texts.yml: how to answer, who speaks, that there is more."""

    how: str
    speaker: str
    more: str


def size(text: str) -> int:
    return len(text.encode())


def plain(text: str) -> str:
    """Our light markup as a text; nothing in it can be a link but our own labels."""
    safe = text.replace("**", "").replace("<", "＜")
    return _LABELLED.sub(r'<a href="\2">\1</a>', safe)


def option(number: int, one: NumberedOption) -> str:
    """A line to tap or to answer by number. The link carries the opaque id, nothing of what it stands for."""
    title = re.sub(r"[<>\"&]", "", one.title)
    return f'{number}. <a href="weixin://bizmsgmenu?msgmenucontent={title}&msgmenuid={one.id}">{title}</a>'


def options(message: Message) -> list[NumberedOption]:
    return [NumberedOption(each["id"], each["title"]) for each in message.body.get("quick_replies", ())]


def shown(message: Message, words: Words, link: Callable[[str], str]) -> str:
    """The whole of a message as one text; empty when it has only what WeChat cannot show."""
    text = plain(message.body.get("text") or "")
    if picture := message.body.get("image"):
        url = link(picture["upload"]) if "upload" in picture else str(picture["url"])
        text = f"{text}\n{url}".strip() if url.startswith("http") else text
    if found := options(message):
        lines = [option(number, each) for number, each in enumerate(found, 1)]
        text = _GAP.join([text, *lines, words.how])
    if text and message.author == "agent":
        text = words.speaker.format(agent=message.body.get("agent_name") or message.agent or "") + text
    return text


def split(text: str, limit: int = MAX_BYTES) -> list[str]:
    """The text in parts of at most `limit` bytes, cut at ends of sentences where there are any."""
    parts = []
    while size(text) > limit:
        room = text.encode()[:limit].decode(errors="ignore")
        cut = next((at + 1 for end in _ENDS if (at := room.rfind(end)) >= len(room) // 2), len(room))
        # A link must stay whole, or its target is shown as text.
        opened = room.rfind("<a ", 0, cut)
        if opened > 0 and room.find("</a>", opened, cut) < 0:
            cut = opened
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*parts, text] if text else parts


def pack(
    messages: Sequence[Message], words: Words, link: Callable[[str], str] = lambda upload: ""
) -> list[Piece]:
    """As few pieces as the messages fit into, at most MOST; the last one says so when there was more."""
    pieces = []
    for agent, group in groupby(messages, key=lambda each: each.author == "agent"):
        texts = [(each.author, shown(each, words, link)) for each in group]
        said = [(author, part) for author, text in texts for part in split(text) if text]
        pieces += _merged(said, agent)
    if len(pieces) <= MOST:
        return pieces
    last = split(pieces[MOST - 1].text, MAX_BYTES - size(words.more) - 1)[0]
    return [*pieces[: MOST - 1], Piece(pieces[MOST - 1].author, f"{last}\n{words.more}")]


def _merged(said: Sequence[tuple[str, str]], agent: bool) -> list[Piece]:
    """Parts joined while they fit. The bot's and the system's words go together, and then count as the system's,
    so that an order number is never held back with what the bot said around it."""
    pieces: list[Piece] = []
    for author, text in said:
        if pieces and size(pieces[-1].text + _GAP + text) <= MAX_BYTES:
            both = pieces[-1].author if pieces[-1].author == author else "system"
            pieces[-1] = Piece("agent" if agent else both, pieces[-1].text + _GAP + text)
        else:
            pieces.append(Piece("agent" if agent else author, text))
    return pieces


def chosen(text: str, offered: Sequence[Mapping[str, str]], number: re.Pattern[str]) -> str | None:
    """The id of the option meant by a number alone, as `number` finds it; None when it is none of them."""
    found = number.fullmatch(text.strip())
    if found is None:
        return None
    at = int(found[1])
    return offered[at - 1]["id"] if 1 <= at <= len(offered) else None
