"""The settings of a desk outside of GridCare."""

from __future__ import annotations

from pydantic import BaseModel, Field

from bot.gateway.settings import Secret, Settings


class ChatwootSettings(BaseModel):
    """Chatwoot as the desk: the address, an API inbox's identifier, and the agent bot's token and webhook secret."""

    url: str = Field(pattern=r"^https?://")
    account: int = Field(ge=1)
    inbox: str = Field(pattern=r"^[\w-]{4,64}$")
    token: Secret
    secret: Secret


class OutsideSettings(Settings):
    chatwoot: ChatwootSettings | None = Field(
        None, description="people answer there instead of in the console"
    )
