"""What a greeting, thanks, a clause of story, blanks, mishearing and pinyin cost, on sentences of the test sets.

`make robustness` runs it in the engine's environment with the newest model; it prints Markdown. The frames are others
than those of data/nlu/lexicon/frames.txt, which training has seen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from benchmarks import frozen
from bot.engine.evaluate import reader
from bot.engine.intent_model import OUT_OF_SCOPE
from bot.engine.noise import MANNERS, alike, misheard
from bot.engine.scores import Sentence
from bot.engine.sounds import blurred, reading, syllable
from bot.engine.wishes import ACTS, DANGER
from scripts.check_nlu import read

ROOT = Path(__file__).parents[1]
WRONG = 0.1
SENTENCES = 600
GREETINGS = ("您好师傅,", "早上好,请教一下,", "喂喂,听见了吧,", "哎小妹,", "你们好,有件事问,")
THANKS = (",感谢感谢", ",麻烦你啦", ",谢了哈", ",多谢你们", ",劳您费心")
STORIES = (
    "我老伴腿疼在炕上躺着呢", "今年雨水多庄稼长得好", "我在杭后住种了五十亩地", "我妈八十了一个人住",
    "刚从医院回来累得很", "我兄弟在包头开车", "我孙子小学三年级", "屋里坐了一桌人打牌", "我姓刘退休教师",
    "前天才从乡下搬进城",
)  # fmt: skip
Noise = Callable[[str, Random], str]


def main(models: str = "models") -> int:
    """Print the table. Returns the exit code."""
    sets = (*frozen.read(frozen.STRANGERS), *frozen.read())
    cases = [(case.text, case.intent) for case in sets if case.kind != "several"]
    cases = Random(0).sample(cases, SENTENCES)
    wishes = [case for case in cases if case[1] not in MANNERS]
    business = [case for case in cases if case[1] not in ACTS - {OUT_OF_SCOPE}]
    texts = [example.text for example in read(sorted((ROOT / "data/nlu").glob("*.yml")))]
    same, similar = alike(texts, reading), alike(texts, _similar)
    kinds: list[tuple[str, list[tuple[str, str]], Noise]] = [
        ("a greeting before it", wishes, lambda text, chance: chance.choice(GREETINGS) + text),
        ("thanks after it", wishes, lambda text, chance: text + chance.choice(THANKS)),
        ("a clause of story, comma", business, lambda text, chance: f"{chance.choice(STORIES)},{text}"),
        ("a clause of story, run together", business, lambda text, chance: chance.choice(STORIES) + text),
        ("blanks between characters", cases, lambda text, _: " ".join(text)),
        ("10 % homophones", cases, lambda text, chance: misheard(text, same, reading, WRONG, chance)),
        ("10 % similar sounds", cases, lambda text, chance: misheard(text, similar, _similar, WRONG, chance)),
        ("pinyin without tones", cases, lambda text, _: " ".join(map(syllable, text))),
        ("pinyin in one word", cases, lambda text, _: "".join(map(syllable, text))),
    ]
    read_one = reader(models)
    plain = {text: read_one(Sentence(text, intent)).best for text, intent in cases}
    print("| noise | sentences | as written | with it | danger found |\n|---|---|---|---|---|")
    for name, chosen, noise in kinds:
        noisy = [read_one(Sentence(noise(text, Random(text)), intent)).best for text, intent in chosen]
        clean, found = _share(chosen, [plain[text] for text, _ in chosen]), _share(chosen, noisy)
        danger = _share(chosen, noisy, DANGER)
        print(f"| {name} | {len(chosen)} | {clean:.1f} | {found:.1f} | {danger:.1f} |", flush=True)
    return 0


def _share(cases: Sequence[tuple[str, str]], best: Sequence[str], only: str = "") -> float:
    right = [name == intent for (_, intent), name in zip(cases, best, strict=True) if only in ("", intent)]
    return 100 * sum(right) / max(len(right), 1)


def _similar(character: str) -> str:
    return blurred(syllable(character)) if reading(character) else ""


if __name__ == "__main__":
    sys.exit(main())
