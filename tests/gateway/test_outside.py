"""Settings, pages, headers, sizes, pictures, schema: what stands around the conversation."""

import asyncio
import re
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import sqlalchemy as sa
import yaml
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.channels.registry import CHANNELS
from bot.gateway import settings as settings_module
from bot.gateway.app import create
from bot.gateway.http import shell
from bot.gateway.http.shell import BodyLimit, SecurityHeaders
from bot.gateway.store import sms
from bot.gateway.store import tables as t
from bot.gateway.store.logs import redact
from bot.gateway.store.storage import Store
from tests.clock import ManualClock
from tests.gateway.conftest import TALK, Desk
from tests.gateway.fakes import TOKENS
from tests.gateway.test_uploads import drawn

ROOT = Path(__file__).parents[2]


def browser(desk: Desk) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(create(desk.gateway)), base_url="http://gateway")


@pytest.mark.parametrize("name", sorted(TOKENS))
@pytest.mark.parametrize("value", [None, "", "short", "change-me-change-me-change-me"])
def test_a_secret_that_is_missing_or_an_example_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    for each, good in TOKENS.items():
        monkeypatch.setenv(f"GRIDCARE_{each.upper()}", good)
    monkeypatch.setenv("GRIDCARE_DEMO", "1")
    parts = [part for channel in CHANNELS for part in channel.settings]
    settings_module.read(*parts)
    variable = f"GRIDCARE_{name.upper()}"
    monkeypatch.delenv(variable) if value is None else monkeypatch.setenv(variable, value)
    with pytest.raises(settings_module.BadSettings, match=variable) as refused:
        settings_module.read(*parts)
    assert not value or value not in str(refused.value)


def test_without_demo_an_sms_system_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    for each, good in TOKENS.items():
        monkeypatch.setenv(f"GRIDCARE_{each.upper()}", good)
    monkeypatch.setenv("GRIDCARE_DEMO", "0")
    with pytest.raises(settings_module.BadSettings, match="GRIDCARE_SMS_URL"):
        settings_module.read()


async def test_ready_tells_of_the_database_and_of_the_engine(desk: Desk) -> None:
    async with browser(desk) as http:
        assert (await http.get("/live")).status_code == 200
        ready = (await http.get("/ready")).json()
        assert ready == {
            "ready": True,
            "reasons": [],
            "engine": "ready",
            "company_clock_ahead": None,
            "waiting": {
                "messages": 0,
                "oldest_message": None,
                "submissions": 0,
                "oldest_submission": None,
                "oldest_urgent": None,
            },
            "texts_given_up": 0,
            "announcements": {"waiting": 0, "untold": 0},
            "jobs": ready["jobs"],
        }


async def test_the_public_description_names_no_private_path(desk: Desk) -> None:
    async with browser(desk) as http:
        paths = (await http.get("/openapi.json")).json()["paths"]
        private = await http.get("/internal/v1/identity/c-1/stored")
    assert "/api/v1/messages" in paths and not [path for path in paths if path.startswith("/internal")]
    assert private.status_code == 401, "it is there all the same"
    written = []
    for room in ("gateway", "channels"):  # those of channels that are not set up here, too
        for path in (ROOT / "bot" / room).rglob("*.py"):
            written += re.findall(r'APIRouter\(\s*prefix="/internal[^)]*', path.read_text(encoding="utf-8"))
    assert written and all("include_in_schema=False" in router for router in written)


async def test_every_page_carries_the_strict_policy(desk: Desk) -> None:
    async with browser(desk) as http:
        for path in ("/", "/live", "/nowhere", "/api/v1/messages"):
            headers = (await http.get(path)).headers
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
            assert "require-trusted-types-for 'script'" in policy and "unsafe" not in policy
            assert headers["X-Content-Type-Options"] == "nosniff"


async def test_without_a_web_build_the_page_says_how_to_make_one_and_with_it_serves_it(desk: Desk) -> None:
    async with browser(desk) as http:
        assert "make web" in (await http.get("/")).text
    folder = desk.gateway.settings.web_dir
    for name, text in {"demo/index.html": "demo page", "widget/grid-chat.js": "widget"}.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text)
    async with browser(desk) as http:
        assert (await http.get("/")).text == "demo page"
        widget = await http.get("/widget/grid-chat.js")
        assert widget.text == "widget" and widget.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert (await http.get("/widget/../../gateway.db")).status_code == 404


async def test_a_body_that_is_too_large_is_refused_whether_announced_or_not(desk: Desk) -> None:
    async def drops() -> object:
        for _ in range(20):
            yield b"x" * 10_000

    async with browser(desk) as http:
        announced = await http.post("/api/v1/web/session", content=b"x" * 100_000)
        creeping = await http.post("/api/v1/web/session", content=drops())
        upload = await http.post(
            "/api/v1/web/uploads", content=b"x", headers={"content-length": str(95 * 2**20)}
        )
    assert [each.status_code for each in (announced, creeping, upload)] == [413] * 3


async def test_the_demo_shows_its_text_messages_with_a_banner_and_inert(desk: Desk) -> None:
    await desk.gateway.store.write(sms.queue, "13800000001", "<script>alert(1)</script>")
    async with browser(desk) as http:
        page = (await http.get("/dev/sms")).text
        listed = (await http.get("/dev/sms.json")).json()
    assert "nothing was sent" in page and "<script>" not in page
    assert listed["sent"] is False and listed["messages"][0]["phone"] == "13800000001"


async def test_a_picture_link_works_for_a_while_and_not_when_changed(desk: Desk) -> None:
    await desk.say("你好")
    upload = await desk.gateway.uploads.keep(TALK, drawn("PNG"))
    parts = urlsplit(desk.gateway.uploads.link(upload.id))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    async with browser(desk) as http:
        good = await http.get(parts.path, params=query)
        bad = [
            await http.get(parts.path, params={**query, "sig": "0" * 32}),
            await http.get(parts.path, params={**query, "until": str(int(query["until"]) + 1)}),
            await http.get(parts.path.replace(upload.id, "other"), params=query),
        ]
    assert good.status_code == 200 and good.headers["content-type"] == "image/png"
    assert [each.status_code for each in bad] == [404] * 3
    await desk.idle()


def test_logs_hide_phones_and_accounts() -> None:
    event = redact(None, "info", {"event": "户号 0100000000123 电话 13800000001", "inbox": 3})
    assert "0100000000123" not in event["event"] and "13800000001" not in event["event"]
    assert event["inbox"] == 3


async def test_the_migrations_make_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    store = Store(f"sqlite+aiosqlite:///{tmp_path / 'fresh.db'}", ManualClock(0.0))
    await store.open()

    def difference(connection: sa.Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection), t.metadata)

    assert await store.read(difference) == []
    await store.close()


def test_every_text_is_used_and_every_text_used_exists() -> None:
    texts = yaml.safe_load((ROOT / "data/gateway/texts.yml").read_text(encoding="utf-8"))
    code = "".join(
        p.read_text(encoding="utf-8")
        for p in chain(ROOT.glob("bot/gateway/**/*.py"), ROOT.glob("bot/channels/**/*.py"))
    )
    families = ("error_", "deferred_", "sms_", "helper_")
    unused = [name for name in texts if f'"{name}"' not in code and not name.startswith(families)]
    assert unused == []
    assert {"deferred_report_fault", "deferred_apply", "deferred_voice"} <= texts.keys()
    assert {"sms_order", "sms_application"} <= texts.keys()


async def test_only_an_encrypted_site_says_that_it_is_one() -> None:
    async def page(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    for https in (True, False):
        transport = httpx.ASGITransport(SecurityHeaders(page, https))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
            told = (await http.get("/")).headers
        assert ("strict-transport-security" in told) == https and "cache-control" not in told


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "_BODY_SECONDS", 0.2)
    heard: list[str] = []

    async def reads(_scope: Any, receive: Any, _send: Any) -> None:
        while (message := await receive())["type"] == "http.request" and message["more_body"]:
            pass
        heard.append(message["type"])

    async def drips() -> dict[str, Any]:
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def nobody(_message: Any) -> None:
        return None

    scope = {"type": "http", "path": "/api/v1/messages", "headers": []}
    async with asyncio.timeout(5):
        await BodyLimit(reads, set())(scope, drips, nobody)
    assert heard == ["http.disconnect"]
