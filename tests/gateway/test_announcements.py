"""A fact is told in time, over the best outlet that reaches somebody, and once. The clock is the test's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.gateway.announce.announcer import Announcer
from bot.gateway.announce.outlet import Addressee, Handed, Outlet
from bot.gateway.announce.texting import SmsOutlet
from bot.gateway.store import announcements, messages
from bot.gateway.store import tables as t
from bot.gateway.store.announcements import Announcement
from bot.gateway.store.clock import CHINA
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import Connection, Store
from bot.ports.errors import Unavailable
from bot.region.notices import notice_rules
from tests.channels.test_callbacks import database, needs_postgres
from tests.clock import ManualClock
from tests.gateway.conftest import TALK, Desk
from tests.gateway.fakes import ACCOUNT, company, settings, until
from tests.gateway.test_postgres import postgres

__all__ = ["postgres"]

MORNING = datetime(2026, 11, 29, 9, 0, tzinfo=CHINA).timestamp()
NIGHT = datetime(2026, 11, 29, 22, 30, tzinfo=CHINA).timestamp()
NEXT_MORNING = datetime(2026, 11, 30, 8, 0, tzinfo=CHINA).timestamp()
DAY = 86_400.0
RULES = notice_rules("bayannur")


class FakeOutlet(Outlet):
    """Reaches these; what it takes it tells at once, or leaves to be settled."""

    def __init__(self, name: str, *reached: str, at_once: bool = True) -> None:
        self.name = name  # type: ignore[misc]
        self.reached = list(reached)
        self.at_once = at_once
        self.down = self.dies = False
        self.taken: list[tuple[str, str]] = []
        self.tellings: list[int] = []

    async def addressees(self, told: Announcement) -> Sequence[Addressee]:
        if self.down:
            raise Unavailable("made up")
        if self.dies:
            raise RuntimeError
        return [Addressee(name) for name in self.reached]

    def take(self, c: Connection, telling: int, told: Announcement, to: Addressee) -> Handed:
        self.taken.append((to.name, RULES.text(told.kind, told.values)))
        self.tellings.append(telling)
        return Handed(self.at_once)


class World:
    """An announcer on a database of its own, with outlets that a test sets."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self.store = store
        self.clock = clock
        self.wechat = FakeOutlet("wechat")
        self.sms = FakeOutlet("sms", "*0001")
        self.web = FakeOutlet("web", "whoever")
        self.announcer = Announcer(store, RULES, lambda: (self.web, self.sms, self.wechat), self._tell)

    async def _tell(self, published: Sequence[Message]) -> None:
        assert not published

    def at(self, moment: float) -> None:
        self.clock.forward(moment - self.clock())

    async def work(self) -> None:
        while await self.announcer.step():
            pass

    async def tell(self, key: str = "outage:7", **more: object) -> bool:
        given = {
            "version": 1, "kind": "restoration", "urgent": False, "values": {"area": "金川小区"},
            "expires": self.clock() + DAY, "account": ACCOUNT, **more,
        }  # fmt: skip
        fresh = await self.announcer.take(Announcement(key, **given))  # type: ignore[arg-type]
        await self.work()
        return fresh

    async def states(self, key: str = "outage:7") -> list[str]:
        return [each["state"] for each in await self.store.read(announcements.history, key)]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.slow, needs_postgres])])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    url = (
        settings(tmp_path).gateway_db
        if request.param == "sqlite"
        else await database(request.getfixturevalue("postgres"))
    )
    store = Store(url, clock := ManualClock(MORNING))
    await store.open()
    yield World(store, clock)
    await store.close()


async def test_a_fact_goes_over_the_best_outlet_that_reaches_somebody_and_over_no_other(world: World) -> None:
    assert await world.tell()
    text = "金川小区来电了。您家要是还没电，请拨打95598报修。"
    assert (world.wechat.taken, world.sms.taken, world.web.taken) == ([], [("*0001", text)], [])
    world.wechat.reached = ["wx-a", "wx-b"]
    await world.tell("outage:8")
    assert [name for name, _ in world.wechat.taken] == ["wx-a", "wx-b"] and len(world.sms.taken) == 1
    assert await world.states() == await world.states("outage:8") == ["told"]


async def test_an_urgent_one_goes_over_two(world: World) -> None:
    world.wechat.reached = ["wx-a"]
    await world.tell(urgent=True)
    assert (len(world.wechat.taken), len(world.sms.taken), len(world.web.taken)) == (1, 1, 0)


async def test_the_same_version_is_told_once_and_a_later_one_again(world: World) -> None:
    assert [await world.tell(), await world.tell(), await world.tell(version=2)] == [True, False, True]
    assert len(world.sms.taken) == 2
    assert not await world.tell(version=1), "it came late"
    assert len(world.sms.taken) == 2
    assert await world.tell(account="0100000000999"), "the same fact of another account is another one"


async def test_a_later_version_takes_the_place_of_what_is_not_told_yet(world: World) -> None:
    world.at(NIGHT)
    await world.tell(kind="restoration_time", values={"area": "金川小区", "eta": "23:00"})
    await world.tell(kind="restoration_time", values={"area": "金川小区", "eta": "明早6点"}, version=2)
    assert await world.states() == ["superseded", "new"]
    world.at(NEXT_MORNING)
    await world.work()
    assert ["明早6点" in text for _, text in world.sms.taken] == [True]


async def test_at_night_it_waits_for_the_morning_unless_it_is_urgent(world: World) -> None:
    world.at(NIGHT)
    await world.tell()
    await world.tell("outage:8", urgent=True)
    assert len(world.sms.taken) == 1
    world.at(NEXT_MORNING - 1)
    await world.work()
    assert len(world.sms.taken) == 1
    world.at(NEXT_MORNING)
    await world.work()
    assert len(world.sms.taken) == 2


async def test_what_is_of_no_use_any_more_is_not_told(world: World) -> None:
    world.at(NIGHT)
    await world.tell(expires=NEXT_MORNING - 60)
    world.at(NEXT_MORNING)
    await world.work()
    assert world.sms.taken == [] and await world.states() == ["expired"]
    assert await world.store.read(announcements.counts) == {"waiting": 0, "untold": 1}


async def test_the_fourth_of_a_day_waits_for_the_next_and_an_urgent_one_does_not_count(world: World) -> None:
    for number in range(5):
        await world.tell(f"n:{number}", urgent=number == 0, expires=world.clock() + 2 * DAY)
    assert len(world.sms.taken) == 4, "three and the urgent one"
    assert await world.store.read(announcements.counts) == {"waiting": 1, "untold": 0}
    await world.tell("other", account="0100000000999")
    assert len(world.sms.taken) == 5, "each customer has a day of their own"
    world.at(NEXT_MORNING)
    await world.work()
    assert len(world.sms.taken) == 6


@pytest.mark.parametrize(
    ("kind", "outlet"), [("", ""), ("restoration", ""), ("", "sms"), ("restoration", "sms")]
)
async def test_who_has_opted_out_hears_no_more_of_it_until_they_want_it_again(
    world: World, kind: str, outlet: str
) -> None:
    world.web.reached = []
    await world.store.write(announcements.opt_out, ACCOUNT, kind, outlet, True)
    await world.tell()
    assert world.sms.taken == [] and await world.states() == ["untold"]
    await world.store.write(announcements.opt_out, ACCOUNT, kind, outlet, False)
    await world.tell(version=2)
    assert len(world.sms.taken) == 1


@pytest.mark.parametrize(("kind", "outlet"), [("arrears", ""), ("", "wechat"), ("arrears", "sms")])
async def test_an_opt_out_of_something_else_changes_nothing(world: World, kind: str, outlet: str) -> None:
    await world.store.write(announcements.opt_out, ACCOUNT, kind, outlet, True)
    await world.tell()
    assert len(world.sms.taken) == 1


async def test_one_of_two_followers_opts_out_alone(world: World) -> None:
    world.wechat.reached = ["wx-a", "wx-b"]
    await world.store.write(announcements.opt_out, "wx-a", "", "", True)
    await world.tell()
    assert [name for name, _ in world.wechat.taken] == ["wx-b"] and world.sms.taken == []


async def test_where_an_outlet_fails_later_the_next_one_tells(world: World) -> None:
    world.wechat = FakeOutlet("wechat", "wx-a", at_once=False)
    await world.tell()
    assert world.sms.taken == [] and await world.states() == ["told"]
    await world.store.write(announcements.settle, world.wechat.tellings[0], False)
    await world.work()
    assert len(world.wechat.taken) == 1 and len(world.sms.taken) == 1
    assert await world.states() == ["told"]


async def test_an_outlet_that_cannot_be_asked_is_asked_again(world: World) -> None:
    world.sms.down = True
    await world.tell()
    assert world.web.taken == [] and await world.states() == ["new"]
    world.clock.forward(29)
    await world.work()
    world.sms.down = False
    await world.work()
    assert world.sms.taken == []
    world.clock.forward(1)
    await world.work()
    assert len(world.sms.taken) == 1


async def test_a_gateway_that_dies_in_the_middle_is_followed_by_one_that_tells_nobody_twice(
    world: World,
) -> None:
    world.wechat.reached = ["wx-a"]
    world.sms.dies = True
    with pytest.raises(RuntimeError):
        await world.tell(urgent=True)
    assert len(world.wechat.taken) == 1 and await world.states() == ["new"]
    world.sms.dies = False
    world.clock.forward(59)
    await world.work()
    assert world.sms.taken == [], "it might still be alive"
    world.clock.forward(1)
    await world.work()
    assert (len(world.wechat.taken), len(world.sms.taken)) == (1, 1)


async def test_a_fact_of_a_conversation_that_is_unknown_is_refused(world: World) -> None:
    with pytest.raises(KeyError):
        await world.tell(account=None, conversation="c-nobody")
    await world.store.write(messages.open_conversation, "c-somebody", "web")
    assert await world.tell(account=None, conversation="c-somebody")


async def test_what_was_of_use_three_months_ago_is_deleted_with_its_tellings(world: World) -> None:
    await world.tell()
    world.clock.forward(92 * DAY)
    await world.announcer.sweep()
    left = await world.store.read(lambda c: c.execute(sa.select(t.telling.c.id)).all())
    assert await world.states() == [] and left == []


async def test_a_text_message_goes_to_the_number_on_file_for_as_long_as_it_is_of_use(world: World) -> None:
    outlet = SmsOutlet(company().company.verification, RULES)
    announcer = Announcer(world.store, RULES, lambda: (outlet,), world._tell)
    told = Announcement("k", 1, "restoration", False, {"area": "金川小区"}, MORNING + 3 * DAY, ACCOUNT)
    await announcer.take(told)
    assert await announcer.step()
    [row] = await world.store.read(lambda c: c.execute(sa.select(t.sms)).all())
    assert row.phone == "13800000001" and row.text.startswith("【供电服务】金川小区来电了")
    assert row.until - row.created_at == pytest.approx(3 * DAY)
    [kept] = await world.store.read(announcements.history, "k")
    assert [each["addressee"] for each in kept["tellings"]] == ["*0001"], "no number is kept"


async def test_an_erased_conversation_keeps_no_fact(desk: Desk) -> None:
    await desk.say("你好")
    await desk.idle()
    values = {"order_no": "202611290000001", "state": "已派单"}
    await desk.gateway.announcer.take(
        Announcement("p:1", 1, "progress", False, values, desk.clock() + DAY, conversation=TALK)
    )
    desk.engine.answer = lambda turn: [
        {"text": "好的", "custom": {"type": "erase"}},
        {"custom": {"type": "erase"}},
    ]
    await desk.say("删掉")

    async def gone() -> bool:
        return await desk.rows(t.announcement) == []

    await until(gone)
