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
    await desk.change(update(t.sms).values(not_before=0.0))
    assert await one.step()
    assert [each["id"] for each in posted] == [1, 1]


async def test_a_code_that_has_expired_is_not_sent_any_more(desk: Desk) -> None:
    await desk.gateway.store.write(sms.queue, PHONE, "验证码123456")
    await desk.change(update(t.sms).values(until=t.sms.c.until - 301))
    one, posted = sender(desk)
    assert await one.step()
    (row,) = await desk.rows(t.sms)
    assert posted == [] and (row.state, row.phone, row.text) == ("failed", "", "")
