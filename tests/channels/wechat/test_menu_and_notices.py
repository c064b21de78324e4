"""The custom menu and template messages: checked before they are sent, sent once."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from bot.channels.wechat import api, menu, notices
from bot.channels.wechat.settings import WechatSettings
from bot.gateway.settings import BadSettings, read_as
from bot.gateway.store import announcements
from bot.gateway.store.announcements import Announcement
from bot.gateway.store.clock import CHINA
from bot.gateway.store.wechat import notices as kept
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


PATH = "/internal/v1/notices"
INTERNAL = {"authorization": f"Bearer {TOKENS['internal_token']}"}
# Urgent, so that it goes out at whatever hour the tests run.
OUTAGE = {
    "account_no": ACCOUNT_NO, "kind": "outage", "key": "outage:7", "urgent": True,
    "values": {"area": "金川小区", "cause": "线路故障"},
}  # fmt: skip


@pytest.fixture
async def noticing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    """An account with a template, and two of three followers who have bound the account."""
    template = notices.Template(id="made-up-template-id", fields={"area": "thing1", "cause": "thing2"})
    monkeypatch.setattr(notices, "load", lambda: {"outage": template})
    async with connected(tmp_path) as line:
        for openid in ("o-made-up-1", "o-made-up-2", "o-made-up-3"):
            await line.say("你好", openid)
        for openid in ("o-made-up-1", "o-made-up-2"):
            talk = await line.conversation(openid)
            row = {"conversation": talk, "account_no": ACCOUNT_NO, "verified_at": 0.0}
            await line.change(w.binding.insert().values(**row))
        yield line


async def tell(line: Line, **more: object) -> httpx.Response:
    expires = datetime.now(CHINA) + timedelta(days=1)
    async with line.http(**INTERNAL) as http:
        return await http.post(PATH, json={**OUTAGE, "expires": expires.isoformat(), **more})


async def tellings(line: Line, key: str = "outage:7") -> list[tuple[str, str]]:
    async with line.http(**INTERNAL) as http:
        facts = (await http.get(f"{PATH}/{key}")).json()["facts"]
    return [(each["outlet"], each["state"]) for fact in facts for each in fact["tellings"]]


async def become(line: Line, wanted: list[tuple[str, str]]) -> None:
    async def so() -> bool:
        return await tellings(line) == wanted

    await until(so, 10)


async def test_a_fact_goes_once_to_everybody_who_has_bound_the_account(noticing: Line) -> None:
    answers = [await tell(noticing), await tell(noticing)]
    assert [(each.status_code, each.json()) for each in answers] == [
        (202, {"known": False}),
        (202, {"known": True}),
    ]
    await become(noticing, [("wechat", "told"), ("wechat", "told"), ("sms", "told")])
    assert noticing.platform.calls["template"] == 2
    assert [row.state for row in await noticing.rows(w.notice)] == ["sent", "sent"]


async def test_a_notice_that_wechat_cannot_deliver_goes_over_the_next_outlet(noticing: Line) -> None:
    noticing.platform.errors["template"] = [43004, 43004]
    await tell(noticing, urgent=True)
    await become(noticing, [("wechat", "failed"), ("wechat", "failed"), ("sms", "told"), ("web", "waiting")])
    assert {(row.state, row.code, row.fields) for row in await noticing.rows(w.notice)} == {
        ("failed", 43004, None)
    }


async def test_a_notice_is_sent_again_when_wechat_was_busy(noticing: Line) -> None:
    noticing.platform.errors["template"] = [-1, 45009]
    await tell(noticing)
    await become(noticing, [("wechat", "told"), ("wechat", "told"), ("sms", "told")])
    assert noticing.platform.calls["template"] == 4 and len(noticing.platform.templates) == 2


async def test_what_wechat_says_of_a_notice_in_the_end_is_heard(noticing: Line) -> None:
    await tell(noticing)
    await become(noticing, [("wechat", "told"), ("wechat", "told"), ("sms", "told")])
    for row, status in zip(await noticing.rows(w.notice), ("success", "failed:user block"), strict=True):
        await noticing.event("TEMPLATESENDJOBFINISH", MsgID=row.message_id, Status=status)
    await become(noticing, [("wechat", "told"), ("wechat", "failed"), ("sms", "told")])
    assert [row.state for row in await noticing.rows(w.notice)] == ["success", "failed:user block"]


async def test_a_template_that_does_not_fit_is_left_out(noticing: Line) -> None:
    await tell(noticing, values={"area": "金川小区", "cause": "字" * 21})
    await become(noticing, [("sms", "told"), ("web", "waiting")])


async def test_a_notice_whose_fate_is_unknown_is_repeated_only_while_wechat_remembers_its_key(
    line: Line,
) -> None:
    await line.say("你好")
    talk, store = await line.conversation(), line.gateway.store
    told = Announcement("k", 1, "outage", True, {}, line.clock() + 9999, conversation=talk)
    assert await store.write(announcements.take, told)
    await line.gateway.jobs.stop("wechat-notices", "announce")
    for number, (dead_for, again) in enumerate(((100.0, True), (700.0, False))):
        telling = await store.write(announcements.begin, 1, "wechat", f"{number}")
        await store.write(kept.add, talk, "outage", {"area": "x"}, telling)
        first, _ = await store.write(kept.claim)
        assert first and first.key == f"telling:{telling}"
        line.clock.forward(dead_for)
        repeated, _ = await store.write(kept.claim)
        assert (repeated is not None) is again
        await line.change(w.notice.update().values(state="done"))


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [({"kind": "nothing"}, 422, "kind"), ({"values": {"area": "x"}}, 422, "cause"), ({"key": "a b"}, 422, ""),
     ({"conversation": "wx-nobody"}, 422, ""), ({"account_no": None}, 422, ""), ({"expires": "morning"}, 422, ""),
     ({"account_no": None, "conversation": "wx-nobody"}, 404, "")],
)  # fmt: skip
async def test_a_fact_that_cannot_be_taken_is_refused(
    line: Line, change: dict[str, object], status: int, said: str
) -> None:
    answer = await tell(line, **change)
    assert answer.status_code == status and said in answer.text


async def test_only_the_companys_systems_may_tell_facts(line: Line) -> None:
    async with line.http(authorization="Bearer x") as http:
        assert (await http.post(PATH, json=OUTAGE)).status_code == 401
        assert (await http.post(f"{PATH}/opt-outs", json={"account_no": ACCOUNT_NO})).status_code == 401


async def test_an_opt_out_is_heard_and_taken_back(noticing: Line) -> None:
    async with noticing.http(**INTERNAL) as http:
        wish = {"account_no": ACCOUNT_NO, "outlet": "wechat"}
        assert (await http.post(f"{PATH}/opt-outs", json=wish)).status_code == 204
        await tell(noticing)
        await become(noticing, [("sms", "told"), ("web", "waiting")])
        assert (await http.post(f"{PATH}/opt-outs", json={**wish, "out": False})).status_code == 204
        await tell(noticing, version=2)
    await until(lambda: noticing.platform.calls["template"] == 2)


async def test_ready_shows_what_waits(noticing: Line) -> None:
    async with noticing.http() as http:
        assert (await http.get("/ready")).json()["announcements"] == {"waiting": 0, "untold": 0}
        await noticing.gateway.jobs.stop("announce")
        await tell(noticing)
        assert (await http.get("/ready")).json()["announcements"] == {"waiting": 1, "untold": 0}


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
