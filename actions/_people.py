"""Which person a wish for a person goes to, and how soon (data/dialogue/names.yml has the words)."""

from __future__ import annotations

from typing import Any

from actions import _names
from actions._turn import Turn
from actions._wiring import parts
from bot.ports.errors import CompanyError

FIRST, SOON, USUAL = 1, 2, 5
MUST_NOT_WAIT = frozenset({"important", "life_support"})
"""Flags of an account whose holder gets a person at once."""

_MONGOLIAN = range(0x1800, 0x18B0)


async def wish(turn: Turn, reason: str, skill: str, summary: str, slots: dict[str, str]) -> dict[str, Any]:
    """The fields of a handover effect."""
    flags = await flags_of(turn)
    priority = SOON if turn.elder or flags & MUST_NOT_WAIT else USUAL
    if said(turn.text, "in_danger"):
        priority = FIRST
    elif said(turn.text, "outside_help"):
        priority, skill = min(priority, SOON), "complaint"
    lines = [summary, *(_names.word("flag", flag) for flag in sorted(flags & MUST_NOT_WAIT))]
    return {
        "reason": reason, "skill": language(turn.text) or skill, "priority": priority,
        "summary": "\n".join(line for line in lines if line), "slots": slots, "elder": turn.elder,
    }  # fmt: skip


def language(text: str) -> str | None:
    """The skill of an agent who speaks the customer's language: asked for by name, or written in its letters."""
    if any(ord(letter) in _MONGOLIAN for letter in text) or said(text, "mongolian"):
        return "mongolian"
    return "dialect" if said(text, "dialect") else None


def said(text: str, what: str) -> bool:
    return any(word in text for word in _names.words("person_words", what))


async def flags_of(turn: Turn) -> frozenset[str]:
    """What the company has marked the caller's accounts with; nothing when it does not answer."""
    found: set[str] = set()
    for account in turn.subject.accounts[:3]:
        try:
            found.update((await parts().company.billing.account(turn.subject, account)).flags)
        except CompanyError:
            break
    return frozenset(found)
