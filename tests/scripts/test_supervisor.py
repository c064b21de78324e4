"""What `make up` keeps of a machine."""

from pathlib import Path

from scripts.supervisor import SECRETS, Layout


def test_secrets_are_kept_and_one_that_a_newer_version_needs_is_added(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    first = layout.secrets()
    assert first.keys() == set(SECRETS) and layout.secrets() == first
    kept = {name: value for name, value in first.items() if name != "GRIDCARE_VOICE_TOKEN"}
    (tmp_path / "secrets.env").write_text("".join(f"{k}={v}\n" for k, v in kept.items()), encoding="utf-8")
    later = layout.secrets()
    assert later.keys() == set(SECRETS) and kept.items() <= later.items()
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600
