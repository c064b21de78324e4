"""How often things happen, and how likely is what was heard of a group of homes. Times in seconds, odds as logarithms.

The shares differ by place and day, so they are integrated out: k of n heard gives a ratio of Beta functions instead of
a product, and forty silent homes of one dead concentrator count once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bot.grid.topology import DeviceKind

_HALF_LOG_TWO_PI = 0.5 * float(np.log(2 * np.pi))
Floats = NDArray[np.float64]


def log_gamma(x: ArrayLike) -> Floats:
    """ln Γ for x > 0, by Stirling's series four further up (error below 1e-8)."""
    x = np.asarray(x, dtype=float)
    y = x * (x + 3)
    z = x + 4
    r = 1 / z
    r2 = r * r
    series = r * (1 / 12 - r2 * (1 / 360 - r2 * (1 / 1260 - r2 / 1680)))
    return np.asarray((z - 0.5) * np.log(z) - z + _HALF_LOG_TWO_PI + series - np.log(y * (y + 2)))


def heard(k: ArrayLike, n: ArrayLike, a: ArrayLike, b: ArrayLike) -> Floats:
    """ln P(just these k of n are heard) where the share is Beta(a, b); n may be a fraction but counts at least k."""
    k, n, a, b = np.broadcast_arrays(k, n, a, b)
    rest = np.maximum(n - k, 0.0)
    gamma = log_gamma(np.stack([a + k, b + rest, a + b, a, b, a + b + k + rest]))
    return np.asarray(gamma[0] + gamma[1] + gamma[2] - gamma[3] - gamma[4] - gamma[5])


def heard_or_deaf(k: ArrayLike, n: ArrayLike, a: ArrayLike, b: ArrayLike, deaf: ArrayLike) -> Floats:
    """The same where the whole group may be cut off with probability `deaf`."""
    k, deaf = np.asarray(k, dtype=float), np.asarray(deaf, dtype=float)
    return np.asarray(np.log((1 - deaf) * np.exp(heard(k, n, a, b)) + deaf * (k == 0) + 1e-300))


@dataclass(frozen=True)
class Rates:
    """What is expected of a network. The defaults are those of a rural county; a company learns its own."""

    opens: dict[DeviceKind, float] = field(
        default_factory=lambda: {
            DeviceKind.SUBSTATION: 1e-5,
            DeviceKind.FEEDER: 1.5e-3,
            DeviceKind.SWITCH: 2e-3,
            DeviceKind.FUSE: 2e-3,
            DeviceKind.TRANSFORMER: 7e-4,
            DeviceKind.BRANCH: 4e-4,
            DeviceKind.METER: 3e-4,
        }
    )
    """Probability that a device has opened within the hours that are looked at."""
    blinks: dict[DeviceKind, float] = field(
        default_factory=lambda: {
            DeviceKind.SUBSTATION: 1e-5,
            DeviceKind.FEEDER: 3e-3,
            DeviceKind.SWITCH: 2e-3,
            DeviceKind.FUSE: 7e-4,
            DeviceKind.TRANSFORMER: 1e-5,
            DeviceKind.BRANCH: 5e-6,
            DeviceKind.METER: 5e-6,
        }
    )
    """Probability that it has opened and closed again by itself, unreported."""
    telemetered: float = 0.02  # an opening that telemetry did not report, times `opens`
    hidden: float = 3.0  # below a device that has just been closed, times `opens`

    gasp_a: float = 1.6
    gasp_b: float = 1.4
    blink_a: float = 1.0
    blink_b: float = 4.0
    blink_reported: float = (
        0.9  # reports of the moment at which telemetry saw a device open and close are of that
    )
    blink_is_full: float = 0.3  # a blink at which as many meters report as at an outage
    deaf: float = 0.05
    window: float = 60.0  # reports of one moment
    late_share: float = 0.25
    late_mean: float = 600.0

    call_a: float = 1.5
    call_b: float = 15.0
    call_alike: float = 0.8  # that the same share calls everywhere below one device
    call_median: float = 480.0
    call_shape: float = 1.6

    stray_call: float = 1e-3  # of a lit home: fault indoors, wrong house, arrears
    stray_gasp: float = 5e-5
    wrong_tie: float = 0.02  # a meter registered below another device
    no_answer: float = 0.07  # of a lit meter that is asked
    answers: float = 0.93
    never_answers: float = 0.004  # a meter that is dead or hangs where it is dark
    mute: float = 0.03  # a concentrator through which no question goes

    def arrived(self, age: ArrayLike) -> Floats:
        """Share of the meters' reports that has arrived `age` seconds after the moment."""
        since = np.maximum(np.asarray(age, dtype=float), 0.0)
        soon = np.minimum((since + 15.0) / 45.0, 1.0)
        return np.asarray(soon * (1 - self.late_share * np.exp(-since / self.late_mean)))

    def called(self, age: ArrayLike) -> Floats:
        """Share of the callers that has called by then: log-logistic, close to the log-normal and without erf."""
        since = np.maximum(np.asarray(age, dtype=float), 1.0)
        return np.asarray(1.0 / (1.0 + (self.call_median / since) ** self.call_shape))
