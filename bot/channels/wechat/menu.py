"""The custom menu from data/wechat/menu.yml: what a tap says, and `python -m bot.channels.wechat.menu` to apply it.

Applying is idempotent: a menu that WeChat already shows is left alone. The command needs no database: stable_token
gives it the token the gateway uses."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter, model_validator

from bot.channels.wechat import texts
from bot.channels.wechat.api import Api, Failure, client
from bot.channels.wechat.settings import WechatSettings
from bot.gateway.settings import BadSettings, read_as


class MenuEntry(BaseModel, extra="forbid"):
    name: str = Field(min_length=1, max_length=8)
    key: str | None = Field(None, max_length=64)
    say: str | None = Field(None, max_length=60)
    page: str | None = Field(None, pattern="^bind$")

    @model_validator(mode="after")
    def _does_one_thing(self) -> MenuEntry:
        if (self.page is None) == (self.key is None or self.say is None):
            raise ValueError("an entry has either key and say, or page")
        return self


class MenuButton(BaseModel, extra="forbid"):
    name: str = Field(min_length=1, max_length=4)
    entries: list[MenuEntry] = Field(min_length=1, max_length=5)


def load() -> list[MenuButton]:
    """The menu of the file. Raises pydantic's ValidationError."""
    return TypeAdapter(list[MenuButton]).validate_python(texts.read("menu"))[:3]


def sayings(menu: list[MenuButton]) -> dict[str, str]:
    """What each key says."""
    return {entry.key: entry.say for button in menu for entry in button.entries if entry.key and entry.say}


def as_wechat(menu: list[MenuButton], bind_url: str | None) -> dict[str, Any]:
    """The body of menu/create. Without a public address there is no page to open."""
    buttons = []
    for button in menu:
        entries: list[dict[str, str]] = []
        for entry in button.entries:
            if entry.key:
                entries.append({"type": "click", "name": entry.name, "key": entry.key})
            elif bind_url:
                entries.append({"type": "view", "name": entry.name, "url": bind_url})
        buttons.append({"name": button.name, "sub_button": entries})
    return {"button": buttons}


def _same(wanted: Any, shown: Any) -> bool:
    """WeChat adds empty fields of its own to what it was given."""
    if isinstance(wanted, dict):
        return isinstance(shown, dict) and all(_same(v, shown.get(k)) for k, v in wanted.items())
    if isinstance(wanted, list):
        return isinstance(shown, list) and len(wanted) == len(shown) and all(map(_same, wanted, shown))
    return bool(wanted == shown)


async def apply(api: Api, wanted: dict[str, Any]) -> bool:
    """Create the menu unless it is there; returns whether it was created. Raises Failure."""
    if _same(wanted, await api.menu()):
        return False
    await api.create_menu(wanted)
    return True


def bind_url(settings: WechatSettings, alias: str) -> str | None:
    """Where the menu sends customers who want to bind an account number."""
    public = settings.wechat_public_url
    return f"{public.rstrip('/')}/wechat/{alias}/bind" if public else None


async def _apply_all(settings: WechatSettings, menu: list[MenuButton]) -> int:
    wrong = 0
    async with client(settings.wechat_url) as http:
        for alias, account in settings.wechat_accounts.items():
            api = Api(alias, account, http)
            try:
                done = await apply(api, as_wechat(menu, bind_url(settings, alias)))
                print(f"{alias}: {'menu created' if done else 'menu is up to date'}")
            except Failure as failure:
                wrong += 1
                print(f"{alias}: WeChat answers {failure.code}", file=sys.stderr)
    return 1 if wrong else 0


def main() -> int:
    try:
        settings = read_as(WechatSettings)
    except BadSettings as wrong:
        print(f"wechat-menu: {wrong}", file=sys.stderr)
        return 2
    if not settings.wechat_accounts:
        print("wechat-menu: GRIDCARE_WECHAT_ACCOUNTS names no account", file=sys.stderr)
        return 2
    return asyncio.run(_apply_all(settings, load()))


if __name__ == "__main__":
    sys.exit(main())
