"""Customers on the page, in a real browser, with the whole system behind it; the company's rows are checked."""

import json

import pytest

from tests.e2e.running import RunningSystem
from tests.e2e.test_browser import browse

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

BILL = [
    {"say": "上个月电费多少钱", "expect": "户号"},
    {"say": "0100000000017", "expect": "户主"},
    {"say": "王秀英", "expect": "118.12"},
    {"say": "怎么比前一个月多这么多", "expect": "32.22"},
]
OUTAGE = [
    {"say": "我家停电了", "expect": "小区"},
    {"say": "临河区西环街道阳光小区7号楼2单元201", "expect": "邻居"},
    {"press": "邻居有电", "expect": "."},
    {"press": "没跳", "expect": "手机|电话"},
    {"say": "13800000911", "expect": "称呼"},
    {"say": "王大姐", "expect": "阳光小区7号楼"},
    {"press": "对，提交", "expect": "20\\d{13}"},
]
ELDER = [
    {"press": "长辈版"},
    {"press": "家里没电", "expect": "小区几号楼"},
    {"say": "临河区西环街道阳光小区6号楼2单元201", "expect": "亮着灯"},
    {"press": "邻居有电", "expect": "总开关"},
    {"press": "没掉", "expect": "电话"},
    {"say": "13800000914", "expect": "贵姓"},
    {"say": "王大姐", "expect": "13 80 00 00 91 4"},
    {"press": "对，提交"},
    {"press": "现在交", "expect": "单子号是20 \\d\\d "},
    {"press": "常用的事"},
    {"press": "修到哪了", "expect": "单子号是20 \\d\\d "},
    {"press": "转人工", "expect": "找人"},
]
COMPLAINT = [
    {"say": "我要投诉", "expect": "."},
    {"say": "抄表的师傅态度恶劣还骂人", "expect": "."},
    {"say": "昨天下午", "expect": "."},
    {"say": "金川小区", "expect": "."},
    {"say": "让他来道歉", "expect": "手机|电话"},
    {"say": "13800000912", "expect": "称呼"},
    {"say": "李大爷", "expect": "对吗"},
    {"press": "对，提交", "expect": "20\\d{13}"},
]
APPLICATION = [
    {"say": "屋顶想装光伏", "expect": "登记"},
    {"press": "现在登记", "expect": "户号"},
    {"say": "0100000000017", "expect": "容量|千瓦"},
    {"say": "20千瓦", "expect": "."},
    {"press": "自用，余电上网", "expect": "屋顶"},
    {"press": "自家的", "expect": "个人"},
    {"press": "个人", "expect": "资料"},
    {"press": "都有", "expect": "手机|电话"},
    {"say": "13800000913", "expect": "称呼"},
    {"say": "王大姐", "expect": "对吗"},
    {"press": "对，提交", "expect": "20\\d{13}"},
]


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        (BILL, None),
        (OUTAGE, "fault"),
        (ELDER, "fault"),
        (COMPLAINT, "complaint"),
        (APPLICATION, "application"),
    ],
    ids=["bill", "outage", "elder", "complaint", "application"],
)
async def test_a_customer_on_the_page_is_served(
    system: RunningSystem, steps: list[dict], kind: str | None
) -> None:
    count = "SELECT count(*) AS n FROM work_orders WHERE kind = ?"
    before = system.rows("backend", count, kind)[0]["n"]
    await browse("talk.test.mjs", GRIDCARE_E2E_URL=system.url("gateway"), GRIDCARE_E2E_TALK=json.dumps(steps))
    assert system.rows("backend", count, kind)[0]["n"] == before + (kind is not None)
