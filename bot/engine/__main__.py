"""Starts the engine: `python -m bot.engine` in the engine's environment, at the root of the repository."""

from __future__ import annotations

import sys

from bot.engine.lean import leave_out_the_unused

leave_out_the_unused()

from aiohttp import web  # noqa: E402

from bot.engine import quiet, settings  # noqa: E402


def main() -> int:
    """Serve until SIGTERM or SIGINT; a running turn is finished first. Returns the exit code."""
    quiet.logs()
    try:
        chosen = settings.read()
    except settings.SettingsError as error:
        print(f"engine: {error}", file=sys.stderr)
        return 2
    from bot.engine.server import application
    from bot.engine.start import load

    try:
        app = application(load(chosen), chosen.token)
    except FileNotFoundError as error:
        print(f"engine: {error}", file=sys.stderr)
        return 2
    web.run_app(app, host=chosen.host, port=chosen.port, access_log=None, print=None, shutdown_timeout=15)
    return 0


if __name__ == "__main__":
    sys.exit(main())
