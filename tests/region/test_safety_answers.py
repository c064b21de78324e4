"""What is said to a question, or to news, inside a danger."""

from __future__ import annotations

import pytest

from bot.region import region

BAYANNUR = region.load("bayannur")


@pytest.mark.parametrize(
    ("hazard", "said", "part"),
    [
        ("shock", "他没呼吸了，嘴唇发紫", "按压到医生来|按到医生来"),
        ("shock", "叫不应了咋办", "按到医生来"),
        ("shock", "怎么按压啊我不会", "5到6厘米"),
        ("shock", "我累得压不动了", "换个人"),
        ("shock", "要按到啥时候", "医生接手"),
        ("shock", "缓过来了，会说话了", "等120看过"),
        ("shock", "手还吸在线上松不开", "干木棍"),
        ("shock", "我能不能拉他一把", "先断电"),
        ("shock", "喂点糖水行不", "先别喂水"),
        ("fire", "有个干粉的要不要喷", "对着火根"),
        ("fire", "拿湿被子捂行不行", "千万别用水"),
        ("smoke", "烧到屋里来了", "119"),
        ("spark", "我还能回屋取个东西不", "先出来"),
        ("flood", "电闸在水边上，我去拉了行不", "脚下有水就别碰"),
        ("line_down", "我爸要过去牵牛", "别过去"),
        ("line_down", "车子能绕过去不", "别过去"),
        ("pole_down", "站多远才安全", "8米"),
        ("line_down", "我人还在车里，下车不", "待在车里"),
        ("object_on_line", "我拿锯子把树枝锯了行不", "别碰"),
        ("line_down", "学生娃老从旁边过来过去", "绕开"),
        ("line_down", "现在还有电吗", "一律当它有电"),
        ("leakage", "今黑夜还能洗澡不", "不洗澡"),
        ("spark", "要不要把总闸拉了", "手脚是干的"),
        ("life_support", "电池只剩二十分钟了", "马上就打120|现在就打120"),
        ("life_support", "氧气袋没有", "现在就打120"),
        ("life_support", "她喘得不行了，嘴唇发青", "120"),
        (None, "用不用打120", "打120"),
    ],
)
def test_a_sentence_inside_a_danger_is_answered(hazard: str | None, said: str, part: str) -> None:
    answer = BAYANNUR.safety_answer(said, hazard)
    assert answer is not None
    assert any(each in answer.text for each in part.split("|"))
    assert answer.source


@pytest.mark.parametrize("said", ["五原县胜丰镇新红村3社", "13800000188", "姓田", "你们几点到", "好的"])
@pytest.mark.parametrize("hazard", ["shock", "fire", "line_down", "leakage", "flood", "life_support"])
def test_places_numbers_and_other_questions_have_no_answer_here(hazard: str, said: str) -> None:
    assert BAYANNUR.safety_answer(said, hazard) is None


def test_only_what_belongs_to_the_hazard_is_said() -> None:
    assert BAYANNUR.safety_answer("家里有灭火器", "life_support") is None
    assert "干粉" in BAYANNUR.safety_answer("家里有灭火器", None).text  # type: ignore[union-attr]
