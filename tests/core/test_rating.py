import pytest

from bot.core.rating import score


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("五星好评", 5), ("打10分", 5), ("我给你一百分", 5), ("三分吧", 3), ("打八分", 4), ("零分", 1), ("60分", 3),
        ("满意", 5), ("不满意", 2), ("很不满意，问题没解决", 1), ("一般般", 3), ("服务还行，就是慢", 3), ("差评", 1),
        ("评价：好", 5), ("我要评价", None), ("4", 4), ("6分", 3), ("7分", 4), ("9分", 5), ("11分", 1), ("21分", 2),
        ("两颗", 2), ("一百二十分", 5), ("200分", 5), ("我给4", None), ("比较满意", 4), ("挺满意", 5), ("不咋地", 2),
        ("太差", 1), ("没意见", None),
    ],
)  # fmt: skip
def test_words_give_a_score(words: str, expected: int | None) -> None:
    assert score(words) == expected
