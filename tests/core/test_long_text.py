"""The longest text a customer may send holds nobody up: every reader's cost grows with its length and no faster."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest

from bot.core import hours, masking, numbers, values
from bot.core.danger import assess
from bot.core.form import Invalid
from bot.core.text import fold, normalise

LONGEST = 2000
TEXTS = {
    "digits": "1", "characters": "三", "spaced": "1 ", "dotted": "1.", "dashed": "1-", "months": "3月",
    "houses": "5号楼", "tens": "九十八", "alternating": "1二", "half": "半", "names": "我叫", "mail": "a.b@",
    "times": "三点", "ranges": "三到", "fires": "着火了修好了", "no fires": "没冒烟,", "if": "电线断了会怎么样",
    "clauses": "停电了,",
}  # fmt: skip
READERS: dict[str, Callable[[str], object]] = {
    "assess": assess, "normalise": normalise, "fold": fold, "mask": masking.mask_text,
    "number": numbers.number, "length": hours.length, "parts of day": hours.parts_of_day,
    "phone": values.phone, "account": values.account_no, "place": values.place_words,
}  # fmt: skip


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("read", READERS.values(), ids=READERS.keys())
def test_a_reader_is_done_with_the_longest_text_in_time(read: Callable[[str], object], text: str) -> None:
    assess("")
    said = (text * LONGEST)[:LONGEST]
    began = time.process_time()
    with contextlib.suppress(Invalid, ValueError):  # no such value: as good as any other outcome
        read(said)
    assert time.process_time() - began < 0.25
