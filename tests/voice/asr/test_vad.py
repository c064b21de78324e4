"""When an utterance begins and ends."""

from __future__ import annotations

import array
import math
import random

from hypothesis import given
from hypothesis import strategies as st

from bot.voice.asr.vad import FRAME, Sign, VoiceActivity

SAMPLES = 160


def frames(seconds: float, level: float, dice: random.Random, tone: bool = False) -> list[bytes]:
    """Noise, or a voice-like tone over it, at `level` dB below full scale."""
    size = 32768 * 10 ** (level / 20)
    made = []
    for n in range(round(seconds / FRAME)):
        samples = [
            int(size * (1.4 * math.sin(0.2 * (n * SAMPLES + k)) if tone else dice.gauss(0, 1)))
            for k in range(SAMPLES)
        ]
        made.append(array.array("h", [max(-32768, min(32767, s)) for s in samples]).tobytes())
    return made


def signs(activity: VoiceActivity, *parts: list[bytes]) -> list[tuple[float, Sign]]:
    told = [activity.feed(frame) for part in parts for frame in part]
    return [(round(n * FRAME, 2), sign) for n, sign in enumerate(told) if sign in (Sign.ONSET, Sign.END)]


def test_an_utterance_has_one_onset_and_one_end() -> None:
    dice = random.Random(1)
    line = [frames(1, -50, dice), frames(1, -20, dice, tone=True), frames(1.2, -50, dice)]
    (onset, first), (end, last) = signs(VoiceActivity(), *line)
    assert (first, last) == (Sign.ONSET, Sign.END)
    assert 1.0 <= onset <= 1.2
    assert 2.6 <= end <= 2.9


def test_a_pause_within_an_utterance_does_not_end_it() -> None:
    dice = random.Random(2)
    word = frames(0.5, -20, dice, tone=True)
    told = signs(
        VoiceActivity(), frames(1, -50, dice), word, frames(0.4, -50, dice), word, frames(1, -50, dice)
    )
    assert [sign for _, sign in told] == [Sign.ONSET, Sign.END]


def test_an_elder_may_pause_longer() -> None:
    dice = random.Random(3)
    word, pause = frames(0.5, -20, dice, tone=True), frames(1.0, -50, dice)
    line = (frames(1, -50, dice), word, pause, word, frames(1.5, -50, dice))
    assert len(signs(VoiceActivity(), *line)) == 4
    assert len(signs(VoiceActivity(silence=1.2), *line)) == 2


def test_a_click_is_no_speech() -> None:
    dice = random.Random(4)
    assert not signs(VoiceActivity(), frames(1, -50, dice), frames(0.04, -10, dice), frames(1, -50, dice))


def test_noise_that_stays_is_the_line_and_no_speech() -> None:
    dice = random.Random(5)
    told = signs(VoiceActivity(), frames(5, -35, dice))
    assert len(told) <= 2


def test_an_utterance_without_an_end_is_cut() -> None:
    dice = random.Random(6)
    told = signs(VoiceActivity(longest=2), frames(1, -50, dice), frames(3, -20, dice, tone=True))
    assert told[1][1] is Sign.END
    assert told[1][0] <= 3.2


def test_what_came_before_the_onset_belongs_to_the_utterance() -> None:
    dice = random.Random(7)
    activity = VoiceActivity()
    for frame in frames(1, -50, dice):
        activity.feed(frame)
    word = frames(0.3, -20, dice, tone=True)
    heard = [frame for frame in word if activity.feed(frame) is not Sign.QUIET]
    assert len(heard) < len(word)
    assert len(activity.take_before()) > 320 * 5
    assert not activity.take_before()


@given(st.lists(st.binary(min_size=320, max_size=320), max_size=60))
def test_whatever_comes_ends_follow_onsets(line: list[bytes]) -> None:
    told = [sign for _, sign in signs(VoiceActivity(), line)]
    assert told == [(Sign.ONSET, Sign.END)[n % 2] for n in range(len(told))]
