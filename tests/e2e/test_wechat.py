"""The whole system with the demo's WeChat: the same conversation as on the web ends in the same rows."""

import base64
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.channels.wechat import menu
from scripts.supervisor import ROOT, Layout, free_ports
from tests.channels.conftest import Page, Site
from tests.e2e.running import RunningSystem
from tests.e2e.test_browser import browse
from tests.gateway.fakes import until

pytestmark = pytest.mark.e2e

ORDER = re.compile(r"(?<!\d)20\d{13}(?!\d)")


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    folder: Path = tmp_path_factory.mktemp("wechat")
    extra = {"GRIDCARE_MESSAGES_PER_SECOND": "50"}
    running = RunningSystem(folder, layout=Layout(folder, free_ports("wechat"), extra=extra))
    yield running
    running.stop()


class Phone:
    """A customer of the demo's WeChat page."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=30)
        self.http.get("/")
        self.seen = 0

    def say(self, words: str) -> str:
        """Everything that is answered, passively or pushed."""
        return self._post({"shown": words, "fields": {"Content": words}})

    def show(self, picture: bytes) -> str:
        return self._post({"kind": "image", "picture": base64.b64encode(picture).decode()})

    def tap(self, key: str) -> str:
        return self._post({"kind": "event", "fields": {"Event": "CLICK", "EventKey": key}})

    def _post(self, body: dict[str, object]) -> str:
        self.http.post("/say", json=body).raise_for_status()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            said = self.http.get("/chat", params={"after": self.seen}).json()["messages"]
            answers = [message["text"] for message in said if message["from"] == "service"]
            if answers:
                self.seen += len(said)
                return "\n".join(answers)
            time.sleep(0.2)
        raise AssertionError("no answer")


def order_of(said: str) -> str:
    found = ORDER.search(said)
    assert found, said
    return found[0]


REPORT = (
    "我家停电了，邻居家有电", "临河区西环街道阳光小区9号楼1单元301", "没跳闸", "13800000901", "我姓王", "对",
)  # fmt: skip
COMPLAINT = (
    "我要投诉", "抄表的师傅态度恶劣还骂人", "昨天下午", "金川小区", "让他来道歉", "13800000902", "李大爷", "对",
)  # fmt: skip
APART = {"order_no", "conversation", "created_at", "due_at", "address_key", "crew"}
HOUSE, NEIGHBOUR = "9号楼", "11号楼"  # one address has one open order, whoever reports it


def told_of(system: RunningSystem, order_no: str) -> list[dict[str, Any]]:
    """What was told of an order, as the company keeps it, but for who told it where."""
    query = "SELECT told FROM fault_reports WHERE order_no = ?1 UNION ALL SELECT told FROM voices WHERE order_no = ?1"
    rows = system.rows("backend", query, order_no)
    return [json.loads(row["told"]) | {"channel": None, "conversation": None} for row in rows]


class WebPage(Page):
    """A customer of the web page, one message after the other."""

    async def answer(self, words: str) -> str:
        """Everything that is answered."""
        before = len(self.got("bot_uttered"))
        await self.say(words)
        await until(lambda: len(self.got("bot_uttered")) > before and not self.got("typing")[-1]["on"], 30)
        return "\n".join(str(each.get("text", "")) for each in self.got("bot_uttered")[before:])


@pytest.mark.parametrize("sentences", [REPORT, COMPLAINT], ids=["report", "complaint"])
async def test_the_same_conversation_as_on_the_web_page_ends_in_the_same_row(
    system: RunningSystem, sentences: tuple[str, ...]
) -> None:
    site = Site(system.url("gateway"))
    page = WebPage(site, await site.token())
    await page.open()
    for sentence in sentences:
        by_page = await page.answer(sentence)
    await page.close()
    phone = Phone(system.url("wechat"))
    for sentence in sentences:
        by_phone = phone.say(sentence.replace(HOUSE, NEIGHBOUR))
    phone.http.close()
    one, other = (
        dict(system.rows("backend", "SELECT * FROM work_orders WHERE order_no = ?", order_of(said))[0])
        for said in (by_page, by_phone)
    )
    assert one["order_no"] != other["order_no"] and one["due_at"] and other["due_at"]
    same = [{k: v for k, v in each.items() if k not in APART} for each in (one, other)]
    assert same[0] == same[1]
    told = [str(told_of(system, each["order_no"])) for each in (one, other)]
    assert told[0] == told[1].replace(NEIGHBOUR, HOUSE) != "[]"
    rows = system.rows("gateway", "SELECT DISTINCT channel FROM inbox ORDER BY 1")
    assert [row["channel"] for row in rows] == ["web", "wechat"]


def test_a_picture_of_the_meter_is_attached_to_the_order(system: RunningSystem) -> None:
    phone = Phone(system.url("wechat"))
    for sentence in REPORT:
        if sentence == "没跳闸":
            phone.show((ROOT / "web" / "fixtures" / "picture.png").read_bytes())
        said = phone.say(sentence.replace(HOUSE, "13号楼"))
    phone.http.close()
    [told] = told_of(system, order_of(said))
    assert len(told["attachments"]) == 1


def test_every_entry_of_the_menu_is_understood(system: RunningSystem) -> None:
    for key in menu.sayings(menu.load()):
        phone = Phone(system.url("wechat"))
        phone.tap(key)
        phone.http.close()
    taps = system.rows("gateway", "SELECT message_id, intent FROM inbox WHERE message_id LIKE '%CLICK%'")
    assert len(taps) == len(menu.sayings(menu.load()))
    assert [row["message_id"] for row in taps if row["intent"] in (None, "nlu_fallback")] == []


@pytest.mark.browser
async def test_the_demos_chat_and_the_binding_page_work_in_a_browser(system: RunningSystem) -> None:
    addresses = {"GRIDCARE_E2E_URL": system.url("gateway"), "GRIDCARE_E2E_WECHAT": f"{system.url('wechat')}/"}
    await browse("wechat.test.mjs", **addresses)
