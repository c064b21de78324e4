"""The custom menu and template messages: checked before they are sent, sent once."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.channels.wechat import api, menu, notices
from bot.channels.wechat.settings import WechatSettings
from bot.gateway.settings import BadSettings, read_as
from bot.gateway.store.wechat import tables as w
from tests.channels.wechat.conftest import ACCOUNT, OPENID, Line, connected
from tests.gateway.fakes import ACCOUNT as ACCOUNT_NO
from tests.gateway.fakes import TOKENS, until

TEMPLATE = notices.Template(id="made-up-template-id", fields={"area": "thing1", "time": "time2"})


async def test_the_menu_is_created_once_and_changed_when_the_file_changes(line: Line) -> None:
    http = api.client(line.settings.wechat_url)
    one = api.Api("main", line.settings.wechat_accounts["main"], http)
    wanted = menu.as_wechat(menu.load(), "https://power.example/wechat/main/bind")
    assert [await menu.apply(one, wanted), await menu.apply(one, wanted)] == [True, False]
    wanted["button"][0]["name"] = "电费"
    assert await menu.apply(one, wanted)
    assert line.platform.calls["menu_create"] == 2
    assert [b["name"] for b in line.platform.menu["button"]] == ["电费", "报修", "更多"]
    await http.aclose()


def test_the_menu_offers_what_it_must_within_wechats_limits() -> None:
    buttons = menu.load()
    names = [entry.name for button in buttons for entry in button.entries]
    assert [button.name for button in buttons] == ["查电费", "报修", "更多"]
    assert {"长辈服务", "转人工"} <= set(names)
    keys = [entry.key for button in buttons for entry in button.entries if entry.key]
    assert len(keys) == len(set(keys)) == len(menu.sayings(buttons))
    assert "view" not in str(menu.as_wechat(buttons, None))


@pytest.mark.parametrize("entry", [{"name": "x"}, {"name": "x", "key": "k"}, {"name": "九个字的名字太长了", "page": "bind"},
                                   {"name": "x", "page": "bind", "key": "k", "say": "s"}])  # fmt: skip
def test_an_entry_that_does_nothing_or_two_things_is_refused(entry: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        menu.MenuEntry.model_validate(entry)


@pytest.mark.slow
def test_the_command_says_what_is_missing() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bot.channels.wechat.menu"],
        capture_output=True,
        text=True,
        env={},
        check=False,
    )
    assert ran.returncode == 2 and "GRIDCARE_WECHAT_ACCOUNTS" in ran.stderr


@pytest.mark.slow
async def test_the_command_creates_the_menu_once_and_says_so(line: Line) -> None:
    settings = line.settings
    env = {
        "GRIDCARE_WECHAT_ACCOUNTS": json.dumps({"main": ACCOUNT}), "GRIDCARE_WECHAT_URL": settings.wechat_url,
        "GRIDCARE_WECHAT_PUBLIC_URL": "https://power.example/",
    }  # fmt: skip

    async def run() -> tuple[int | None, str]:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.channels.wechat.menu", env=env,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await child.communicate()
        return child.returncode, said.decode().strip()

    assert [await run(), await run()] == [(0, "main: menu created"), (0, "main: menu is up to date")]
    assert "https://power.example/wechat/main/bind" in json.dumps(line.platform.menu)
    line.platform.errors["stable_token"] = [40164]
    code, said = await run()
    assert code == 1 and "40164" in said and ACCOUNT["app_secret"] not in said


@pytest.mark.parametrize(
    ("values", "fault"),
    [({"area": "金川小区"}, "time"), ({"area": "字" * 21, "time": "8:00"}, "area"),
     ({"area": "a\nb", "time": "8:00"}, "area"), ({"area": "", "time": "8:00"}, "area"),
     ({"area": "a", "time": "b", "more": "c"}, "more")],
)  # fmt: skip
def test_fields_that_do_not_fit_are_named(values: dict[str, str], fault: str) -> None:
    with pytest.raises(notices.Unfit, match=fault):
        notices.body(TEMPLATE, OPENID, values, "key")


async def test_a_notice_is_sent_once_and_followed_to_its_end(line: Line) -> None:
    await line.say("你好")
    talk = await line.conversation()
    http = api.client(line.settings.wechat_url)
    one = api.Api("main", line.settings.wechat_accounts["main"], http, line.gateway.store)
    sender = notices.Notices(line.gateway.store, {"main": one}, {"outage": TEMPLATE})
    values = {"area": "金川小区", "time": "8:00至12:00"}
    line.platform.errors["template"] = [43004]
    with pytest.raises(api.Failure):
        await sender.send(talk, "outage", values, "outage:7")
    sent = await sender.send(talk, "outage", values, "outage:7")
    assert sent.message_id and await sender.send(talk, "outage", values, "outage:7") == notices.Sent(None)
    await line.event("TEMPLATESENDJOBFINISH", MsgID=sent.message_id, Status="failed:user block")

    async def known() -> bool:
        return [row.state for row in await line.rows(w.notice)] == ["failed:user block"]

    await until(known)
    with pytest.raises(KeyError):
        await sender.send(talk, "no such kind", values, "k")
    await http.aclose()


async def test_the_company_announces_to_everybody_who_has_bound_the_account_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "load", lambda: {"outage": TEMPLATE})
    token = {"authorization": f"Bearer {TOKENS['internal_token']}"}
    wanted = {
        "account_no": ACCOUNT_NO, "kind": "outage", "key": "outage:7",
        "fields": {"area": "金川小区", "time": "8:00至12:00"},
    }  # fmt: skip
    async with connected(tmp_path) as line, line.http(**token) as http:
        for openid in ("o-made-up-1", "o-made-up-2", "o-made-up-3"):
            await line.say("你好", openid)
        for openid in ("o-made-up-1", "o-made-up-2"):
            row = {
                "conversation": await line.conversation(openid),
                "account_no": ACCOUNT_NO,
                "verified_at": 0.0,
            }
            await line.change(w.binding.insert().values(**row))
        path = "/internal/v1/wechat/notices"
        assert (await http.post(path, json=wanted)).json() == {"sent": 2, "known": 0, "failed": 0}
        assert (await http.post(path, json=wanted)).json() == {"sent": 0, "known": 2, "failed": 0}
        for change, status in (
            ({"kind": "nothing"}, 409),
            ({"fields": {"area": "x"}}, 422),
            ({"key": "a b"}, 422),
        ):
            assert (await http.post(path, json={**wanted, **change})).status_code == status
        assert (await http.post(path, json=wanted, headers={"authorization": "Bearer x"})).status_code == 401


def test_settings_that_are_wrong_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in (
        {"aes_key": "short"},
        {"token": "short"},
        {"app_secret": "change-me-please-now"},
        {"app_id": "x"},
    ):
        monkeypatch.setenv("GRIDCARE_WECHAT_ACCOUNTS", json.dumps({"main": {**ACCOUNT, **wrong}}))
        with pytest.raises(BadSettings, match="GRIDCARE_WECHAT_ACCOUNTS") as told:
            read_as(WechatSettings)
        assert ACCOUNT["app_secret"] not in str(told.value)
