"""Settings of the outages process, read once at start from GRIDCARE_* (docs/operations.md)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
_SHORTEST = 16


class OutagesSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="GRIDCARE_", extra="ignore", hide_input_in_errors=True)

    outages_url: str = "http://127.0.0.1:8094"
    outages_db: str = f"sqlite:///{ROOT / '.run' / 'outages.db'}"
    outages_token: SecretStr
    outages_every: float = Field(30.0, gt=0, description="seconds between two looks")

    @field_validator("outages_token")
    @classmethod
    def _real(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if len(text) < _SHORTEST or any(
            word in text.lower() for word in ("change", "example", "placeholder")
        ):
            raise ValueError(f"needs a random value of {_SHORTEST} characters or more")
        return value

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen on."""
        parts = urlsplit(self.outages_url)
        return parts.hostname or "127.0.0.1", parts.port or 8094
