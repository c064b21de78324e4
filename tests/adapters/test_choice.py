"""GRIDCARE_COMPANY names the adapter; a wrong name or address stops the start with a line that says why."""

from __future__ import annotations

import pytest

from bot.adapters.choice import BadAdapter, connect
from bot.adapters.http import HttpCompany
from bot.ports.company import Company
from tests.ports.fake import FakeCompany

TOKEN = "a-token-of-a-test-0001"


def own() -> Company:
    """An adapter from outside of the tree."""
    return FakeCompany().company


def test_the_reference_api_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRIDCARE_COMPANY", raising=False)
    monkeypatch.setenv("GRIDCARE_BACKEND_TOKEN", TOKEN)
    assert isinstance(connect(), HttpCompany)


def test_an_adapter_of_another_package_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDCARE_COMPANY", f"{__name__}:own")
    assert type(connect()) is Company


@pytest.mark.parametrize(
    "named",
    ["no.such.module:connect", "bot.adapters.http:nothing", "bot.adapters.http", "builtins:dict", ":"],
)
def test_a_name_that_leads_nowhere_is_told(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDCARE_COMPANY", named)
    with pytest.raises(BadAdapter, match="GRIDCARE_COMPANY"):
        connect()


@pytest.mark.parametrize("token", ["", "short", "change-me-to-something-else"])
def test_a_token_that_is_none_is_told_without_its_value(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRIDCARE_COMPANY", raising=False)
    monkeypatch.setenv("GRIDCARE_BACKEND_TOKEN", token)
    with pytest.raises(BadAdapter, match="GRIDCARE_BACKEND_TOKEN") as told:
        connect()
    assert not token or token not in str(told.value)
