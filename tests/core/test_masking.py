"""Nothing personal survives masking."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import masking


@pytest.mark.parametrize(
    ("plain", "masked"),
    [
        ("电话13800000001", "电话138****0001"),
        ("138 0000 0001", "138****0001"),
        ("电话19900000001", "电话199****0001"),
        ("电话13000000001", "电话130****0001"),
        ("电话12000000001", "电话12*****0001"),
        ("户号0100000000123", "户号01*******0123"),
        ("身份证150800000000000012", "身份证1508************12"),
        ("身份证15080000000000001X", "身份证1508************1X"),
        ("身份证15080000000000001x", "身份证1508************1x"),
        ("卡号6222000000000000", "卡号************0000"),
        ("邮箱someone@example.com", "邮箱s***@example.com"),
        ("户名王秀英", "户名王*英"),
        ("户主是张三", "户主是张*"),
        ("零一零零零零零零零零幺二三", "*************"),
        ("金川小区5号楼2单元301室", "金川小区**单元**"),
        ("这个月118.12元,用了268度", "这个月118.12元,用了268度"),
        ("验证码123456", "验证码123456"),
        ("订单123456789", "订单123456789"),
        ("编号1234567890", "编号12****7890"),
    ],
)
def test_each_kind_has_its_form(plain: str, masked: str) -> None:
    assert masking.mask_text(plain) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("", "*"),
        ("王", "*"),
        ("张三", "张*"),
        ("王秀英", "王*英"),
        ("欧阳小红", "欧**红"),
        ("示例商贸行", "示例**行"),
    ],
)
def test_a_name_keeps_little_and_a_firm_a_little_more(name: str, masked: str) -> None:
    assert masking.mask_name(name) == masked


@pytest.mark.parametrize(
    ("mask", "number", "masked"),
    [
        (masking.mask_phone, "13800000001", "138****0001"),
        (masking.mask_phone, "04781234567", "047****4567"),
        (masking.mask_phone, "8212345", "*****45"),
        (masking.mask_phone, "95", "95"),
        (masking.mask_id, "150800000000000012", "1508************12"),
        (masking.mask_id, "1234567", "1234*67"),
        (masking.mask_id, "123456", "******"),
        (masking.mask_account, "0100000000123", "01*******0123"),
        (masking.mask_account, "1234567", "12*4567"),
        (masking.mask_account, "123456", "****"),
        (masking.mask_card, "6222000000000000", "************0000"),
        (masking.mask_card, "1234", "1234"),
    ],
)
def test_a_number_keeps_what_its_kind_may_show(mask: Callable[[str], str], number: str, masked: str) -> None:
    assert mask(number) == masked


@given(
    st.integers(min_value=13_000_000_000, max_value=19_999_999_999),
    st.text(alphabet="电费 ,户。", max_size=5),
)
def test_no_phone_survives(phone: int, around: str) -> None:
    assert str(phone) not in masking.mask_text(f"{around}{phone}{around}")


@given(st.text(max_size=100))
def test_any_text_is_taken(plain: str) -> None:
    masking.mask_text(plain)
