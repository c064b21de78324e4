"""Text messages reach the company's SMS system, and nothing of them is kept."""

import json

import httpx
from sqlalchemy import update

from bot.gateway.store import sms
from bot.gateway.store import tables as t
from tests.gateway.conftest import Desk

PHONE = "13800000001"


def sender(desk: Desk, *answers: int) -> tuple[sms.SmsSender, list[dict]]:
    posted: list[dict] = []
    left = list(answers)

    def handle(request: httpx.Request) -> httpx.Response:
        posted.append(json.loads(request.content))
        return httpx.Response(left.pop(0))

    client = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    return sms.SmsSender(desk.gateway.store, client, "http://sms/send"), posted


async def test_a_message_is_posted_once_and_then_forgotten(desk: Desk) -> None:
    await desk.gateway.store.write(sms.queue, PHONE, "验证码123456")
    one, posted = sender(desk, 200)
    assert await one.step() and not await one.step()
    assert posted == [{"id": 1, "phone": PHONE, "text": "验证码123456"}]
    (row,) = await desk.rows(t.sms)
    assert (row.state, row.phone, row.text) == ("sent", "", "")


async def test_a_post_that_fails_is_repeated_under_the_same_id(desk: Desk) -> None:
    await desk.gateway.store.write(sms.queue, PHONE, "验证码123456")
    one, posted = sender(desk, 500, 200)
    assert await one.step() and not await one.step()
    desk.clock.forward(11)
    assert await one.step()
    assert [each["id"] for each in posted] == [1, 1]


async def test_a_code_that_has_expired_is_not_sent_any_more(desk: Desk) -> None:
    await desk.gateway.store.write(sms.queue, PHONE, "验证码123456")
    desk.clock.forward(301)
    one, posted = sender(desk)
    assert await one.step()
    (row,) = await desk.rows(t.sms)
    assert posted == [] and (row.state, row.phone, row.text) == ("failed", "", "")


async def test_a_message_about_an_order_is_tried_for_a_day_after_growing_pauses(desk: Desk) -> None:
    await desk.gateway.store.write(sms.queue, PHONE, "工单号已登记", sms.DAY)
    one, posted = sender(desk, *[503] * 9, 200)
    pauses = []
    for _ in range(9):
        began = desk.clock()
        assert await one.step()
        (row,) = await desk.rows(t.sms)
        pauses.append(round((row.not_before - began) / 10))
        desk.clock.forward(row.not_before - began)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert await one.step()
    (row,) = await desk.rows(t.sms)
    assert row.state == "sent" and len(posted) == 10 and await desk.gateway.store.read(sms.given_up) == 0


async def test_a_message_nobody_took_in_time_is_counted(desk: Desk) -> None:
    await desk.gateway.store.write(sms.queue, PHONE, "工单号已登记", sms.DAY)
    one, _ = sender(desk, 503)
    assert await one.step()
    await desk.change(update(t.sms).values(until=desk.clock() + 5, not_before=0.0))
    one, _ = sender(desk, 503)
    assert await one.step()
    (row,) = await desk.rows(t.sms)
    assert row.not_before == row.until, "given up as soon as it is of no use"
    desk.clock.forward(5)
    assert await one.step()
    (row,) = await desk.rows(t.sms)
    assert (row.state, row.phone, row.text) == ("failed", "", "")
    assert await desk.gateway.store.read(sms.given_up) == 1
    desk.clock.forward(sms.DAY)
    assert await desk.gateway.store.read(sms.given_up) == 0
