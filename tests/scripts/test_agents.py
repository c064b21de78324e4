"""What `make agent` tells whoever creates an agent."""

from __future__ import annotations

import argparse
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.gateway.settings import DeskSettings
from scripts import agents
from tests.gateway.fakes import settings


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DeskSettings:
    monkeypatch.setenv("GRIDCARE_AGENT_PASSWORD", "made-up-password-1")
    return DeskSettings(gateway_db=settings(tmp_path).gateway_db)


def wanted(**more: object) -> argparse.Namespace:
    return argparse.Namespace(
        **{"name": "a01", "display": "小王", "roles": "agent", "skills": "billing", "totp": False, **more}
    )


async def test_an_agent_with_a_one_time_code_gets_the_address_that_an_app_scans(
    desk: DeskSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await agents.create(wanted(totp=True), desk) == 0
    told, address = capsys.readouterr().out.splitlines()
    assert told == "a01 may log in at /console"
    assert urlsplit(address).scheme == "otpauth" and "a01" in address
    assert len(parse_qs(urlsplit(address).query)["secret"][0]) == 32


async def test_a_skill_that_nobody_knows_is_refused(
    desk: DeskSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await agents.create(wanted(skills="billing,juggling"), desk) == 2
    assert "juggling" in capsys.readouterr().err
