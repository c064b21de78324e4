"""Recordings: sealed on the disk, both sides, gone when they are to be, and only of those who have heard of it."""

import os
from pathlib import Path

import numpy as np
import pytest

from bot.voice.recording import Recording, Recordings, Unreadable, key_of, sound
from tests.clock import RunningClock

KEY = bytes(range(32))
HEARD = np.full(160, 8000, "<i2").tobytes()
SAID = np.full(160, -4000, "<i2").tobytes()


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def kept(tmp_path: Path, clock: RunningClock) -> Recordings:
    return Recordings(tmp_path, KEY, days=92, clock=clock)


def record(recordings: Recordings, seconds: float, conversation: str = "tel-1") -> Path:
    one = recordings.begin(conversation)
    for _ in range(round(seconds * 50)):
        one.add(HEARD, SAID)
    one.close()
    return one.path


def test_both_sides_come_back_with_the_key_and_nothing_is_legible_without(kept: Recordings) -> None:
    file = record(kept, 25)
    samples = np.frombuffer(sound(file, KEY), "<i2").reshape(-1, 2)
    assert len(samples) == 25 * 8000
    assert np.all(np.abs(samples - (8000, -4000)) < 300), "A-law is that exact"
    with pytest.raises(Unreadable):
        sound(file, bytes(32))
    assert file.stat().st_mode & 0o077 == 0 and file.parent.stat().st_mode & 0o077 == 0


def test_a_recording_that_was_changed_or_renamed_is_refused(kept: Recordings, tmp_path: Path) -> None:
    file = record(kept, 25)
    whole = file.read_bytes()
    file.write_bytes(whole[:400] + bytes([whole[400] ^ 1]) + whole[401:])
    with pytest.raises(Unreadable):
        sound(file, KEY)
    file.write_bytes(whole)
    with pytest.raises(Unreadable):
        sound(file.rename(file.with_name("another.rec")), KEY)


def test_of_a_process_that_was_killed_everything_but_the_last_seconds_is_there(kept: Recordings) -> None:
    one: Recording = kept.begin("tel-1")
    for _ in range(25 * 50):
        one.add(HEARD, SAID)
    assert len(sound(one.path, KEY)) == 2 * 2 * 20 * 8000
    one.close()


def test_what_is_old_is_deleted_with_its_folder(
    kept: Recordings, clock: RunningClock, tmp_path: Path
) -> None:
    old, new = record(kept, 1, "tel-1"), record(kept, 1, "tel-2")
    clock.forward(93 * 86_400)
    os.utime(new, (clock(), clock()))
    assert kept.purge() == 1
    assert not old.exists() and new.exists() and [each.name for each in tmp_path.iterdir()] == ["tel-2"]


def test_a_conversation_that_is_erased_has_no_recordings_left(kept: Recordings, tmp_path: Path) -> None:
    record(kept, 1, "tel-1"), record(kept, 1, "tel-2")
    kept.erase("tel-1")
    kept.erase("tel-3")
    assert [each.name for each in tmp_path.iterdir()] == ["tel-2"]


@pytest.mark.parametrize("text", ["", "AAAA", "not base64!"])
def test_a_wrong_key_is_named(text: str) -> None:
    with pytest.raises(ValueError):
        key_of(text)


def test_a_disk_that_is_full_ends_the_recording_and_not_the_call(kept: Recordings) -> None:
    one = kept.begin("tel-1")
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, one._file.fileno())
    os.close(full)
    for _ in range(11 * 50):
        one.add(HEARD, SAID)
    assert one._file.closed
    one.close()
