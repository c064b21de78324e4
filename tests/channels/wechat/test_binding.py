"""Binding account numbers: through WeChat's OAuth page to ours, with a code; unbinding; names."""

import re

import httpx
import pytest
import sqlalchemy as sa

from bot.gateway.store import tables as t
from bot.gateway.store.wechat import tables as w
from tests.channels.wechat.conftest import OPENID, Line
from tests.gateway.fakes import ACCOUNT


async def phone(line: Line, openid: str = OPENID) -> tuple[httpx.AsyncClient, str]:
    """A phone that has come back from the OAuth page, and its session."""
    http = line.http()
    http.cookies.set("wechat_openid", openid)
    away = await http.get("/wechat/main/bind")
    assert away.status_code == 303 and "scope=snsapi_base" in away.headers["location"]
    back = await http.get(away.headers["location"])
    page = await http.get(back.headers["location"])
    assert page.status_code == 303
    path, _, session = page.headers["location"].partition("#")
    assert path == "/bind/"
    http.headers["authorization"] = f"Bearer {session}"
    return http, back.headers["location"]


async def code(line: Line) -> str:
    """The code of the newest text message."""
    [*_, text] = [row.text for row in await line.rows(t.sms)]
    found = re.search(r"\d{6}", text)
    assert found
    return found[0]


async def test_an_account_is_bound_with_a_code_and_vouches_in_the_chat(line: Line) -> None:
    http, _ = await phone(line)
    bindings = "/api/v1/wechat/bindings"
    sent = await http.post(f"{bindings}/code", json={"account_no": ACCOUNT})
    assert sent.status_code == 200 and ACCOUNT not in sent.text
    proof = {"account_no": ACCOUNT, "code": await code(line), "alias": "爸妈家"}
    assert (await http.post(bindings, json=proof)).json() == {"message": "绑定成功。"}
    [bound] = (await http.get(bindings)).json()["accounts"]
    assert bound["alias"] == "爸妈家" and ACCOUNT not in str(bound)
    await line.change(sa.delete(t.identity))
    await line.say("上个月电费多少")
    assert line.engine.turns[-1]["metadata"] | {"subject": "", "now": ""} == {
        **line.engine.turns[-1]["metadata"], "level": "L2", "accounts": [ACCOUNT], "subject": "", "now": "",
    }  # fmt: skip
    assert (await http.patch(f"{bindings}/{bound['id']}", json={"alias": "老家"})).status_code == 204
    assert (await http.get(bindings)).json()["accounts"][0]["alias"] == "老家"
    assert (await http.delete(f"{bindings}/{bound['id']}")).status_code == 204
    assert (await http.get(bindings)).json() == {"accounts": [], "hotline": "95598"}
    await line.say("上个月电费多少")
    assert (line.engine.turns[-1]["metadata"]["level"], line.engine.turns[-1]["metadata"]["accounts"]) == (
        "L0",
        [],
    )
    await http.aclose()


async def test_a_wrong_code_another_account_and_too_many_tries_bind_nothing(line: Line) -> None:
    http, _ = await phone(line)
    bindings = "/api/v1/wechat/bindings"
    await http.post(f"{bindings}/code", json={"account_no": ACCOUNT})
    right = await code(line)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    assert (await http.post(bindings, json={"account_no": ACCOUNT, "code": wrong})).status_code == 422
    other = await http.post(bindings, json={"account_no": "0100000000999", "code": right})
    assert other.status_code == 422 and await line.rows(w.binding) == []
    for _ in range(4):
        last = await http.post(f"{bindings}/code", json={"account_no": ACCOUNT})
    assert last.status_code == 429 and "分钟" in last.json()["detail"]
    await http.aclose()


async def test_an_unknown_account_looks_like_a_known_one(line: Line) -> None:
    http, _ = await phone(line)
    sent = await http.post("/api/v1/wechat/bindings/code", json={"account_no": "0199999999999"})
    assert sent.status_code == 200 and "如果" in sent.json()["message"]
    assert await line.rows(t.sms) == []
    await http.aclose()


async def test_a_state_is_good_once_and_in_one_browser(line: Line) -> None:
    http, back = await phone(line)
    assert (await http.get(back)).status_code == 403
    fresh = (await http.get("/wechat/main/bind")).headers["location"]
    returned = (await http.get(fresh)).headers["location"]
    async with line.http() as stranger:
        assert (await stranger.get(returned)).status_code == 403
    await http.aclose()


@pytest.mark.parametrize("session", ["", "Bearer x", f"Bearer {'0a' * 20}"])
async def test_without_a_session_nothing_is_shown(line: Line, session: str) -> None:
    async with line.http(authorization=session) as http:
        for method, path in (("GET", ""), ("POST", "/code"), ("DELETE", "/x")):
            body = {"account_no": ACCOUNT} if method == "POST" else None
            answer = await http.request(method, f"/api/v1/wechat/bindings{path}", json=body)
            assert answer.status_code == 401


async def test_a_web_session_does_not_open_the_page(line: Line) -> None:
    async with line.http() as http:
        token = (await http.post("/api/v1/web/session", json={})).json()["token"]
        http.headers["authorization"] = f"Bearer {token}"
        assert (await http.get("/api/v1/wechat/bindings")).status_code == 401
