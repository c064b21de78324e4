"""Which wording of data/dialogue a conversation gets."""

import pytest
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.turns import Replies


@pytest.mark.parametrize(
    ("channel", "elder", "name"),
    [
        ("web", False, "gateway"),
        ("voice", False, "voice"),
        ("voice", True, "elder"),
        ("wechat", True, "elder"),
    ],
)
def test_the_telephone_has_wording_of_its_own_and_elder_mode_comes_before_it(
    channel: str, elder: bool, name: str
) -> None:
    tracker = DialogueStateTracker.from_events(
        "c", [SlotSet("elder", elder), UserUttered("你好", input_channel=channel)], [AnySlot("elder", mappings=[])]
    )  # fmt: skip
    assert Replies(tracker).name() == name
