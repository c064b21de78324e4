"""The web's outlet: shown to whoever has proved the account, when their page connects next, and to nobody else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.channels.sessions import SessionTokens
from bot.gateway.store import announcements, messages
from bot.gateway.store import tables as t
from bot.gateway.store.announcements import Announcement
from bot.ports.identity import Level
from tests.channels.conftest import Page, Site
from tests.gateway.fakes import ACCOUNT, TOKENS, until

TEXT = "您的工单202611290000001有新进展：已派单。有疑问请拨打95598。"


async def keep(
    site: Site, account: str | None = ACCOUNT, conversation: str | None = None, **more: float
) -> None:
    """An urgent fact, so that it goes out at whatever hour the tests run, and over the web as the second outlet."""
    assert site.gateway and site.clock
    values = {"order_no": "202611290000001", "state": "已派单"}
    told = Announcement("p:1", 1, "progress", True, values, site.clock() + 999, account, conversation)
    await site.gateway.announcer.take(told)

    async def worked_off() -> bool:
        assert site.gateway
        [fact] = await site.gateway.store.read(announcements.history, "p:1")
        return str(fact["state"]) != "new"

    await until(worked_off)


async def prove(site: Site, token: str, level: Level, account: str = ACCOUNT) -> str:
    """Prove the account in the conversation of this token, whose name is given back."""
    gateway = site.gateway
    assert gateway and site.clock
    name = SessionTokens(TOKENS["session_key"], site.clock).conversation(token)
    assert name
    await gateway.store.write(messages.open_conversation, name, "web")
    await gateway.store.write(gateway.identity.vouch, name, level, (account,))
    return name


async def shown(site: Site, token: str) -> list[str]:
    """What a page with this token is given as it connects."""
    page = await Page(site, token).open()
    await page.close()
    return [each["text"] for body in page.got("session_confirm") for each in body["messages"]]


async def test_it_is_shown_at_the_next_connect_of_whoever_has_proved_the_account_and_once(site: Site) -> None:
    await keep(site)
    first, second = await site.token(), await site.token()
    await prove(site, first, Level.L2)
    await prove(site, second, Level.L3)
    assert await shown(site, first) == [TEXT]
    assert await shown(site, first) == [TEXT], "as a message of the conversation, not as another one"
    assert await shown(site, second) == [], "at most once over this outlet"


@pytest.mark.parametrize(("level", "account"), [(Level.L1, ACCOUNT), (Level.L3, "0100000000999")])
async def test_who_has_not_proved_enough_does_not_see_it(site: Site, level: Level, account: str) -> None:
    await keep(site)
    token = await site.token()
    await prove(site, token, level, account)
    assert await shown(site, token) == []


async def test_a_proof_that_has_lapsed_shows_nothing(site: Site) -> None:
    await keep(site)
    token = await site.token()
    await prove(site, token, Level.L2)
    assert site.gateway
    await site.gateway.store.write(lambda c: c.execute(sa.update(t.identity).values(until=0.0)))
    assert await shown(site, token) == []


async def test_what_is_of_no_use_any_more_is_not_shown(site: Site) -> None:
    await keep(site)
    token = await site.token()
    await prove(site, token, Level.L2)
    assert site.gateway
    await site.gateway.store.write(lambda c: c.execute(sa.update(t.announcement).values(expires=0.0)))
    assert await shown(site, token) == []


async def test_who_has_opted_out_does_not_see_it(site: Site) -> None:
    await keep(site)
    token = await site.token()
    name = await prove(site, token, Level.L2)
    assert site.gateway
    await site.gateway.store.write(announcements.opt_out, name, "progress", "web", True)
    assert await shown(site, token) == []


async def test_a_fact_about_the_conversation_itself_is_shown_at_once(site: Site) -> None:
    token = await site.token()
    page = await Page(site, token).open()
    assert site.gateway and site.clock
    name = SessionTokens(TOKENS["session_key"], site.clock).conversation(token)
    assert name
    await site.gateway.store.write(messages.open_conversation, name, "web")
    await keep(site, None, name)
    assert (await page.hears(TEXT))["from"] == "system"
    await page.close()
