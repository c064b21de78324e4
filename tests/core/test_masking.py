"""Nothing personal survives masking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import masking


@pytest.mark.parametrize(
    ("plain", "masked"),
    [
        ("电话13800000001", "电话138****0001"),
        ("138 0000 0001", "138****0001"),
        ("户号0100000000123", "户号01*******0123"),
        ("身份证150800000000000012", "身份证1508************12"),
        ("卡号6222000000000000", "卡号************0000"),
        ("邮箱someone@example.com", "邮箱s***@example.com"),
        ("户名王秀英", "户名王*英"),
        ("户主是张三", "户主是张*"),
        ("零一零零零零零零零零幺二三", "*************"),
        ("金川小区5号楼2单元301室", "金川小区**单元**"),
        ("这个月118.12元,用了268度", "这个月118.12元,用了268度"),
    ],
)
def test_each_kind_has_its_form(plain: str, masked: str) -> None:
    assert masking.mask_text(plain) == masked


@given(
    st.integers(min_value=13_000_000_000, max_value=19_999_999_999),
    st.text(alphabet="电费 ,户。", max_size=5),
)
def test_no_phone_survives(phone: int, around: str) -> None:
    assert str(phone) not in masking.mask_text(f"{around}{phone}{around}")


@given(st.text(max_size=100))
def test_any_text_is_taken(plain: str) -> None:
    masking.mask_text(plain)
