"""What the engine is told from outside, read once at start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

EXAMPLES = ("change-me", "changeme", "example", "secret", "token")


class SettingsError(Exception):
    """A setting is missing or unusable; the message names it in one line."""


@dataclass(frozen=True)
class EngineSettings:
    """`database` is an SQLAlchemy URL or the path of an SQLite file."""

    url: str
    token: str
    actions_url: str
    actions_token: str
    database: str
    models: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or "127.0.0.1"

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 5105


def read(environment: Mapping[str, str] = os.environ) -> EngineSettings:
    """The settings of this process. Raises SettingsError, never shows a secret."""
    return EngineSettings(
        url=environment.get("GRIDCARE_ENGINE_URL", "http://127.0.0.1:5105"),
        token=_secret(environment, "GRIDCARE_ENGINE_TOKEN"),
        actions_url=environment.get("GRIDCARE_ACTIONS_URL", "http://127.0.0.1:5155"),
        actions_token=_secret(environment, "GRIDCARE_ACTIONS_TOKEN"),
        database=environment.get("GRIDCARE_ENGINE_DB", "var/engine.db"),
        models=environment.get("GRIDCARE_ENGINE_MODELS", "models"),
    )


def _secret(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if len(value) < 16 or value.lower().startswith(EXAMPLES):
        raise SettingsError(f"{name} is missing, shorter than 16 characters or left at its example value")
    return value
