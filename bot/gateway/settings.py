"""The gateway's settings, read once at start from GRIDCARE_* variables and refused loudly when wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parents[2]
_EXAMPLES = ("change", "example", "secret", "placeholder")
_SHORTEST = 16


class BadSettings(Exception):
    """The gateway may not start; the text names every setting at fault, never its value."""


def _refuse_examples(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if len(value) < _SHORTEST or any(word in value.lower() for word in _EXAMPLES):
        raise ValueError(f"needs a random value of {_SHORTEST} characters or more")
    return secret


Secret = Annotated[SecretStr, AfterValidator(_refuse_examples)]


class WechatAccount(BaseModel):
    """An official account, as its console at WeChat shows it. Its key in the setting is the alias in its URL."""

    app_id: str = Field(pattern=r"^wx[0-9a-zA-Z]{4,30}$")
    app_secret: Secret
    token: Secret
    aes_key: SecretStr = Field(description="EncodingAESKey, 43 characters")

    @model_validator(mode="after")
    def _a_key_of_256_bits(self) -> WechatAccount:
        if not re.fullmatch(r"[0-9A-Za-z]{43}", self.aes_key.get_secret_value()):
            raise ValueError("aes_key needs the 43 characters of the EncodingAESKey")
        return self


class ChatwootSettings(BaseModel):
    """Chatwoot as the desk: the address, an API inbox's identifier, and the agent bot's token and webhook secret."""

    url: str = Field(pattern=r"^https?://")
    account: int = Field(ge=1)
    inbox: str = Field(pattern=r"^[\w-]{4,64}$")
    token: Secret
    secret: Secret


class WechatSettings(BaseSettings):
    """What the WeChat channel and its commands need."""

    model_config = SettingsConfigDict(env_prefix="GRIDCARE_", extra="ignore", hide_input_in_errors=True)

    wechat_accounts: dict[Annotated[str, Field(pattern=r"^[a-z0-9-]{1,16}$")], WechatAccount] = Field(
        default_factory=dict
    )
    wechat_url: str = "https://api.weixin.qq.com"
    wechat_oauth_url: str = "https://open.weixin.qq.com"
    wechat_public_url: str | None = Field(None, description="our own address as customers' phones reach it")
    wechat_plain: bool = Field(False, description="takes unencrypted messages: local development only")


class DeskSettings(BaseSettings):
    """What the commands about agents need."""

    model_config = SettingsConfigDict(env_prefix="GRIDCARE_", extra="ignore", hide_input_in_errors=True)

    gateway_db: str = "sqlite+aiosqlite:///.run/gateway.db"
    region: str = "bayannur"


class GatewaySettings(WechatSettings, DeskSettings):
    """Every setting of the gateway process (docs/operations.md). Seconds where a field is a time."""

    gateway_url: str = "http://127.0.0.1:8080"
    engine_url: str = "http://127.0.0.1:5105"
    engine_token: Secret
    internal_token: Secret
    app_token: Secret
    voice_url: str | None = Field(
        None, description="of the voice process; with voice_token it hears recordings and reads texts aloud"
    )
    voice_token: Secret | None = Field(
        None, description="of the voice process; without it there is no telephone"
    )
    subject_key: Secret
    session_key: Secret
    demo: bool = False
    demo_password: SecretStr | None = Field(
        None, description="of the demo's agents; without it there are none"
    )
    allowed_origins: str = "http://127.0.0.1:8080,http://localhost:8080"
    web_dir: Path = ROOT / "web" / "dist"
    upload_dir: Path = ROOT / ".run" / "uploads"
    chatwoot: ChatwootSettings | None = Field(
        None, description="people answer there instead of in the console"
    )
    sms_url: str | None = None
    sms_token: SecretStr | None = None
    messages_per_second: int = Field(1, ge=1, description="per conversation, with five times as many at once")
    sessions_per_minute: int = Field(120, ge=1, description="new or renewed web sessions per address")
    turns: int = Field(16, ge=2, description="turns carried out at the same time")

    @model_validator(mode="after")
    def _an_sms_goes_somewhere(self) -> GatewaySettings:
        if not self.demo and not self.sms_url:
            raise ValueError("GRIDCARE_SMS_URL is needed unless GRIDCARE_DEMO=1")
        return self

    @model_validator(mode="after")
    def _demo_agents_stay_in_the_demo(self) -> GatewaySettings:
        if self.demo_password and not self.demo:
            raise ValueError("GRIDCARE_DEMO_PASSWORD is for the demo: it needs GRIDCARE_DEMO=1")
        return self

    @model_validator(mode="after")
    def _plain_messages_stay_local(self) -> GatewaySettings:
        if self.wechat_plain and not self.demo:
            raise ValueError("GRIDCARE_WECHAT_PLAIN=1 is for local development: it needs GRIDCARE_DEMO=1")
        return self

    @property
    def origins(self) -> list[str]:
        """Origins of pages that may carry the chat."""
        return [origin.strip().rstrip("/") for origin in self.allowed_origins.split(",") if origin.strip()]


S = TypeVar("S", bound=BaseSettings)


def read() -> GatewaySettings:
    """The settings of the environment, or BadSettings with one line that names all faults."""
    return read_as(GatewaySettings)


def read_as(kind: type[S]) -> S:
    """The part of the settings that a command needs. Raises BadSettings."""
    try:
        return kind()
    except ValidationError as wrong:
        faults = [
            f"{'GRIDCARE_' + str(e['loc'][0]).upper() + ' ' if e['loc'] else ''}{e['msg'].removeprefix('Value error, ')}"
            for e in wrong.errors()
        ]
        raise BadSettings("; ".join(faults)) from None
