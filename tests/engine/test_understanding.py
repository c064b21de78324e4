"""The parts of understanding, without Rasa around them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.learning_curve import sample
from bot.engine import wishes
from bot.engine.codes import codes
from bot.engine.concepts import concepts
from bot.engine.entity_model import Labelled, spans, tags
from bot.engine.evaluate import evaluate_intents, evaluate_nlu
from bot.engine.features import features
from bot.engine.frames import unframed
from bot.engine.intent_model import IntentModel, Thresholds, train
from bot.engine.noise import framed, in_pinyin, misheard, variations
from bot.engine.scores import Reading, Sentence, scores
from bot.engine.sounds import reading, spelt, syllable
from bot.engine.span_rules import hits
from bot.engine.swaps import swapped
from bot.engine.values import parts, value
from bot.engine.wishes import precedence, read_wishes
from bot.engine.words import word_starts

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, 20, 15)
ROWS = {
    "query_balance": "余额还剩多少 还有多少钱 看下余额 表里剩几块 户头还有钱没 查查余额",
    "report_outage": "我家没电了 停电了来修 整个村停电 家里断电了 没电快来人 楼上停电",
    "request_human": "转人工 叫个真人 人工客服 换人接 我要人工服务 找人说话",
    "out_of_scope": "今天下雨吗 讲个笑话 水费多少 订张机票 唱首歌 股票涨没",
}


@pytest.fixture(scope="module")
def small() -> IntentModel:
    labelled = [(text, intent) for intent, texts in ROWS.items() for text in texts.split()]
    return train([text for text, _ in labelled], [intent for _, intent in labelled])[0]


def test_the_same_sound_gives_the_same_features() -> None:
    assert syllable("停") == syllable("亭") == "ting"
    assert features("亭电了")[1] == features("停电了")[1]


def test_concepts_stand_behind_many_words() -> None:
    assert "no_power" in concepts("家里停典了")
    assert "human" in concepts("给我转人工")


def test_a_saved_model_answers_the_same(small: IntentModel, tmp_path: Path) -> None:
    small.save(tmp_path)
    loaded = IntentModel.load(tmp_path)
    for text in ("没电了", "余额", "什么也不是", ""):
        assert loaded.rank([text]) == small.rank([text])


def test_probabilities_add_up_and_the_best_comes_first(small: IntentModel) -> None:
    (ranking,) = small.rank(["我家停电了"])
    assert ranking[0][0] == "report_outage"
    assert sum(chance for _, chance in ranking) == pytest.approx(1.0, abs=1e-6)
    assert [chance for _, chance in ranking] == sorted((chance for _, chance in ranking), reverse=True)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read(small: IntentModel, text: str) -> None:
    wishes = read_wishes(small, text)
    assert wishes.ranking
    assert wishes.intent not in wishes.also
    hits(text)
    codes(text)


def test_the_danger_lane_overrules_and_keeps_the_other_wish(small: IntentModel) -> None:
    wishes = read_wishes(small, "转人工", endangered=True)
    assert (wishes.intent, wishes.confidence) == ("report_danger", 1.0)


def test_wishes_come_in_the_order_of_precedence() -> None:
    order = ["report_danger", "request_human", "report_outage", "file_complaint", "query_bill"]
    shuffled = [order[at] for at in (3, 0, 4, 2, 1)]
    assert sorted(shuffled, key=precedence) == order


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("户号0100000000123", [("account_no", "0100000000123")]),
        (
            "户号 0100 0000 00123 电话13800000001",
            [("account_no", "0100 0000 00123"), ("phone", "13800000001")],
        ),
        ("零幺零零零零零零零零幺二三", [("account_no", "零幺零零零零零零零零幺二三")]),
        ("表号0000000000000000000001", [("meter_no", "0000000000000000000001")]),
        ("工单20261119150802001到哪了", [("order_no", "20261119150802001")]),
        ("20261119150802001", [("order_no", "20261119150802001")]),
        ("身份证15080000000000001X", [("id_no", "15080000000000001X")]),
        ("一百三十块,两天,268度", []),
    ],
)
def test_codes_are_told_apart(said: str, found: list[tuple[str, str]]) -> None:
    assert [(label, said[start:end]) for start, end, label in codes(said)] == found


@pytest.mark.parametrize(
    ("label", "said", "meant"),
    [
        ("month", "去年腊月", "2026-01"), ("date", "大年三十", "2027-02-05"), ("time", "下午三点", "15:00"),
        ("duration", "三个钟头", "180"), ("money", "八十多块", "80"), ("energy", "二百度", "200"), ("power", "7千瓦", "7"),
        ("people_count", "五口人", "5"), ("scope", "我家", "household"), ("scope", "整栋楼", "building"),
        ("scope", "北半村", "village"), ("hazard", "冒烟", "smoke"), ("hazard", "线掉地上", "line_down"),
        ("pay_channel", "微信", "wechat"), ("account_no", "0100 0000 00123", "0100000000123"),
        ("phone", "138 0000 0001", "13800000001"), ("person_name", "王秀英", "王秀英"), ("date", "不知哪天", "不知哪天"),
    ],
)  # fmt: skip
def test_entities_have_a_normal_form(label: str, said: str, meant: str) -> None:
    assert value(label, said, NOW) == meant


def test_address_parts_tell_when_the_county_must_be_asked() -> None:
    assert parts("临河区新华镇三队") == {"county": "临河区", "town": "新华镇", "group": "三队"}
    assert parts("先锋")["ambiguous"] is True


def test_tags_and_spans_round_trip() -> None:
    entities = [(0, 2, "date"), (2, 5, "time"), (7, 8, "money")]
    assert spans(tags(9, entities)) == entities


def test_scores_count_what_they_say() -> None:
    span = ("money", 0, 2)
    said = [
        Sentence("a", "query_bill", frozenset({span}), {span: "80"}),
        Sentence("b", "out_of_scope"),
        Sentence("c", "report_danger"),
        Sentence("d", "explain_bill", kind="lookalike"),
    ]
    read = [
        Reading("query_bill", (("query_bill", 0.9),), {span: "80"}, 1e-3),
        Reading("query_bill", (("query_bill", 0.6), ("out_of_scope", 0.3)), {}, 1e-3),
        Reading("nlu_fallback", (("report_danger", 0.3),), {}, 1e-3),
        Reading("report_danger", (("explain_bill", 0.5),), {}, 1e-3),
    ]
    found = scores(said, read)
    wanted = {"accuracy": 0.5, "top2_accuracy": 1.0, "oos_false_accept": 1.0, "in_scope_kept": 1.0}
    assert {key: found[key] for key in wanted} == wanted
    assert (found["danger_recall"], found["lookalike_false_alarms"]) == (0.0, 1.0)
    assert (found["entity_f1"], found["entity_value_f1"], found["us_p50"]) == (1.0, 1.0, 1000.0)
    assert found["per_kind"] == {"": 0.6667, "lookalike": 0.0}
    assert found["accuracy_interval"] == (0.15, 0.85)


def test_scores_count_wishes_found_and_invented() -> None:
    two = ("query_bill", "request_invoice")
    said = [
        Sentence("a", "query_bill", intents=two),
        Sentence("b", "query_bill", intents=two),
        Sentence("c", "greet"),
    ]
    read = [
        Reading("query_bill", (("query_bill", 0.9),), {}, 1e-3, also=("request_invoice",)),
        Reading("query_bill", (("query_bill", 0.9),), {}, 1e-3),
        Reading("greet", (("greet", 0.9),), {}, 1e-3, also=("query_bill",)),
    ]
    found = scores(said, read)
    assert (found["all_wishes"], found["invented_wishes"]) == (0.5, 1.0)


def test_outsiders_can_measure_a_table_and_a_model(model: str, tmp_path: Path) -> None:
    table = tmp_path / "rows.tsv"
    rows = [f"{intent}\t{text}" for intent, texts in ROWS.items() for text in texts.split()]
    table.write_text("intent\ttext\n" + "\n".join(rows), encoding="utf-8")
    assert evaluate_intents(table, table)["accuracy"] == 1.0
    lines = tmp_path / "rows.jsonl"
    entity = {"entity": "account_no", "start": 2, "end": 15, "value": "0100000000123"}
    row: dict[str, Any] = {"text": "户号0100000000123", "intent": "inform", "entities": [entity]}
    lines.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    found = evaluate_nlu(lines, str(Path(model).parent))
    assert (found["accuracy"], found["entity_f1"], found["entity_value_f1"]) == (1.0, 1.0, 1.0)


def test_two_processes_read_alike(model: str) -> None:
    program = (
        "import sys, json; from bot.engine.evaluate import Sentence, reader; "
        "read = reader(sys.argv[1])(Sentence('昨天临河区新华镇三队没电了,还剩多少钱', '', now='2026-11-23T20:15:00')); "
        "print(json.dumps([read.intent, read.ranking, sorted((*k, v) for k, v in read.entities.items())]))"
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", program, str(Path(model).parent)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        )
        for seed in ("1", "2")
    ]
    said = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert said[0] == said[1] != ""


@pytest.mark.parametrize("said", ["地下车库12号车位", "村南2号机井", "东风渠3号闸房"])
def test_a_numbered_place_is_one_candidate_with_its_number(said: str) -> None:
    assert any(hit.label == "house" and hit.end == len(said) for hit in hits(said))


def test_two_signs_of_danger_together_are_a_concept() -> None:
    assert "!down&!line" in concepts("线在地上躺着,是电线")
    assert "!down&!line" not in concepts("电线")


def test_a_smaller_sample_is_part_of_a_larger_one() -> None:
    rows = [(intent, text) for intent, texts in ROWS.items() for text in texts.split()]
    assert set(sample(rows, 0.5)) < set(sample(rows, 1.0)) == set(rows)


@given(st.text(alphabet="停电了我家没亭店电", max_size=40))
def test_a_misheard_text_sounds_the_same(text: str) -> None:
    heard = misheard(text, {"ting2": "停亭庭", "dian4": "电店"}, reading, 1.0, Random(text))
    assert features(heard)[1] == features(text)[1]
    assert not any(old == new for old, new in zip(text, heard, strict=True) if old in "停亭电店")


@pytest.mark.parametrize(
    ("word", "syllables"),
    [("tingdian", "ting dian"), ("wojiameidianle", "wo jia mei dian le"), ("lvse", "lv se"), ("app", ""), ("wifi", "")],
)  # fmt: skip
def test_a_word_in_pinyin_is_its_syllables(word: str, syllables: str) -> None:
    assert " ".join(spelt(word)) == syllables


@pytest.mark.parametrize(
    "typed", ["wo jia ting dian le", "WoJiaTingDianLe", "wo3 jia1 ting2 dian4 le5", "我jia停dian了"]
)
def test_pinyin_sounds_like_the_characters(typed: str) -> None:
    assert features(typed)[1] == features("我家停电了")[1]


@pytest.mark.parametrize("said", ["你好我家停电了", "喂,您好,我家停电了,谢谢啊", "我家停电了 麻烦您了谢谢!"])
def test_manners_around_a_wish_leave_no_feature(said: str) -> None:
    assert features(said) == features("我家停电了")


@pytest.mark.parametrize("said", ["你好", "谢谢师傅", "喂你好在吗", "您好谢谢"])
def test_manners_alone_stay(said: str) -> None:
    assert unframed(said) == said


@pytest.mark.parametrize("said", ["", "?!?!", "🙂🙂", "ሰላም", "麤毳"])
def test_a_text_without_a_known_feature_is_taken_for_nothing(small: IntentModel, said: str) -> None:
    wishes = read_wishes(small, said)
    assert (wishes.intent, wishes.also, wishes.clarify) == ("nlu_fallback", (), ())


def test_what_is_learned_besides_the_examples_is_the_same_every_time() -> None:
    texts = [text for texts in ROWS.values() for text in texts.split()]
    intents = [intent for intent, texts in ROWS.items() for _ in texts.split()]
    drawn = variations(texts, intents)
    assert drawn == variations(texts, intents)
    assert 0.5 * len(texts) < len(drawn) < 1.3 * len(texts)


@given(st.text(alphabet="停电了我家没", min_size=1, max_size=20), st.integers())
def test_a_frame_keeps_the_wish(text: str, seed: int) -> None:
    told = framed(text, Random(seed), ["我七十多了"])
    assert text in told
    assert told != text
    assert features(in_pinyin(text, Random(seed)))[1] == features(text)[1]


@pytest.mark.parametrize("name", ["王秀英", "欧阳建军", "乌云其木格", "那日苏", "斯琴高娃"])
def test_what_looks_like_a_name_is_seen_by_rule(name: str) -> None:
    assert any((hit.start, hit.end) == (0, len(name)) for hit in hits(name))
    assert {"<=name>", "<=compound>", "<=mongolian>"} & set(features(name)[2])


def test_names_and_addresses_are_exchanged_with_their_spans() -> None:
    said = "户名王秀英,陕坝镇三队没电,上个月欠过"
    spoken = Labelled(
        said, word_starts(said), "inform", ((2, 5, "person_name"), (6, 11, "address"), (14, 17, "month"))
    )
    copies = swapped([spoken, Labelled("没电", (0,), "report_outage", ())], word_starts)
    assert len(copies) == 6
    assert copies == swapped([spoken], word_starts)
    for copy in copies:
        (name, place, month) = (copy.text[start:end] for start, end, _ in copy.entities)
        assert copy.text == f"户名{name},{place}没电,{month}欠过"
        assert [label for *_, label in copy.entities] == ["person_name", "address", "month"]
        assert month == "上个月"
    assert len({copy.text for copy in copies}) > 3


@dataclass
class ByWords:
    """Stands for an intent model: the wishes whose words are in the text share what is sure."""

    thresholds: Thresholds = field(default_factory=lambda: Thresholds(answer=0.4, clarify=0.2))

    def rank(self, texts: Sequence[str]) -> list[tuple[tuple[str, float], ...]]:
        words = {"query_bill": "电费", "report_outage": "没电", "query_usage": "几度"}
        found = [[name for name, word in words.items() if word in text] for text in texts]
        return [
            tuple((name, 0.95 / len(names)) for name in names) or (("out_of_scope", 0.9),) for names in found
        ]

    def knows(self, text: str) -> bool:
        return True


@pytest.mark.parametrize(
    ("said", "intent", "also"),
    [
        ("上个月电费多少再看看用了几度电", "query_bill", ("query_usage",)),
        ("查查电费是多少我家里又没电了", "report_outage", ("query_bill",)),
        ("上个月电费一共是多少钱", "query_bill", ()),
        ("电费几度", "query_bill", ()),
    ],
)  # fmt: skip
def test_two_wishes_run_together_are_told_apart(said: str, intent: str, also: tuple[str, ...]) -> None:
    wishes = read_wishes(cast(IntentModel, ByWords()), said)
    assert (wishes.intent, wishes.also) == (intent, also)


def test_a_long_text_is_not_cut_everywhere() -> None:
    class NeverAsked:
        def rank(self, texts: list[str]) -> list[object]:
            raise AssertionError(f"{len(texts)} parts of a long text")

    assert wishes._two_wishes(NeverAsked(), "电费" * 500, {"query_bill", "query_balance"}) == {}  # type: ignore[arg-type]
