"""What can go wrong when a company system is asked: one tree, whatever the system.

CompanyError
├── Unavailable   no answer in time, connection refused, 5xx, breaker open, or an answer that is none of ours: try later,
│                 tell the truth
├── NotFound      no such account, order or month, or not visible for this subject (never told apart)
├── NotAllowed    the subject's identity level is too low for this
├── Conflict      the same key is in flight, or was used with another body
└── BadData       the request was refused as invalid
"""

from __future__ import annotations


class CompanyError(Exception):
    """Anything that keeps a company system from doing what was asked."""


class Unavailable(CompanyError):
    """No usable answer now; the request may or may not have taken effect."""


class NotFound(CompanyError):
    """No such thing, or nothing this subject may see."""


class NotAllowed(CompanyError):
    """The subject's identity level is too low."""


class Conflict(CompanyError):
    """The idempotency key is in flight or belongs to another request."""


class BadData(CompanyError):
    """The request breaks the agreed shape. `field` names the culprit where known."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field
