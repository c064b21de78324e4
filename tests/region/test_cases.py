"""Answers to the case: facts are read from words, tables decide or ask the one missing fact, sums come out right."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.region import facts
from bot.region.knowledge import CaseAnswer, Knowledge, load


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load("bayannur")


def told(knowledge: Knowledge, entry: str, words: str) -> CaseAnswer:
    return knowledge.tell(entry, facts.read(words))


@pytest.mark.parametrize(
    ("words", "fact", "value"),
    [
        ("315千伏安的变压器", "capacity", 315),
        ("报一百六十个千瓦", "capacity", 160),
        ("用了300度", "kwh", 300),
        ("走了两百三十个字", "kwh", 230),
        ("欠了四百三十块", "money", 430),
        ("三万块的货", "money", 30000),
        ("买了两年半", "age", 30),
        ("才买五个月", "age", 5),
        ("停一个礼拜", "days", 7),
        ("拖了20天", "days", 20),
        ("1500瓦", "watts", 1500),
        ("开六个小时", "hours", 6),
    ],
)
def test_numbers_are_read_with_their_unit(words: str, fact: str, value: int) -> None:
    assert facts.read(words)[fact] == Decimal(value)


@pytest.mark.parametrize(
    ("words", "fact", "choice"),
    [
        ("我家那台冰箱", "device", "motor"),
        ("电褥子", "device", "heating"),
        ("面粉厂的", "class", "industrial"),
        ("开个小饭馆", "class", "commercial"),
        ("浇地用的", "class", "agricultural"),
        ("插卡的那种表", "meter", "card"),
        ("我们嘎查", "place", "remote"),
        ("不用架线", "line", "none"),
    ],
)
def test_choices_are_read_by_the_words_people_say(words: str, fact: str, choice: str) -> None:
    assert facts.read(words)[fact] == choice


def test_a_kilowatt_hour_is_no_capacity_and_two_values_are_none() -> None:
    assert "capacity" not in facts.read("用了200千瓦时")
    assert "capacity" not in facts.read("从100千瓦增到200千瓦")
    assert "class" not in facts.read("家里和店里")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("315千伏安的面粉厂", "标准0.90"),
        ("125千伏安的加工厂", "标准一般是0.85"),
        ("160千伏安的工厂", "标准一般是0.85"),
        ("养殖场200千伏安", "标准一般是0.80"),
        ("排灌站400千伏安，浇地的", "标准一般是0.85"),
        ("五十千瓦的小超市", "不考核"),
        ("我家居民用的", "不考核"),
    ],
)
def test_the_power_factor_standard_follows_class_and_capacity(
    knowledge: Knowledge, words: str, part: str
) -> None:
    answer = told(knowledge, "tariffs/power-factor", words)
    assert answer.decided and part in answer.answer.text


def test_a_case_that_lacks_one_fact_asks_for_that_one(knowledge: Knowledge) -> None:
    answer = told(knowledge, "tariffs/power-factor", "我这是个面粉厂")
    assert (answer.asks, answer.decided) == ("capacity", False)
    assert answer.question == facts.known()["capacity"].ask
    assert answer.answer.text == knowledge.entry("tariffs/power-factor").text


def test_who_tells_nothing_of_their_case_hears_the_general_answer_alone(knowledge: Knowledge) -> None:
    answer = told(knowledge, "tariffs/power-factor", "功率因数标准是多少")
    assert (answer.decided, answer.asks, answer.question) == (False, None, None)


def test_facts_of_an_earlier_sentence_decide_together_with_the_later_one(knowledge: Knowledge) -> None:
    before = facts.read("我这是个面粉厂")
    answer = knowledge.tell("tariffs/power-factor", {**before, **facts.read("三百一十五千伏安")})
    assert answer.decided and "0.90" in answer.answer.text


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("家里装电", "外线和电表一般都由供电公司出"),
        ("低压的作坊一百千瓦", "外线不用您出钱"),
        ("作坊160千瓦，三相电", "外线不用您出钱"),
        ("161千瓦的厂，现在是低压", "专用线路自己投资"),
        ("厂里要上10千伏专变", "由用户自己投资"),
    ],
)
def test_who_pays_the_outer_line(knowledge: Knowledge, words: str, part: str) -> None:
    assert part in told(knowledge, "applications/outer-line", words).answer.text


def test_a_small_supply_may_still_be_of_high_voltage_so_that_is_asked_first(knowledge: Knowledge) -> None:
    assert told(knowledge, "applications/outer-line", "作坊一百千瓦").asks == "voltage"


@pytest.mark.parametrize(
    ("entry", "words", "amount"),
    [
        ("tariffs/cost-of-kwh", "家里用268度", "118.12元"),
        ("tariffs/cost-of-kwh", "家里用203度", "85.90元"),
        ("tariffs/cost-of-kwh", "养羊的表用了100度", "39.80元"),
        ("tariffs/tier-extra", "用了268度", "6.90元"),
        ("tariffs/tier-extra", "用了170度", "一般不加价"),
        ("payment/penalty-sum", "居民欠430元拖了20天", "8.60元"),
        ("payment/penalty-sum", "店里欠3000块晚15天", "90元"),
        ("payment/penalty-sum", "居民欠50元晚2天", "约1元"),
        ("outages/appliance-depreciation", "4000块的冰箱用了3年", "3000元"),
        ("outages/appliance-depreciation", "2000元的电视用了五年", "1000元"),
        ("outages/appliance-depreciation", "300块的电水壶用了20年", "30元"),
        ("outages/appliance-depreciation", "3000块的空调买了五个月", "3000元"),
        ("saving/cost-any", "1500瓦的开6个小时", "9度"),
        ("saving/cost-any", "1500瓦的开6个小时", "3.74元"),
    ],
)
def test_sums_over_the_regions_figures(knowledge: Knowledge, entry: str, words: str, amount: str) -> None:
    answer = told(knowledge, entry, words)
    assert answer.decided and amount in answer.answer.text


@pytest.mark.parametrize(
    ("entry", "words", "part"),
    [
        ("outages/arrival", "我在牧区", "120分钟"),
        ("outages/arrival", "城里的小区", "45分钟"),
        ("applications/reduce-days", "停7天", "不够"),
        ("applications/reduce-days", "停15天", "一般可以报"),
        ("outages/fridge", "冷藏里的牛奶", "4小时"),
        ("outages/fridge", "冰柜塞得满满的", "24小时"),
        ("safety/line-protection-zone", "220千伏的线", "15米"),
        ("payment/card-or-remote", "插卡的表", "写进卡"),
    ],
)
def test_other_tables_name_the_case(knowledge: Knowledge, entry: str, words: str, part: str) -> None:
    answer = told(knowledge, entry, words)
    assert answer.decided and part in answer.answer.text


def test_a_case_names_the_source_of_its_figures_too(knowledge: Knowledge) -> None:
    answer = told(knowledge, "payment/penalty-sum", "居民欠430元拖了20天").answer
    assert "供电营业规则" in answer.source and not answer.verified


def test_an_entry_without_a_table_is_told_as_it_is(knowledge: Knowledge) -> None:
    assert told(knowledge, "safety/wet-hands", "家里300度").answer == knowledge.entry("safety/wet-hands")
