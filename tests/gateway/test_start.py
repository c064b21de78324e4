"""A gateway that cannot start says why in one line, and shows no value."""

from __future__ import annotations

import os
import re
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.channels.registry import CHANNELS
from bot.gateway.__main__ import main
from bot.gateway.settings import GatewaySettings, equal_secrets, mistyped
from bot.gateway.store import logs
from scripts.ports import free_port
from tests.gateway.fakes import TOKENS

ROOT = Path(__file__).parents[2]
CANARY = "canary-of-a-value-for-tests"


Start = Callable[..., tuple[int, str]]


@pytest.fixture
def start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Start]:
    """`python -m bot.gateway` with these settings: its status and its words on standard error."""
    for name in os.environ:
        if name.startswith("GRIDCARE_"):
            monkeypatch.delenv(name)
    values = {
        **TOKENS, "backend_token": "made-up-backend_token-for-tests", "demo": "1",
        "gateway_url": f"http://127.0.0.1:{free_port()}", "gateway_db": f"sqlite+aiosqlite:///{tmp_path}/g.db",
        "upload_dir": str(tmp_path / "uploads"),
    }  # fmt: skip
    monkeypatch.setattr(logs, "configure", lambda: None)
    before = signal.getsignal(signal.SIGTERM)

    def run(**changes: str) -> tuple[int, str]:
        for name, value in {**values, **changes}.items():
            monkeypatch.setenv(f"GRIDCARE_{name.upper()}", value)
        status = main()
        return status, capsys.readouterr().err.strip()

    yield run
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"gateway_db": f"postgresql+asyncpg://u:{CANARY}@127.0.0.1:1/db"}, "GRIDCARE_GATEWAY_DB"),
        ({"gateway_db": "sqlite+aiosqlite:////proc/nowhere/g.db"}, "GRIDCARE_GATEWAY_DB"),
        ({"upload_dir": "/proc/nowhere"}, "GRIDCARE_UPLOAD_DIR"),
        ({"wechat_accounts": "{" + CANARY}, "GRIDCARE_WECHAT_ACCOUNTS"),
        ({"engine_token": TOKENS["session_key"]}, "GRIDCARE_ENGINE_TOKEN and GRIDCARE_SESSION_KEY"),
        ({"sms_ulr": CANARY}, "GRIDCARE_SMS_URL"),
        ({"turns": CANARY}, "GRIDCARE_TURNS"),
        ({"gateway_url": "http://0.0.0.0:8080"}, "loopback"),
    ],
    ids=["postgres", "folder", "uploads", "json", "equal", "mistyped", "number", "demo"],
)
def test_what_is_wrong_is_told_in_one_line(start: Start, changes: dict[str, str], named: str) -> None:
    status, said = start(**changes)
    assert status == 2 and said.startswith("gateway: ") and said.count("\n") == 0, said
    assert named in said and CANARY not in said


def test_a_port_that_is_taken_is_told_in_one_line(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = f"127.0.0.1:{server.getsockname()[1]}"
        told = start(gateway_url=f"http://{taken}")
    assert told == (2, f"gateway: GRIDCARE_GATEWAY_URL: {taken}: Address already in use")


def test_no_documented_setting_is_taken_for_a_mistyped_one() -> None:
    kinds = [GatewaySettings, *(part for channel in CHANNELS for part in channel.settings)]
    known = {f"GRIDCARE_{name.upper()}" for kind in kinds for name in kind.model_fields}
    documented = set(re.findall(r"GRIDCARE_\w+", (ROOT / "docs/operations.md").read_text(encoding="utf-8")))
    assert len(documented) > 40 and not list(mistyped(documented, known))
    assert list(mistyped(["GRIDCARE_SESION_KEY"], known)) == [
        "GRIDCARE_SESION_KEY is no setting, GRIDCARE_SESSION_KEY is"
    ]


def test_secrets_are_all_different() -> None:
    same = {"GRIDCARE_A_TOKEN": "x", "GRIDCARE_B_KEY": "x", "GRIDCARE_C_URL": "x", "GRIDCARE_D_TOKEN": ""}
    assert list(equal_secrets(same)) == [
        "GRIDCARE_A_TOKEN and GRIDCARE_B_KEY are equal: each needs a value of its own"
    ]
