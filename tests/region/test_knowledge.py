"""The knowledge base: its entries are sound, its values come from the region, its search finds and refuses."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.knowledge import questions as held_back
from bot.region.entries import KnowledgeError, read
from bot.region.knowledge import CERTAIN, THRESHOLD, WAYS, Knowledge, Ways, load
from bot.region.placeholders import Placeholders

REGION = "bayannur"
NLU = Path(__file__).parents[2] / "data" / "nlu"
QUESTIONS = Path(__file__).with_name("knowledge_questions.tsv")
GOOD = """---
title: 校表要多久
questions: [校表几天, 验表多长时间, 电表检定要等多久]
intents: [request_meter_test]
source: 供电营业规则（2024年6月1日起施行）
verified: false
valid_from: 2024-06-01
---
一般{commitment.meter_test}出结果。
"""


class Question(NamedTuple):
    part: str
    right: frozenset[str]
    text: str


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load(REGION)


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    rows = [line.split("\t") for line in QUESTIONS.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    return [Question(part, frozenset(right.split("|")) - {"-"}, text) for part, right, text in rows]


def write(root: Path, text: str, name: str = "meters/test.md") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return root


def faults(root: Path) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        read(REGION, root)
    return str(caught.value).splitlines()


def test_there_are_at_least_600_entries_over_every_topic(knowledge: Knowledge) -> None:
    topics = {entry.id.split("/")[0] for entry in knowledge.entries}
    assert len(knowledge.entries) >= 600
    assert {"tariffs", "payment", "meters", "outages", "applications", "safety", "saving", "rights"} <= topics
    assert {"care", "operation", "value-added"} <= topics


def test_every_intent_of_an_entry_is_one_the_bot_knows(knowledge: Knowledge) -> None:
    known = {path.stem for path in NLU.glob("*.yml")}
    assert not [(e.id, i) for e in knowledge.entries for i in e.head.intents if i not in known]


def test_every_answer_is_filled_in_and_names_its_source(knowledge: Knowledge) -> None:
    for entry in knowledge.entries:
        found = knowledge.entry(entry.id)
        assert found.source and "{" not in found.text + found.spoken, entry.id


def test_no_question_of_the_question_set_is_written_into_an_entry(
    knowledge: Knowledge, questions: list[Question]
) -> None:
    own = {text for entry in knowledge.entries for text in (entry.head.title, *entry.head.questions)}
    assert not [question.text for question in questions if question.text in own]


def test_the_question_set_is_large_names_real_entries_and_repeats_nothing(
    knowledge: Knowledge, questions: list[Question]
) -> None:
    ids = {entry.id for entry in knowledge.entries}
    assert not {right for question in questions for right in question.right} - ids
    assert len({question.text for question in questions}) == len(questions)
    assert sum(bool(question.right) for question in questions) >= 200
    assert sum(not question.right for question in questions) >= 40


def hits(knowledge: Knowledge, asked: list[Question], hint: bool) -> tuple[float, float]:
    """Shares of questions whose right entry comes first, and among those offered."""
    first = among = 0
    for question in asked:
        intent = knowledge.intents(min(question.right))[0] if hint else None
        ids = [found.id for found in knowledge.find(question.text, (intent,) if intent else ())]
        first += bool(question.right & set(ids[:1]))
        among += bool(question.right & set(ids))
    return first / len(asked), among / len(asked)


@pytest.mark.parametrize(
    ("part", "hint", "first", "among"),
    [("all", True, 0.93, 0.97), ("unseen", True, 0.87, 0.93), ("unseen", False, 0.86, 0.92)],
)
def test_the_right_answer_comes_first(
    knowledge: Knowledge, questions: list[Question], part: str, hint: bool, first: float, among: float
) -> None:
    asked = [q for q in questions if q.right and part in {"all", q.part}]
    measured = hits(knowledge, asked, hint)
    print(
        f"\n{part}, intent given: {hint}: first {measured[0]:.3f}, among three {measured[1]:.3f} of {len(asked)}"
    )
    assert measured[0] >= first and measured[1] >= among


def test_held_back_questions_find_their_answer_first(knowledge: Knowledge) -> None:
    """They were written before any wording was read; BM25 over the entries of before found 64 %."""
    asked = held_back.read(held_back.HELD_BACK, [entry.id for entry in knowledge.entries])
    known = [question for question in asked if question.about]
    assert len(known) >= 150
    assert sum(knowledge.best(question.text)[0] in question.about for question in known) / len(known) >= 0.80


def test_a_question_without_an_answer_gets_none(knowledge: Knowledge, questions: list[Question]) -> None:
    asked = [question for question in questions if not question.right]
    refused = sum(not knowledge.find(question.text, ("ask_tariff_policy",)) for question in asked) / len(
        asked
    )
    print(f"\nrefused {refused:.3f} of {len(asked)}")
    assert refused >= 0.80


def test_a_search_takes_less_than_twelve_milliseconds_of_processor(
    knowledge: Knowledge, questions: list[Question]
) -> None:
    start = time.process_time()
    for question in questions:
        knowledge.find(question.text)
    assert (time.process_time() - start) / len(questions) < 0.012


def test_misheard_words_are_found_by_their_sound(knowledge: Knowledge) -> None:
    assert knowledge.find("电废交错户了咋办")[0].id == "payment/wrong-account"
    assert knowledge.find("楼倒保护器老跳")[0].id == "safety/rcd-trips"


def test_the_intent_decides_between_safety_and_saving(knowledge: Knowledge) -> None:
    safety, saving = (
        knowledge.find("电热毯开一晚上", (i,))[0] for i in ("ask_electric_safety", "ask_energy_saving")
    )
    assert (safety.id, saving.id) == ("safety/electric-blanket", "saving/electric-blanket")


def test_an_entry_is_not_found_before_it_is_valid(knowledge: Knowledge) -> None:
    question = "没有智能手机怎么办"
    assert knowledge.find(question)[0].id == "care/no-smartphone"
    assert "care/no-smartphone" not in [found.id for found in knowledge.find(question, on=date(2023, 8, 31))]


def test_the_tier_example_is_computed_from_the_tariff(knowledge: Knowledge) -> None:
    assert "118.12元" in knowledge.entry("tariffs/tier-how-computed").text


@pytest.mark.parametrize(
    ("kwh", "yuan"), [(192, "80.78"), (203, "85.90"), (216, "91.94"), (241, "103.57"), (294, "136.71")]
)
def test_costs_agree_with_the_published_bills(kwh: int, yuan: str) -> None:
    assert Placeholders(REGION).fill(f"{{cost.residential.{kwh}}}") == yuan


def test_a_number_of_contact_is_spoken_digit_by_digit() -> None:
    places = Placeholders(REGION)
    assert places.fill("{contact.hotline}") == "95598"
    assert places.fill("{contact.hotline}", spoken=True) == "九五五九八"


@pytest.mark.parametrize(
    ("placeholder", "text"),
    [
        ("{commitment.meter_test}", "5个工作日"),
        ("{commitment.reconnection}", "24小时"),
        ("{commitment.damage_claim_window}", "7天"),
        ("{commitment.fault_arrival_urban}", "45分钟"),
        ("{penalty.residential.this_year}", "千分之1"),
        ("{penalty.residential.minimum}", "1"),
        ("{cut.overdue_days}", "30"),
        ("{document.apply_account_transfer}", "新户主身份证、房产权属证明"),
    ],
)
def test_values_are_worded_as_people_say_them(placeholder: str, text: str) -> None:
    assert Placeholders(REGION).fill(placeholder) == text


def test_an_answer_is_verified_only_when_its_values_are_too(knowledge: Knowledge) -> None:
    found = knowledge.entry("payment/cut-rules")
    assert found.verified and found.source == "电力供应与使用条例（2019年修订）"
    assert not knowledge.entry("tariffs/residential-price").verified


def test_a_good_entry_is_read(tmp_path: Path) -> None:
    (entry,) = read(REGION, write(tmp_path, GOOD))
    assert (entry.id, entry.head.title) == ("meters/test", "校表要多久")


def test_an_entry_of_another_region_is_left_out(tmp_path: Path) -> None:
    assert not read(REGION, write(tmp_path, GOOD.replace("verified:", "regions: [elsewhere]\nverified:")))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("title: 校表要多久\n", "", "title: Field required"),
        ("verified: false", "verified: perhaps", "verified: Input should be a valid boolean"),
        ("valid_from: 2024-06-01", "valid_from: soon", "valid_from: Input"),
        ("intents:", "intentions:", "intentions: Extra inputs"),
        (
            "[校表几天, 验表多长时间, 电表检定要等多久]",
            "[校表几天]",
            "questions: List should have at least 3",
        ),
        ("---\ntitle", "title", "front matter: must stand between two lines ---"),
        ("commitment.meter_test", "commitment.unknown", "{commitment.unknown} is no value of this region"),
        ("一般{", "{", "not verified, so it must say 一般 or 通常"),
        ("出结果", "承诺出结果", "not verified, so it must not say 承诺"),
        ("出结果", "出结果，收50元", "50元 is a typed price"),
        ("出结果", "出结果，问95598", "95598 is typed: use a placeholder"),
        ("出结果", "出结果" + "很" * 200, "characters, at most 180"),
        (
            "---\n一般",
            "cases:\n  - when: {age: recent}\n    say: 一般马上\n---\n一般",
            "when.age: recent is no choice",
        ),
        (
            "---\n一般",
            "cases:\n  - when: {weather: wet}\n    say: 一般马上\n---\n一般",
            "when.weather: no such fact",
        ),
        (
            "---\n一般",
            "cases:\n  - when: {days: {over: rule.none}}\n    say: 一般马上\n---\n一般",
            "rule.none is no figure",
        ),
        (
            "---\n一般",
            "cases:\n  - say: 一般马上\n  - when: {meter: card}\n    say: 一般明天\n---\n一般",
            "cases.1: can never be reached",
        ),
        ("---\n一般", "cases:\n  - say: 马上就好\n---\n一般", "cases.0.say: not verified"),
        (
            "---\n一般",
            "cases:\n  - say: 一般{sum.nothing}元\n---\n一般",
            "{sum.nothing} is no value, fact or sum",
        ),
        ("出结果。", "出结果：\n- 一\n- 二", "spoken: needed"),
    ],
)
def test_a_fault_names_file_and_field(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in GOOD
    found = faults(write(tmp_path, GOOD.replace(old, new)))
    assert any(line.startswith("meters/test.md: ") and fault in line for line in found), found


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("title: 校表要多久\n", ""), "meters/one.md")
    write(tmp_path, GOOD.replace("一般", ""), "meters/two.md")
    write(tmp_path, GOOD, "meters/three.md")
    files = [line.split(":")[0] for line in faults(tmp_path)]
    assert {"meters/one.md", "meters/two.md"} <= set(files)
    assert any("stands in" in line for line in faults(tmp_path))


def test_what_is_asked_in_other_words_is_found_by_its_meaning(knowledge: Knowledge) -> None:
    asked = "变压器接着没带负荷，也跑电吗"
    by_words, by_both = (
        knowledge.entries[int(knowledge.scores(asked, ways).argmax())].id for ways in (Ways(1, 0), WAYS)
    )
    assert by_words != by_both == "saving/transformer-idle"


@pytest.mark.parametrize(
    "asked", ["how much is electricity per kwh", "tell me a joke", "wo jia ting dian le", "???"]
)
def test_what_has_no_chinese_in_it_gets_no_answer(knowledge: Knowledge, asked: str) -> None:
    assert not knowledge.find(asked)


def test_what_does_not_fit_is_not_let_in_by_the_task_at_hand(knowledge: Knowledge) -> None:
    assert not knowledge.find("怎么做红烧肉", ("apply_pv",))


def test_only_what_fits_well_is_clearly_known(knowledge: Knowledge) -> None:
    assert knowledge.clearly("外线的钱谁出")[0].id == "applications/outer-line"
    assert knowledge.find("多久能办好") and not knowledge.clearly("多久能办好")
    assert not knowledge.clearly("")


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_searched_without_an_error(knowledge: Knowledge, text: str) -> None:
    found = knowledge.find(text)
    assert len(found) <= 3 and all(each.score >= THRESHOLD for each in found)
    assert found == knowledge.find(text)


def test_a_question_that_an_entry_names_word_for_word_is_certain() -> None:
    found = load("bayannur").find("举报有奖吗")
    assert (found[0].id, found[0].score) == ("rights/report-theft", CERTAIN)
