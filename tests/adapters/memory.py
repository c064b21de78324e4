"""A second adapter, which GRIDCARE_COMPANY can name: the company of docs/demo-data.md in memory, new at every
`connect`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.ports.billing import Payment
from bot.ports.company import Company
from bot.ports.directory import Hall, Notice
from bot.ports.outages import Place
from bot.ports.services import Purchase
from tests.ports import contract, fake

PLACES = (Place("临河区", "金川小区", ("T1",)), Place("临河区", "永胜村", ("T3",)))
HALLS = tuple(
    Hall(f"{county}营业厅", county, f"{county}示例路", "8:30–17:30", "95598", (), False)
    for county in ("临河区", "五原县")
)


def connect() -> Company:
    """The company as it stands now."""
    return company().company


def company(kind: type[fake.FakeCompany] = fake.FakeCompany) -> fake.FakeCompany:
    """The same as the object behind it; `kind` may keep its rules in another way."""
    now, day = datetime.now(fake.CHINA), timedelta(days=1)
    payments = [Payment(now - n * day, Decimal("80.78"), "微信", f"{now - n * day:%Y-%m}") for n in (40, 10)]
    bought = [
        Purchase(now - n * day, Decimal(50), "微信", state) for n, state in ((4, "failed"), (31, "delivered"))
    ]
    owing = fake.household(contract.OWING, holder_name="周建军", transformer="T5")
    owing.bills[-1] = replace(owing.bills[-1], paid=False)
    return kind(
        fake.household(
            contract.HOME, phone="13800000017", address=contract.HOME_ADDRESS, payments=payments,
            usage={now.date() - n * day: Decimal(n) for n in range(1, 8)},
        ),
        fake.household(
            contract.OTHER, holder_name="赵永强", transformer="T2", address="杭锦后旗陕坝镇"
        ),
        fake.household(
            contract.DARK, holder_name="李玉梅", transformer="T3", address=contract.DARK_ADDRESS
        ),
        fake.household(
            contract.PREPAID, holder_name="孙桂兰", transformer="T4", prepaid=True, purchases=bought
        ),
        owing,
        outages=(fake.outage(area="新华镇永胜村", transformers=("T3",)),),
        places=PLACES,
        halls=HALLS,
        notices=(
            Notice("N1", "hall", "磴口县", "搬迁", now - day, now + day),
            Notice("N2", "supply", None, "大风", now - day, now + day),
            Notice("N3", "payment", "五原县", "停止代收", now - 2 * day, now - day),
        ),
        documents={"apply_ev_charger": ("车主身份证", "固定车位证明")},
    )  # fmt: skip
