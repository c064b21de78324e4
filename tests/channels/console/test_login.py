"""Who gets in, for how long, and that nobody does more than the role allows."""

from __future__ import annotations

import asyncio
import re

import pyotp
import pytest
import sqlalchemy as sa
from argon2 import extract_parameters

from bot.channels.console import ConsoleChannel
from bot.gateway.people import logins
from bot.gateway.store import tables as t
from tests.channels.console.conftest import PASSWORD, PEOPLE, Office

OPEN = {("POST", "/login")}


async def test_a_login_gives_a_cookie_that_no_script_and_no_other_site_can_use(office: Office) -> None:
    page = await office.page()
    answer = await page.login("a01")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert answer.json()["display"] == "小王" and answer.json()["roles"] == ["agent"]
    assert (await page.get("/me"))["name"] == "a01"


@pytest.mark.parametrize(("name", "password"), [("a01", "wrong-password"), ("nobody", PASSWORD), ("", "")])
async def test_wrong_names_and_wrong_passwords_are_told_alike(
    office: Office, name: str, password: str
) -> None:
    answer = await (await office.page()).login(name, password)
    assert answer.status_code == 401 and answer.json()["type"].endswith("/unauthorized")


async def test_after_five_wrong_tries_a_name_waits_longer_and_longer_and_the_others_do_not(
    office: Office,
) -> None:
    page = await office.page()
    for _ in range(5):
        assert (await page.login("a01", "wrong-password")).status_code == 401
    locked = await page.login("a01")
    assert locked.status_code == 429 and locked.json()["type"].endswith("/locked")
    assert (await page.login("a02")).status_code == 200
    await office.change(sa.update(t.login_try).values(at=t.login_try.c.at - 31))
    assert (await page.login("a01", "wrong-password")).status_code == 401
    await office.change(sa.update(t.login_try).values(at=t.login_try.c.at - 31))
    assert (await page.login("a01")).status_code == 429, "the second wait is longer"
    await office.change(sa.update(t.login_try).values(at=t.login_try.c.at - 901))
    assert (await page.login("a01")).status_code == 200


async def test_tries_at_the_same_time_count_as_many(office: Office) -> None:
    tries = [logins.login(office.gateway.store, "a01", f"wrong-{n}", "", "10.0.0.1") for n in range(20)]
    kinds = [each.kind for each in await asyncio.gather(*tries, return_exceptions=True)]
    assert kinds.count("unauthorized") == 5 and kinds.count("locked") == 15


async def test_whoever_tries_a_name_elsewhere_does_not_lock_its_owner_out(office: Office) -> None:
    store = office.gateway.store
    for n in range(12):
        with pytest.raises(logins.LoginRefused):
            await logins.login(store, "a01", "wrong-password", "", f"10.0.0.{n % 2}")
    assert (await logins.login(store, "a01", PASSWORD, "", "192.0.2.7"))[1].name == "a01"


async def test_a_name_tried_from_everywhere_waits_and_a_lead_ends_the_waiting(office: Office) -> None:
    store = office.gateway.store
    for n in range(30):
        with pytest.raises(logins.LoginRefused, match="unauthorized"):
            await logins.login(store, "a01", "wrong-password", "", f"10.0.{n}.1")
    with pytest.raises(logins.LoginRefused, match="locked"):
        await logins.login(store, "a01", PASSWORD, "", "192.0.2.7")
    lead = await office.page("l01")
    assert (await lead.ask("POST", "/agents/nobody/unlock")).status_code == 404
    assert (await lead.ask("POST", "/agents/a01/unlock")).status_code == 204
    assert (await logins.login(store, "a01", PASSWORD, "", "192.0.2.7"))[1].name == "a01"
    assert [r.subject for r in await office.rows(t.audit) if r.action == "unlock"] == ["a01"]


async def test_a_new_login_ends_the_older_session(office: Office) -> None:
    older = await office.page("a01")
    newer = await office.page("a01")
    assert (await older.ask("GET", "/me")).status_code == 401
    assert (await newer.ask("GET", "/me")).status_code == 200


async def test_what_the_console_answers_is_kept_by_no_cache(office: Office) -> None:
    page = await office.page("a01")
    assert (await page.ask("GET", "/me")).headers["cache-control"] == "no-store"


async def test_a_one_time_code_is_asked_for_and_good_once(office: Office) -> None:
    secret = pyotp.random_base32()
    await office.change(sa.update(t.agent).where(t.agent.c.name == "a01").values(totp=secret))
    page = await office.page()
    assert (await page.login("a01")).json()["type"].endswith("/code-needed")
    code = pyotp.TOTP(secret).now()
    assert (await page.login("a01", code=code)).status_code == 200
    assert (await page.login("a01", code=code)).status_code == 401
    assert (await page.login("a01", code="000000")).status_code == 401


@pytest.mark.parametrize(
    ("column", "seconds"), [("used_at", logins.IDLE + 1), ("created_at", logins.LONGEST + 1)]
)
async def test_a_session_ends(office: Office, column: str, seconds: float) -> None:
    page = await office.page("a01")
    await office.change(sa.update(t.console_session).values(**{column: office.clock() - seconds}))
    assert (await page.ask("GET", "/me")).status_code == 401


async def test_a_logout_ends_the_session_on_the_server(office: Office) -> None:
    page = await office.page("a01")
    cookies = dict(page.http.cookies)
    assert (await page.ask("POST", "/logout")).status_code == 204
    page.http.cookies.update(cookies)
    assert (await page.ask("GET", "/me")).status_code == 401


async def test_a_change_without_the_pages_token_is_refused(office: Office) -> None:
    page = await office.page("a01")
    for wrong in ("", "x" * 32):
        page.http.headers["X-CSRF-Token"] = wrong
        answer = await page.ask("PUT", "/presence", {"state": "online", "capacity": 3})
        assert answer.status_code == 403


async def test_a_password_is_kept_as_argon2id() -> None:
    kept = extract_parameters(logins._hasher.hash("made-up-for-tests"))
    assert kept.type.name == "ID" and kept.memory_cost >= 19 * 1024


async def test_every_route_denies_every_role_that_it_does_not_name(office: Office) -> None:
    doors = next(each for each in office.gateway.channels if isinstance(each, ConsoleChannel)).doors
    routes = {
        (method, route.path.removeprefix("/api/v1/console"))
        for route in doors.router.routes
        for method in route.methods
    }
    assert routes == doors.roles.keys() | OPEN
    pages = {name: await office.page(name) for name in PEOPLE}
    stranger = await office.page()
    for (method, path), allowed in doors.roles.items():
        where = re.sub(r"\{\w+\}", "1", path)
        assert (await stranger.ask(method, where, {})).status_code == 401, (method, path)
        for name, page in pages.items():
            if path == "/logout":
                continue
            status = (await page.ask(method, where, {})).status_code
            denied = not (PEOPLE[name][1] & allowed)
            assert (status == 403) == denied, (method, path, name, status)
