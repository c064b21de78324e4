"""The whole system with the demo's WeChat: the same conversation as on the web ends in the same rows."""

import base64
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.channels.wechat import menu
from scripts.supervisor import ROOT, Layout, free_ports
from tests.e2e.running import RunningSystem
from tests.e2e.test_browser import browse

pytestmark = pytest.mark.e2e

ORDER = re.compile(r"(?<!\d)20\d{13}(?!\d)")
SENTENCES = (
    "我家停电了，邻居家有电", "临河区西环街道阳光小区{building}号楼1单元301", "没跳闸", "13800000901", "我姓王", "对",
)  # fmt: skip


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


def test_a_fault_reported_over_wechat_is_the_same_order_as_over_the_app(system: RunningSystem) -> None:
    phone, app = Phone(system.url("wechat")), system.customer()
    for sentence in SENTENCES:
        if sentence == "没跳闸":
            phone.show((ROOT / "web" / "fixtures" / "picture.png").read_bytes())
        by_phone = phone.say(sentence.format(building=9))
        by_app = app.say(sentence.format(building=11))
    orders = [
        dict(system.rows("backend", "SELECT * FROM work_orders WHERE order_no = ?", order_of(said))[0])
        for said in (by_phone, by_app)
    ]
    assert orders[0].keys() == orders[1].keys()
    same = ("kind", "business", "urgency", "commitment")
    assert [orders[0][name] for name in same] == [orders[1][name] for name in same]
    assert orders[0]["kind"] == "fault" and orders[0]["due_at"]
    channels = [
        row["channel"] for row in system.rows("gateway", "SELECT DISTINCT channel FROM inbox ORDER BY 1")
    ]
    assert channels == ["app", "wechat"]
    phone.http.close()


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
