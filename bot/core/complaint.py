"""What a voice is: the three-point test of a complaint and the class it falls in.

Source: 95598客户服务业务管理办法 (as a model): a complaint needs the supplier's responsibility, harm to the
customer, and to be in time; dislike of a price or a rule is an opinion; anonymous is never booked as a complaint.
Frequent outages are a complaint from three times in two months on."""

from __future__ import annotations

import re
from collections.abc import Mapping

CATEGORIES: Mapping[str, re.Pattern[str]] = {
    "outage": re.compile(r"停电|没电|抢修|来电|复电|送电|跳闸|修了|没人来|不来修"),
    "quality": re.compile(r"电压|灯.*暗|忽明忽暗|闪|带不动|烧坏"),
    "construction": re.compile(r"施工|电杆|架线|挖|压了.*地|农网|变压器.*(吵|噪|挪)|青苗"),
    "business": re.compile(r"抄表|电费|收费|多收|乱收|过户|新装|报装|装表|换表|业扩|预付费|催费|办.*(不|拖)"),
    "service": re.compile(
        r"态度|骂|吼|不耐烦|推诿|互相推|没人管|没人接|打不通|挂.*电话|冷淡|吃拿卡要|师傅|人员"
    ),
}
_FREQUENT = re.compile(
    r"(老|总|经常|频繁|三天两头|动不动|天天)[是]?.{0,3}(停电|跳闸)|停了?[三四五六七八九十3-9几]+[回次]"
)
_DISLIKE = re.compile(r"(电价|价格|电费|单价|阶梯|标准|政策).{0,4}(太贵|贵|高|不合理|不公平)")
_OTHERS = re.compile(r"物业|邻居|开发商|房东|自来水|燃气|供暖|宽带")
_OURS = re.compile(r"你们|供电|电力|抢修|师傅|抄表|营业厅|客服|95598|收费员|电工")
_INTEGRITY = re.compile(r"吃拿卡要|红包|好处费|回扣|贪|受贿|送礼|廉洁|以权")


def category(text: str) -> str:
    """The class of a complaint by its words; `service` when none stands out. Frequent outages are quality."""
    if _FREQUENT.search(text):
        return "quality"
    service = CATEGORIES["service"]
    if service.search(text) and not re.search(r"小时|钟头|一天|半天|超时", text):
        return "service"
    return next((name for name, words in CATEGORIES.items() if words.search(text)), "service")


def is_complaint(text: str, *, has_contact: bool, in_time: bool = True) -> bool:
    """The three points: our responsibility, the customer harmed, in time; and somebody to answer to."""
    ours = not _OTHERS.search(text) or bool(_OURS.search(text))
    harmed = not _DISLIKE.search(text) or bool(_OURS.search(text) and CATEGORIES["service"].search(text))
    return ours and harmed and in_time and has_contact


def report_category(text: str) -> str:
    """A reported violation is about our own people's integrity or about theft and misuse of power."""
    return "integrity" if _INTEGRITY.search(text) else "theft"


_SOMEONE = re.compile(
    r"抄表|收[费钱]|营业厅|窗口|柜台|客服|热线|接电话|师傅|抢修|修电|施工|电工|站长|所长|经理|台区|工号|姓.的?|叫.{2,3}的"
)


def names_someone(text: str) -> bool:
    """Whether a complaint says by itself whom it is about (抄表的骂人)."""
    return bool(_SOMEONE.search(text))
