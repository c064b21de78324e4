"""What a customer may see of names, numbers and addresses (docs/security-and-privacy.md)."""

from __future__ import annotations


def name(full: str) -> str:
    """王秀英 → 王*英, 王五 → 王*; firms keep two characters at either end."""
    if len(full) > 4:
        return f"{full[:2]}****{full[-2:]}"
    return full[0] + "*" * max(1, len(full) - 2) + (full[-1] if len(full) > 2 else "")


def phone(full: str | None) -> str:
    """13800000001 → 138****0001."""
    return f"{full[:3]}****{full[-4:]}" if full else ""


def account_no(full: str) -> str:
    """The first two and last four digits."""
    return f"{full[:2]}{'*' * (len(full) - 6)}{full[-4:]}"


def address(county: str, place: str) -> str:
    """County and village or community; nothing finer."""
    return f"{county}{place}******"


def send_to(address: str) -> str:
    """a***@example.cn, or a masked phone."""
    return f"{address[0]}***@{address.partition('@')[2]}" if "@" in address else phone(address)
