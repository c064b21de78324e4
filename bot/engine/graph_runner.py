"""Runs a model's graph as plain calls.

Rasa hands every prediction to dask's scheduler, three to five times a turn; the graph is a chain, so calling one
node after the other gives the same outputs without it.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.runner.dask import DaskGraphRunner


class PlainGraphRunner(DaskGraphRunner):
    """Each node once, its needs before it."""

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """The outputs of the target nodes (see parent class)."""
        done = {name: (name, value) for name, value in (inputs or {}).items()}

        def output(name: str) -> tuple[str, Any]:
            if name not in done:
                needs = self._graph_schema.nodes[name].needs.values()
                done[name] = self._instantiated_nodes[name](*(output(need) for need in needs))
            return done[name]

        return dict(output(name) for name in targets or self._graph_schema.target_names)
