"""What `make up` keeps of a machine."""

from pathlib import Path

import pytest

from scripts.supervisor import SECRETS, Layout, System, from_settings


def test_secrets_are_kept_and_one_that_a_newer_version_needs_is_added(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    first = layout.secrets()
    assert first.keys() == set(SECRETS) and layout.secrets() == first
    kept = {name: value for name, value in first.items() if name != "GRIDCARE_VOICE_TOKEN"}
    (tmp_path / "secrets.env").write_text("".join(f"{k}={v}\n" for k, v in kept.items()), encoding="utf-8")
    later = layout.secrets()
    assert later.keys() == set(SECRETS) and kept.items() <= later.items()
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_consumers_of_events_start_only_where_there_is_a_feed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDCARE_RUN_DIR", str(tmp_path))
    monkeypatch.delenv("GRIDCARE_FACTS_URL", raising=False)
    assert "events" not in System(from_settings()).processes
    monkeypatch.setenv("GRIDCARE_FACTS_URL", "http://127.0.0.1:1/facts")
    system = System(from_settings())
    assert "events" in system.processes
    environment = system.layout.environment()
    assert environment["GRIDCARE_EVENTS_DB"].startswith(f"sqlite:///{tmp_path}")
    assert environment["GRIDCARE_EVENTS_URL"] == system.url("events")
