"""The settings of the WeChat channel and its commands."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, Field, SecretStr, model_validator

from bot.gateway.settings import Secret, Settings


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


class WechatSettings(Settings):
    """What the WeChat channel and its commands need."""

    wechat_accounts: dict[Annotated[str, Field(pattern=r"^[a-z0-9-]{1,16}$")], WechatAccount] = Field(
        default_factory=dict
    )
    wechat_url: str = "https://api.weixin.qq.com"
    wechat_oauth_url: str = "https://open.weixin.qq.com"
    wechat_public_url: str | None = Field(None, description="our own address as customers' phones reach it")
    wechat_plain: bool = Field(False, description="takes unencrypted messages: local development only")
    demo: bool = False

    @model_validator(mode="after")
    def _plain_messages_stay_local(self) -> WechatSettings:
        if self.wechat_plain and not self.demo:
            raise ValueError("GRIDCARE_WECHAT_PLAIN=1 is for local development: it needs GRIDCARE_DEMO=1")
        return self
