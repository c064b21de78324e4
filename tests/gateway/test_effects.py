"""What actions ask of the gateway: cards, a person, kept writes, a fresh start; and buttons."""

import time

import pytest
import sqlalchemy as sa

from bot.gateway.duties import DESK, SUBMISSIONS
from bot.gateway.store import tables as t
from bot.gateway.store.clock import day
from bot.gateway.store.messages import open_conversation
from bot.gateway.turns.inbox import Refused
from bot.gateway.turns.operations import OPERATIONS
from bot.ports.errors import BadData, CompanyError, Conflict, NotFound, Unavailable
from bot.ports.identity import Level
from bot.ports.orders import FaultReport
from tests.gateway.conftest import TALK, Desk
from tests.gateway.fakes import ACCOUNT, agent, until

HANDOVER = {
    "type": "handover",
    "reason": "user_asked",
    "skill": "billing",
    "priority": 4,
    "summary": "问电费",
    "slots": {},
}
FAULT = {
    "type": "deferred", "operation": "report_fault", "key": "draft-1",
    "body": {"phenomenon": "household", "description": "没电", "address": "临河区金川小区5号楼"},
}  # fmt: skip


def reply(custom: dict, **more: object) -> list[dict]:
    return [{"text": None, "custom": custom, **more}]


async def submitted(desk: Desk, count: int) -> bool:
    return [row.state for row in await desk.rows(t.submission)] == ["done"] * count


async def test_a_card_is_passed_on_with_the_text(desk: Desk) -> None:
    card = {"type": "card", "card": "bill", "data": {"month": "2026-10"}}
    desk.engine.answer = lambda turn: [{"text": "您的账单", "custom": card}]
    await desk.say("账单")
    await desk.idle()
    assert (await desk.shown())[-1].body == {
        "text": "您的账单",
        "card": {"card": "bill", "data": {"month": "2026-10"}},
    }


async def test_a_text_message_is_queued_for_the_number_and_of_use_for_a_day(desk: Desk) -> None:
    values = {"business": "充电桩报装", "order_no": "A1", "documents": "身份证、车位证明"}
    wish = {"type": "text_message", "phone": "13800000001", "about": "application", "values": values}
    desk.engine.answer = lambda turn: [{"text": "登记好了。"}, {"custom": wish}]
    await desk.say("对")
    await desk.idle()
    (row,) = await desk.rows(t.sms)
    assert row.phone == "13800000001" and row.until - row.created_at == 86_400
    assert all(value in row.text for value in values.values())


async def test_a_number_that_comes_later_is_texted_to_a_caller(desk: Desk) -> None:
    body = {**FAULT["body"], "phone": "13800000001"}  # type: ignore[dict-item]
    desk.engine.answer = lambda turn: reply({**FAULT, "key": turn["message_id"], "body": body})
    await desk.say("没电", talk="c-page")
    await desk.idle()
    await until(lambda: submitted(desk, 1))
    assert await desk.rows(t.sms) == []
    await desk.gateway.store.write(open_conversation, "tel-1", "voice")
    await desk.say("没电", talk="tel-1")
    await desk.idle()
    await until(lambda: submitted(desk, 2))
    (row,) = await desk.rows(t.sms)
    assert "已为您登记" in row.text and row.phone == "13800000001"


async def test_an_unknown_or_malformed_effect_is_dropped_and_the_customer_still_hears_something(
    desk: Desk,
) -> None:
    for custom in (
        {"type": "launch"},
        {"type": "text_message", "phone": "nobody", "about": "order", "values": {"order_no": "1"}},
        {"type": "text_message", "phone": "13800000001", "about": "advertisement", "values": {}},
        {"type": "handover"},
        {"type": "deferred", "operation": "urge", "key": "k", "body": {}},
    ):
        desk.engine.answer = lambda turn, custom=custom: reply(custom)
        await desk.say("嗯")
        await desk.idle()
    assert (await desk.texts()).count(desk.text("no_answer")) == 5
    assert await desk.rows(t.submission) == []
    assert [row.state for row in await desk.rows(t.handoff)] == ["OFFERED"]


async def test_a_handover_queues_one_ticket_and_promises_no_time(desk: Desk) -> None:
    desk.engine.answer = lambda turn: reply(HANDOVER)
    await desk.say("转人工")
    await desk.say("转人工啊")
    await desk.idle()
    (row,) = await desk.rows(t.handoff)
    assert row.ticket == f"H{day(row.created_at)}0001" and row.skill == "billing"
    texts = await desk.texts()
    assert desk.text("handover_promise_off_duty", ticket=row.ticket) in texts
    assert desk.text("handover_kept", ticket=row.ticket) in texts


async def test_a_kept_write_is_submitted_when_the_company_is_back_and_told_once(desk: Desk) -> None:
    desk.company.failing["report_fault"] = Unavailable("down")
    desk.engine.answer = lambda turn: [{"text": "先记下了"}, *reply(FAULT)]
    await desk.say("报修")
    await desk.say("报修")
    await desk.idle()
    assert desk.company.filed == {}
    desk.company.failing.clear()
    await until(lambda: len(desk.company.filed), 8)
    await desk.idle()
    (order_no,) = desk.company.filed
    await until(lambda: _count(desk, desk.text("deferred_report_fault", order_no=order_no)), 3)
    assert len(desk.company.faults) == 1


async def _count(desk: Desk, text: str) -> bool:
    return (await desk.texts()).count(text) == 1


async def test_a_kept_write_that_the_company_refuses_goes_to_a_person(desk: Desk) -> None:
    desk.company.failing["report_fault"] = BadData("no", "address")
    desk.engine.answer = lambda turn: [{"text": "先记下了"}, *reply(FAULT)]
    await desk.say("报修")
    (row,) = await until(lambda: desk.rows(t.handoff))
    await desk.idle()
    await until(lambda: _count(desk, desk.text("deferred_refused", ticket=row.ticket)), 3)


async def test_a_kept_invoice_and_a_kept_phone_are_carried_out_for_whom_they_were_proved(desk: Desk) -> None:
    invoice = {"account_no": ACCOUNT, "month": "2026-10", "title_kind": "person", "send_to": "13800000777"}
    phone = {"account_no": ACCOUNT, "phone": "13800000777", "change": "bind"}
    works = {
        "开发票": ("invoice", invoice),
        "绑手机": ("phone", phone),
        "乱写": ("phone", {**phone, "change": "steal"}),
    }

    def answer(turn: dict) -> list[dict]:
        operation, body = works[turn["text"]]
        return reply({"type": "deferred", "operation": operation, "key": turn["text"], "body": body})

    desk.company.failing |= {"issue_invoice": Unavailable("down"), "bind_phone": Unavailable("down")}
    desk.engine.answer = answer
    await desk.gateway.store.write(open_conversation, TALK, "web")
    await desk.gateway.store.write(desk.gateway.identity.vouch, TALK, Level.L3, [ACCOUNT])
    for text in works:
        await desk.say(text)
    await desk.idle()
    assert not desk.company.invoices and not desk.company.phones
    desk.company.failing.clear()
    await until(lambda: desk.company.invoices and desk.company.phones, 8)
    assert desk.company.phones == {ACCOUNT: {"13800000777": True}}
    (made,) = desk.company.invoices.values()
    await until(lambda: _count(desk, desk.text("deferred_invoice", order_no=made.invoice_no)), 3)
    await until(lambda: _count(desk, desk.text("deferred_phone")), 3)
    (row,) = await until(lambda: desk.rows(t.handoff))
    await until(lambda: _count(desk, desk.text("deferred_refused", ticket=row.ticket)), 3)


async def test_after_end_session_the_engine_knows_the_conversation_by_a_new_name(desk: Desk) -> None:
    desk.engine.answer = lambda turn: [{"text": "再见"}, *reply({"type": "end_session"})]
    await desk.say("再见")
    await desk.idle()
    await desk.say("你好")
    await desk.idle()
    assert [turn["conversation"] for turn in desk.engine.turns] == [TALK, f"{TALK}.1"]


def buttons(turn: dict) -> list[dict]:
    if turn["payload"]:
        return [{"text": f"got {turn['payload']}"}]
    return [
        {
            "text": "登记吗?",
            "buttons": [{"title": "确认", "payload": "/affirm"}, {"title": "取消", "payload": "/deny"}],
        }
    ]


async def test_a_button_reaches_the_customer_as_an_id_and_the_engine_as_its_payload(desk: Desk) -> None:
    desk.engine.answer = buttons
    await desk.say("报修")
    await desk.idle()
    offered = (await desk.shown())[-1].body["quick_replies"]
    assert [set(each) for each in offered] == [{"id", "title"}] * 2
    await desk.say(choice=offered[0]["id"])
    await desk.idle()
    assert (await desk.texts())[-2:] == ["确认", "got /affirm"]
    assert desk.engine.turns[-1]["text"] is None


async def test_typing_a_buttons_title_is_choosing_it(desk: Desk) -> None:
    desk.engine.answer = buttons
    await desk.say("报修")
    await desk.idle()
    await desk.say("确认")
    await desk.idle()
    assert desk.engine.turns[-1]["payload"] == "/affirm"


async def test_a_choice_counts_once_and_only_in_its_own_conversation_and_turn(desk: Desk) -> None:
    desk.engine.answer = buttons
    await desk.say("报修")
    await desk.idle()
    old = (await desk.shown())[-1].body["quick_replies"][0]["id"]
    for talk, choice in (("c-other", old), (TALK, "made-up")):
        with pytest.raises(Refused, match="unknown_choice"):
            await desk.say(choice=choice, talk=talk)
    desk.engine.delay = 0.3
    await desk.say(choice=old)
    with pytest.raises(Refused, match="unknown_choice"):
        await desk.say(choice=old)
    await desk.idle()
    await desk.say("另一件事")
    await desk.idle()
    with pytest.raises(Refused, match="unknown_choice"):
        await desk.say(choice=old)


async def test_an_elder_mode_asked_for_in_words_is_told_with_the_words_that_promise_it(desk: Desk) -> None:
    wish = {"type": "profile", "elder": True}
    desk.engine.answer = lambda turn: [{"text": "好的，我慢慢说。", "custom": wish}]
    await desk.say("说慢点")
    await desk.idle()
    assert (await desk.shown())[-1].body == {"text": "好的，我慢慢说。", "profile": {"elder": True}}


APPLICATION = {"business": "new_connection_residential", "contact_name": "王秀英", "phone": "13800000001"}
VOICE = {"kind": "complaint", "content": "说一件事"}


async def test_applications_and_complaints_are_kept_and_told_too(desk: Desk) -> None:
    works = {"报装": ("apply", APPLICATION), "投诉": ("voice", VOICE)}

    def answer(turn: dict) -> list[dict]:
        operation, body = works[turn["text"]]
        return reply({"type": "deferred", "operation": operation, "key": turn["text"], "body": body})

    desk.engine.answer = answer
    for text in works:
        await desk.say(text)
        await desk.idle()
    await until(lambda: submitted(desk, 2))
    for (operation, _), row in zip(works.values(), await desk.rows(t.submission), strict=True):
        assert row.order_no and await _count(desk, desk.text(f"deferred_{operation}", order_no=row.order_no))
    assert [each.business for each in desk.company.applications] == [APPLICATION["business"]]
    assert [each.content for each in desk.company.voices] == [VOICE["content"]]


@pytest.mark.parametrize(
    ("operation", "body", "skill"),
    [
        ("report_fault", FAULT["body"], "fault"),
        ("apply", APPLICATION, "application"),
        ("voice", VOICE, "complaint"),
    ],
)
async def test_a_refused_write_calls_the_person_who_can_mend_it(
    desk: Desk, operation: str, body: dict, skill: str
) -> None:
    desk.company.failing[operation] = BadData("no", "phone")
    wish = {"type": "deferred", "operation": operation, "key": "k", "body": body}
    desk.engine.answer = lambda turn: [{"text": "先记下了"}, *reply(wish)]
    await desk.say("办理")
    (row,) = await until(lambda: desk.rows(t.handoff))
    assert (row.reason, row.skill, row.priority) == ("backend_down", skill, 3)
    await desk.idle()
    assert [each.state for each in await desk.rows(t.submission)] == ["refused"]


async def _tries(desk: Desk, most: int) -> list[str]:
    """The states of all submissions after each was tried so many times more."""
    for _ in range(most):
        await desk.change(sa.update(t.submission).values(not_before=0.0))
        await desk.gateway.submissions.step()
    return [row.state for row in await desk.rows(t.submission)]


@pytest.mark.parametrize("error", [BadData("no", "address"), NotFound("no"), Conflict("busy")])
async def test_a_refused_emergency_order_is_the_most_urgent_call_and_is_tried_beside_it(
    desk: Desk, error: CompanyError
) -> None:
    desk.company.failing["report_fault"] = error
    await desk.gateway.jobs.stop(SUBMISSIONS)
    await desk.say("电表箱着火了")
    await desk.idle()
    assert await _tries(desk, 25) == ["new"]
    (row,) = await desk.rows(t.handoff)
    assert (row.priority, row.skill) == (0, "fault")
    assert (await desk.texts()).count(desk.text("deferred_refused", ticket=row.ticket)) == 1
    desk.company.failing.clear()
    assert await _tries(desk, 1) == ["done"]
    (order_no,) = desk.company.filed
    assert desk.text("deferred_report_danger", order_no=order_no) in await desk.texts()


async def test_a_refused_emergency_order_ends_when_a_person_has_closed_the_case(desk: Desk) -> None:
    desk.company.failing["report_fault"] = BadData("no", "address")
    await desk.gateway.jobs.stop(SUBMISSIONS, DESK)
    await desk.change(sa.insert(t.agent).values(**agent("a01", desk.clock())))
    await desk.say("电表箱着火了")
    await desk.idle()
    assert await _tries(desk, 2) == ["new"]
    (row,) = await desk.rows(t.handoff)
    await desk.gateway.store.write(desk.gateway.desk.take, TALK, "a01", row.version)
    assert await _tries(desk, 1) == ["new"]
    (row,) = await desk.rows(t.handoff)
    await desk.gateway.store.write(desk.gateway.desk.resolve, TALK, "a01", row.version, "solved")
    assert await _tries(desk, 1) == ["refused"]


async def test_a_refused_addition_is_told_to_nobody_and_tried_again(desk: Desk) -> None:
    desk.company.failing["amend_fault"] = BadData("no", "address")
    await desk.say("电表箱着火了")
    await until(lambda: desk.company.filed)
    await desk.say("着火还没灭")
    await desk.idle()
    await desk.gateway.jobs.stop(SUBMISSIONS)
    assert await _tries(desk, 3) == ["done", "new"]
    ticket = (await desk.rows(t.handoff))[0].ticket
    assert desk.text("deferred_refused", ticket=ticket) not in await desk.texts()
    desk.company.failing.clear()
    assert await _tries(desk, 1) == ["done", "done"]
    assert len(desk.company.amendments) == 1


async def test_a_company_that_is_down_is_asked_again_after_a_growing_pause(desk: Desk) -> None:
    desk.company.failing["report_fault"] = Unavailable("down")
    desk.engine.answer = lambda turn: reply(FAULT)
    await desk.gateway.jobs.stop(SUBMISSIONS)
    await desk.say("报修")
    await desk.idle()
    for pause in (1, 2, 4):
        desk.clock.forward(pause)
        before = desk.clock()
        await desk.gateway.submissions.step()
        (row,) = await desk.rows(t.submission)
        assert row.not_before - before >= pause * 0.7 and row.not_before - desk.clock() <= pause
        assert row.state == "new"


async def test_after_many_conflicts_a_write_is_given_up(desk: Desk) -> None:
    desk.company.failing["report_fault"] = Conflict("busy")
    desk.engine.answer = lambda turn: reply(FAULT)
    await desk.gateway.jobs.stop(SUBMISSIONS)
    await desk.say("报修")
    await desk.idle()
    for attempts, state in ((18, "new"), (19, "refused")):
        await desk.change(sa.update(t.submission).values(attempts=attempts, not_before=0.0))
        await desk.gateway.submissions.step()
        assert [row.state for row in await desk.rows(t.submission)] == [state]


async def test_an_order_number_is_waited_for_and_no_longer_than_that(desk: Desk) -> None:
    desk.company.failing["report_fault"] = Unavailable("down")
    desk.engine.answer = lambda turn: reply(FAULT)
    await desk.say("报修")
    await desk.idle()
    began = time.monotonic()
    assert await desk.gateway.submissions.order_of("draft-1", 0.3) is None
    assert 0.3 <= time.monotonic() - began < 5
    assert await desk.gateway.submissions.order_of("unknown", 60) is None
    desk.company.failing.clear()
    order_no = await desk.gateway.submissions.order_of("draft-1", 8)
    assert order_no in desk.company.filed


def test_a_write_takes_the_shape_of_its_operation() -> None:
    build = OPERATIONS["report_fault"].build
    report = build({**FAULT["body"], "attachments": ["a", "b"]})  # type: ignore[dict-item]
    assert isinstance(report, FaultReport) and report.attachments == ("a", "b")
    assert OPERATIONS["invoice"].build({"month": "2026-10"}) == {"month": "2026-10"}
    with pytest.raises(TypeError, match="report_fault has no colour, size"):
        build({**FAULT["body"], "size": 1, "colour": 2})  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        build({"description": "没电"})


async def test_a_picture_a_card_and_the_slot_asked_for_reach_the_page(desk: Desk) -> None:
    card = {"type": "card", "card": "bill", "data": {"month": "2026-10"}}
    desk.engine.answer = lambda turn: [
        {"text": "户号?", "response": "utter_ask_invoice_form_account_no"},
        {"text": "看图", "image": "/help/pay.png", "response": "utter_help"},
        {"text": None, "custom": card},
        {"text": "不认识的卡", "custom": {**card, "card": "advertisement"}},
    ]
    await desk.say("你好")
    await desk.idle()
    assert [m.body for m in await desk.shown()][1:] == [
        {"text": "户号?", "asks": "account_no"},
        {"text": "看图", "image": {"url": "/help/pay.png", "alt": ""}},
        {"card": {"card": "bill", "data": {"month": "2026-10"}}},
        {"text": "不认识的卡"},
    ]
