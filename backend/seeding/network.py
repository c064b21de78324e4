"""The network between feeders and meters: switches, fuses and branch boxes, made up like everything else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from random import Random
from typing import Any

from backend.addresses import stem
from backend.seeding.grid import Spot

Row = tuple[Any, ...]


def devices(
    plan: Mapping[str, Any], spots: Iterable[Spot], meters: Mapping[str, list[str]], rng: Random
) -> Iterator[Row]:
    """Rows of the network; `meters` are the meters of each transformer.

    A feeder goes through its first places to a switch, and behind it to the others; each place has a fuse, each
    transformer its branch boxes."""
    shape, number = plan["network"], count(1)
    towns: dict[tuple[str, str], list[Spot]] = defaultdict(list)
    for spot in spots:
        towns[spot.county.name, spot.town].append(spot)

    def row(
        id: str, kind: str, parent: str | None, name: str, kva: int | None = None, telemetry: bool = False
    ) -> Row:
        return next(number), id, kind, parent, name, kva, telemetry, None, None

    for of_town, (key, places) in enumerate(sorted(towns.items(), key=lambda item: item[1][0].id), 1):
        feeder, switch = f"F{of_town:03d}", f"W{of_town:03d}"
        names = {"town": stem(key[1]), "feeder": places[0].feeder}
        yield row(f"S{of_town:03d}", "substation", None, plan["grid"]["substation"].format(**names))
        yield row(feeder, "feeder", f"S{of_town:03d}", names["feeder"], telemetry=True)
        behind = len(places) // 2
        if behind:
            yield row(switch, "switch", feeder, shape["switch"].format(**names))
        for nth, spot in enumerate(places):
            fuse = f"U{spot.id:03d}"
            above = switch if behind and nth >= len(places) - behind else feeder
            yield row(fuse, "fuse", above, shape["fuse"].format(**names, place=spot.name))
            for index, transformer in enumerate(spot.transformers, 1):
                name = plan["grid"]["transformer"].format(place=spot.name, number=index)
                yield row(transformer, "transformer", fuse, name, rng.choice(shape["kva"]))
                boxes = [f"{transformer}B{box}" for box in range(1, rng.randint(*shape["branches"]) + 1)]
                for box_number, box in enumerate(boxes, 1):
                    yield row(
                        box,
                        "branch",
                        transformer,
                        shape["branch"].format(transformer=name, number=box_number),
                    )
                for meter in meters.get(transformer, ()):
                    yield row(meter, "meter", rng.choice(boxes), "")
