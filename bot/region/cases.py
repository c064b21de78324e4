"""Answers to the case: the decision table of an entry over facts (docs/adding-knowledge.md).

The first case whose conditions all hold is the answer. The first one that still may hold but lacks a fact names the
fact to ask for; no case at all means that the general answer stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from pydantic import BaseModel, ConfigDict, Field

from bot.region import facts
from bot.region.facts import Facts
from bot.region.placeholders import Placeholders

Figure = Callable[[str], Decimal]
"""A number of the region by its placeholder's name."""


class Bounds(BaseModel):
    """Limits of a number: placeholders of the region (rule.free_connection), never figures."""

    model_config = ConfigDict(extra="forbid")

    over: str | None = None
    at_least: str | None = None
    below: str | None = None
    at_most: str | None = None

    def hold(self, value: Decimal, figure: Figure) -> bool:
        return (
            (self.over is None or value > figure(self.over))
            and (self.at_least is None or value >= figure(self.at_least))
            and (self.below is None or value < figure(self.below))
            and (self.at_most is None or value <= figure(self.at_most))
        )

    def figures(self) -> list[str]:
        return [name for name in (self.over, self.at_least, self.below, self.at_most) if name is not None]


class DecisionRow(BaseModel):
    """One row: what must hold, and what is said then. No conditions = what is left."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    when: dict[str, str | list[str] | Bounds] = {}
    say: str = Field(min_length=2)

    def excluded(self, known: Facts, figure: Figure) -> bool:
        """True when a fact that is known speaks against it."""
        return any(
            name in known and not _holds(wanted, known[name], figure) for name, wanted in self.when.items()
        )


@dataclass(frozen=True)
class Decision:
    """The case that holds, or the one fact that is missing; neither when no case fits."""

    case: DecisionRow | None = None
    asks: str | None = None


def decide(cases: Sequence[DecisionRow], known: Facts, places: Placeholders) -> Decision:
    """The first case that holds for the facts, or what must be known first."""
    for case in cases:
        if case.excluded(known, places.figure):
            continue
        missing = [name for name in (*case.when, *places.needs(case.say)) if name not in known]
        return Decision(asks=missing[0]) if missing else Decision(case)
    return Decision()


def used(cases: Sequence[DecisionRow], places: Placeholders) -> set[str]:
    """The facts a table asks about."""
    return {name for case in cases for name in (*case.when, *places.needs(case.say))}


def faults(cases: Sequence[DecisionRow], places: Placeholders) -> Iterator[str]:
    """What is wrong with the conditions, and cases that no facts can reach."""
    wrong = [fault for case in cases for fault in _condition_faults(case, places)]
    yield from wrong
    if not wrong:
        reached = [decide(cases, tried, places).case for tried in _trials(cases, places)]
        yield from (f"cases.{n}: can never be reached" for n, case in enumerate(cases) if case not in reached)


def samples(case: DecisionRow, places: Placeholders) -> Iterator[Facts]:
    """Facts with which the words of a case can be tried."""
    names = [*dict.fromkeys((*case.when, *places.needs(case.say)))]
    tries = [_wanted(case, name) or facts.known()[name].samples() for name in names]
    yield from (dict(zip(names, values, strict=True)) for values in product(*tries))


def _holds(wanted: str | list[str] | Bounds, value: Decimal | str, figure: Figure) -> bool:
    if isinstance(wanted, Bounds):
        return isinstance(value, Decimal) and wanted.hold(value, figure)
    return value in wanted if isinstance(wanted, list) else value == wanted


def _condition_faults(case: DecisionRow, places: Placeholders) -> Iterator[str]:
    for name, wanted in case.when.items():
        fact = facts.known().get(name)
        if fact is None:
            yield f"when.{name}: no such fact in facts.yml"
        elif isinstance(wanted, Bounds):
            yield from (
                f"when.{name}: {each} is no figure"
                for each in wanted.figures()
                if not _is_figure(each, places)
            )
        else:
            choices = [wanted] if isinstance(wanted, str) else wanted
            yield from (f"when.{name}: {each} is no choice" for each in choices if each not in fact.choices)


def _is_figure(name: str, places: Placeholders) -> bool:
    try:
        return places.figure(name).is_finite()
    except (KeyError, ArithmeticError):
        return False


def _wanted(case: DecisionRow, name: str) -> tuple[Decimal | str, ...]:
    wanted = case.when.get(name)
    if isinstance(wanted, str):
        return (wanted,)
    return tuple(wanted) if isinstance(wanted, list) else ()


def _trials(cases: Sequence[DecisionRow], places: Placeholders) -> Iterator[Facts]:
    """Every combination of choices, and of numbers on, below and above each limit."""
    limits: dict[str, set[Decimal]] = {}
    for case in cases:
        for name, wanted in case.when.items():
            if isinstance(wanted, Bounds):
                figures = map(places.figure, wanted.figures())
                limits.setdefault(name, set()).update(
                    x + d for x in figures for d in map(Decimal, (-1, 0, 1))
                )
    names = sorted(used(cases, places))
    tries = [tuple(limits.get(name, ())) or facts.known()[name].samples() for name in names]
    yield from (dict(zip(names, values, strict=True)) for values in product(*tries))
