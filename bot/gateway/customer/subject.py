"""The signed assertion of who asks, as the company's systems read it (docs/protocols.md)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from joserfc import jwt
from joserfc.jwk import OctKey

_LIFETIME = 60


def mint(key: str, conversation: str, level: str, accounts: Sequence[str], at: float) -> str:
    """A JWT that lives for a minute from `at` on, by the company's clock; minted anew for every turn and call."""
    now = int(at)
    claims = {
        "iss": "gridcare-gateway", "aud": "company", "sub": conversation, "level": level,
        "accounts": list(accounts), "iat": now, "exp": now + _LIFETIME, "jti": secrets.token_hex(8),
    }  # fmt: skip
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(key))
