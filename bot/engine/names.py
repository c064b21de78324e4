"""Names of people, firms and places: how they look, and others to exchange those of the examples for while learning."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from random import Random

NAMES = Path(__file__).parents[2] / "data/nlu/lexicon/names.txt"
DIGITS = "一二三四五六七八九"


@lru_cache(maxsize=1)
def words() -> dict[str, list[str]]:
    """The sections of names.txt."""
    found: dict[str, list[str]] = {}
    for line in NAMES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            section += line.split()
    found["given"] = list("".join(found["given"]))
    return found


def patterns() -> tuple[tuple[str, str], ...]:
    """What looks like a name: a surname with given characters, or Mongolian syllables."""
    known = words()
    surname = "|".join([*known["compound"], f"[{''.join(known['surname'])}]"])
    given = "".join(known["given"])
    part = "|".join(sorted(map(re.escape, known["mongolian"]), key=len, reverse=True))
    return (
        ("name", f"(?:{surname})[{given}]{{1,2}}"),
        ("compound", f"(?:{'|'.join(known['compound'])})[一-鿿]{{1,2}}"),
        ("mongolian", f"(?:{part}){{2,4}}|{'|'.join(word for word in known['mongolian'] if len(word) > 1)}"),
    )


def person(chance: Random) -> str:
    """A name on an account: mostly of a person, at times of a firm."""
    known = words()
    kind = chance.random()
    if kind < 0.15:
        return chance.choice(known["stem"]) + chance.choice(known["tail"])
    if kind < 0.33:
        parts = [word for word in known["mongolian"] if len(word) > 1]
        return "".join(chance.sample(parts, 1 if chance.random() < 0.5 else 2))
    family = chance.choice(
        known["compound"] if kind < 0.4 else known["surname"][: 100 if kind < 0.8 else None]
    )
    return family + "".join(chance.choices(known["given"], k=1 if chance.random() < 0.2 else 2))


def place(chance: Random, counties: list[str], towns: list[str]) -> str:
    """Where power is used: a village with its group, a house in town, or a landmark."""
    kind = chance.random()
    number = str(chance.randint(1, 30)) if chance.random() < 0.5 else chance.choice(DIGITS)
    if kind < 0.4:
        return _in_the_country(chance, number, counties, towns)
    return _house(chance, number, counties) if kind < 0.7 else _by_the_road(chance, number)


def _in_the_country(chance: Random, number: str, counties: list[str], towns: list[str]) -> str:
    head = chance.choice(["", "", *towns, chance.choice(counties)])
    group = chance.choice(["", number + chance.choice("社组队")])
    end = chance.choice(["", "", "", *words()["corner"], f"{number}号变压器"])
    village = chance.choice(words()["village"])
    return head + village + chance.choice(["村", "村", "大队", ""] if group else ["村"]) + group + end


def _house(chance: Random, number: str, counties: list[str]) -> str:
    estate = chance.choice(words()["estate"]) + chance.choice(words()["quarter"])
    unit, floor, flat = chance.choice(DIGITS), chance.randint(1, 18), chance.randint(1, 4)
    doors = ["", f"{number}号楼", f"{number}栋", f"{number}号楼{unit}单元", f"{number}-{flat}-{floor}0{flat}"]
    door = chance.choice(doors)
    rooms = ["", f"{unit}零{DIGITS[flat]}", f"{floor}0{flat}"] if door.endswith("单元") else [""]
    return chance.choice(["", "", chance.choice(counties)]) + estate + door + chance.choice(rooms)


def _by_the_road(chance: Random, number: str) -> str:
    known = words()
    road, other = (
        f"{chance.choice(known['road'])}{chance.choice(['路', '路', '街', '大街', '巷'])}" for _ in "ab"
    )
    landmark, side = chance.choice(known["landmark"]), chance.choice(known["side"])
    line = f"{chance.choice(known['village'])}线{number}号杆"
    beside = [landmark + side, f"{landmark}{side}那家", f"{landmark}{side}第{chance.choice(DIGITS)}家"]
    along = [f"{road}{number}号", road + landmark, road + landmark + side, f"{road}与{other}交叉口"]
    return chance.choice([*beside, *along, line, f"{number}号机井"])
