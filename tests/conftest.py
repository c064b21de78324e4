"""What holds for every test."""

from __future__ import annotations

import functools
import ssl

from hypothesis import settings

# How long an example takes says something of the machine; tests that are about time measure the processor's.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

# Each HTTP client reads the certificates of all authorities, 18 ms of CPU; the neighbours of a test speak plain HTTP.
ssl.create_default_context = functools.cache(ssl.create_default_context)
