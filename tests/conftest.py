"""What holds for every test."""

from __future__ import annotations

import functools
import ssl

# Each HTTP client reads the certificates of all authorities, 18 ms of CPU; the neighbours of a test speak plain HTTP.
ssl.create_default_context = functools.cache(ssl.create_default_context)
