"""Settings of the reference company system, read once at start from GRIDCARE_* (docs/protocols.md)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parents[1]
EXAMPLES = ("example", "change", "secret", "token", "xxx", "todo")
SHORTEST_SECRET = 16


class Database(BaseSettings):
    """What seeding and advancing need: no secrets."""

    model_config = SettingsConfigDict(env_prefix="GRIDCARE_", extra="ignore", hide_input_in_errors=True)

    backend_db: str = f"sqlite:///{ROOT / '.run' / 'backend.db'}"
    region: str = "bayannur"


class Settings(Database):
    """What the server needs. A secret that is missing, short or an example stops the start."""

    backend_url: str = "http://127.0.0.1:8090"
    backend_token: SecretStr
    subject_key: SecretStr
    demo: bool = False

    @field_validator("backend_token", "subject_key")
    @classmethod
    def real(cls, value: SecretStr) -> SecretStr:
        """Refuse a secret that is short or left at an example value."""
        text = value.get_secret_value()
        if len(text) < SHORTEST_SECRET or text.lower().startswith(EXAMPLES):
            raise ValueError(f"must be a real secret of at least {SHORTEST_SECRET} characters")
        return value

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen on."""
        parts = urlsplit(self.backend_url)
        return parts.hostname or "127.0.0.1", parts.port or 8090
