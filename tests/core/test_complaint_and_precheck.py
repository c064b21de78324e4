from __future__ import annotations

import pytest

from bot.core.complaint import category, is_complaint, names_someone, report_category
from bot.core.precheck import SILENT_SHARE, Finding, Signs, check, irrigates, urgent


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("你们的人骂人", "service"),
        ("抄表的态度差", "service"),
        ("说一个小时到等了仨钟头抢修的才来", "outage"),
        ("三天停了四回", "quality"),
        ("老停电，没人管", "quality"),
        ("电压低得空调带不动", "quality"),
        ("施工把我家地压了", "construction"),
        ("抄表多收了我的电费", "business"),
        ("师傅说一天来，等到天黑", "service"),
        ("师傅超时了也不来电话，停电到现在", "outage"),
        ("抢修人员等了两个小时", "outage"),
        ("就是不满意", "service"),
    ],
)
def test_a_complaint_falls_in_its_class(words: str, expected: str) -> None:
    assert category(words) == expected


def test_the_three_points_of_a_complaint() -> None:
    assert is_complaint("你们的师傅骂人", has_contact=True)
    assert not is_complaint("你们的师傅骂人", has_contact=False)
    assert not is_complaint("你们的师傅骂人", has_contact=True, in_time=False)
    assert not is_complaint("电价太贵了", has_contact=True)
    assert not is_complaint("物业天天断水", has_contact=True)
    assert is_complaint("物业和你们供电的互相推", has_contact=True)
    assert not is_complaint("阶梯标准太高，你们该改", has_contact=True)
    assert is_complaint("电费太高，问你们客服还骂人", has_contact=True)
    assert not is_complaint("电价太高，跟人吵架挨了骂", has_contact=True)


def test_a_complaint_may_say_by_itself_whom_it_is_about() -> None:
    assert names_someone("抄表的骂人") and names_someone("叫小李的那个")
    assert not names_someone("态度太差")


def test_reports_tell_integrity_from_theft() -> None:
    assert report_category("村里有人偷电") == "theft"
    assert report_category("电工收红包才给装表") == "integrity"


@pytest.mark.parametrize(
    ("signs", "finding"),
    [
        (Signs(known_outage=True, cut_for_arrears=True), Finding.KNOWN_OUTAGE),
        (Signs(cut_for_arrears=True, neighbours_lit=False), Finding.ARREARS),
        (Signs(neighbours_lit=False, breaker_off=True), Finding.NEIGHBOURS_OUT),
        (Signs(cut_for_arrears=True, reported=True), Finding.ARREARS),
        (Signs(reported=True, neighbours_lit=False), Finding.REPORTED),
        (Signs(neighbours_silent=0.5, meter_online=True), Finding.NEIGHBOURS_OUT),
        (Signs(neighbours_silent=SILENT_SHARE, meter_online=True), Finding.NEIGHBOURS_OUT),
        (Signs(neighbours_silent=SILENT_SHARE - 0.01, meter_online=True), Finding.METER_ANSWERS),
        (Signs(neighbours_lit=True, breaker_off=True, meter_online=True), Finding.BREAKER),
        (Signs(neighbours_lit=True, breaker_off=False, meter_online=True), Finding.METER_ANSWERS),
        (Signs(neighbours_lit=True, breaker_off=False), Finding.NOTHING),
        (Signs(), Finding.NOTHING),
    ],
)
def test_the_first_finding_in_the_order_of_the_trade_counts(signs: Signs, finding: Finding) -> None:
    assert check(signs) is finding


def test_what_cannot_wait_is_urgent() -> None:
    assert urgent("灯特别亮，零线断了吧")
    assert urgent("量了有280伏")
    assert not urgent("灯有点暗")


def test_a_well_or_a_pump_irrigates() -> None:
    assert irrigates("机井没电了") and irrigates("浇地浇到一半")
    assert not irrigates("我家没电了")
