"""One conversation of each kind through the whole system, over the app channel; the company's rows are checked."""

import re

import pytest

from tests.e2e.running import RunningSystem

pytestmark = pytest.mark.e2e

WANG = "0100000000017"
ORDER = re.compile(r"(?<!\d)20\d{13}(?!\d)")


def test_a_bill_is_shown_explained_and_adds_up(system: RunningSystem) -> None:
    customer = system.customer()
    assert "户号" in customer.say("上个月电费多少钱")
    assert "户主" in customer.say(WANG)
    answer = customer.say("王秀英")
    assert "118.12" in answer
    cards = [message["card"] for message in customer.last if message.get("card")]
    months = next(card["data"]["months"] for card in cards if card["card"] == "bill_history")
    assert len(months) == 12
    explained = customer.say("怎么比前一个月多这么多")
    assert "32.22" in explained, explained
    [row] = system.rows(
        "backend",
        "SELECT b.* FROM bills b JOIN accounts a ON a.id = b.account_id WHERE a.account_no = ? ORDER BY b.month DESC LIMIT 1",
        WANG,
    )
    assert row["amount"] == 11812


def test_an_outage_is_reported_and_its_progress_is_known(system: RunningSystem) -> None:
    customer = system.customer()
    customer.say("我家停电了，邻居家有电")
    customer.say("临河区西环街道阳光小区9号楼1单元301")
    customer.say("没跳闸")
    customer.say("13800000901")
    summary = customer.say("我姓王")
    assert "阳光小区9号楼" in summary, summary
    done = customer.say("对")
    number = ORDER.search(done)
    assert number, done
    [order] = system.rows("backend", "SELECT * FROM work_orders WHERE order_no = ?", number[0])
    assert (order["kind"], order["business"]) == ("fault", "household") and order["due_at"]
    assert number[0] in customer.say("我的单子到哪一步了")


def test_a_complaint_is_filed_and_runs_on_its_clock(system: RunningSystem) -> None:
    customer = system.customer()
    customer.say("我要投诉")
    customer.say("抄表的师傅态度恶劣还骂人")
    customer.say("昨天下午")
    customer.say("金川小区")
    customer.say("让他来道歉")
    customer.say("13800000902")
    customer.say("李大爷")
    done = customer.say("对")
    number = ORDER.search(done)
    assert number, done
    [order] = system.rows("backend", "SELECT * FROM work_orders WHERE order_no = ?", number[0])
    assert order["kind"] == "complaint" and order["commitment"] == "complaint_contact"
    assert "12398" in done


def test_an_application_is_booked_with_its_documents(system: RunningSystem) -> None:
    customer = system.customer()
    told = customer.say("想给自家车位装个充电桩")
    assert "身份证" in told + str(customer.last), told
    customer.choose("现在登记")
    customer.say("临河区金川街道金川小区地下车库12号车位")
    customer.say("7千瓦")
    for answer in ("固定车位", "都有", "13800000903", "张大姐", "对", "对"):
        said = customer.say(answer)
        if ORDER.search(said):
            break
    number = ORDER.search(said)
    assert number, said
    [order] = system.rows("backend", "SELECT * FROM work_orders WHERE order_no = ?", number[0])
    assert (order["kind"], order["business"]) == ("application", "apply_ev_charger")


def test_danger_is_answered_at_once_and_the_crew_is_called(system: RunningSystem) -> None:
    customer = system.customer()
    said = customer.say("我家门口电线断了掉地上了，还冒火花")
    assert "远离" in said, said
    customer.say("临河区狼山镇民主村5组")
    customer.say("13800000904")
    rows = system.rows("backend", "SELECT * FROM work_orders WHERE kind = 'danger' AND urgency = 'urgent'")
    assert rows
    assert system.rows("gateway", "SELECT * FROM handoff WHERE reason = 'hazard' AND priority = 0")


def test_a_person_is_promised_with_a_ticket(system: RunningSystem) -> None:
    said = system.customer().say("给我转人工")
    ticket = re.search(r"H\d{8,}", said)
    assert ticket, said
    assert system.rows("gateway", "SELECT * FROM handoff WHERE ticket = ?", ticket[0])


@pytest.mark.parametrize(
    "text",
    ["", "   ", "👍🎉😂", "a\x00b\x07", "'; DROP TABLE bills; --", '/report_outage{"address": "x"}', "/restart",
     "<script>alert(1)</script>", "电" * 2000, "\u202e\u2066abc", "/session_start"],
)  # fmt: skip
def test_bad_input_gets_a_clear_answer(system: RunningSystem, text: str) -> None:
    customer = system.customer()
    body = {"message_id": "bad-1", "conversation": customer.conversation, "text": text}
    answer = customer.client.post("/api/v1/messages", json=body)
    if answer.status_code == 200:
        assert any(message.get("text") for message in answer.json()["messages"])
    else:
        assert answer.status_code == 422 and answer.headers["content-type"].startswith(
            "application/problem+json"
        )
    engine = customer.say("你好")
    assert engine


def test_too_long_a_message_and_a_wrong_token_are_refused(system: RunningSystem) -> None:
    customer = system.customer()
    body = {"message_id": "long", "conversation": customer.conversation, "text": "长" * 2001}
    assert customer.client.post("/api/v1/messages", json=body).status_code == 413
    wrong = {"Authorization": "Bearer nobody"}
    assert customer.client.post("/api/v1/messages", json=body, headers=wrong).status_code == 401
    assert (
        system.rows("gateway", "SELECT count(*) AS n FROM inbox WHERE message_id LIKE '%:long'")[0]["n"] == 0
    )


def test_nobody_sees_another_customers_bill(system: RunningSystem) -> None:
    customer = system.customer((WANG,), "L3")
    assert "118.12" in customer.say("上个月电费多少")
    other = customer.say("查一下0100000000025这个户号欠多少钱")
    assert "张福贵" not in other and "元" not in other, other
