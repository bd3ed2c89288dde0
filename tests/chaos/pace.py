"""How much slower than usual this machine brings a process back: killed faster than they start, none would work."""

import math
import subprocess
import sys
import time

from deploy.local.launch import ROOT

USUAL_S = 1.5
"""Real seconds that the rhythm of the kills reckons with for a process to load what it needs."""
LONGEST_S = 60.0


def measured() -> float:
    """1 on a usual machine or a faster one, 3 on one that is half as fast; by halves, so that it can be repeated."""
    return of(min(_start() for _ in range(2)))  # the first one may read from a disk


def of(seconds: float) -> float:
    """More than in proportion: on a slow machine what is not killed is slow, too, and needs of the processors what the
    starts leave to it.
    """
    return max(1.0, round(2 * math.pow(seconds / USUAL_S, 1.5)) / 2)


def _start() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import services.billing.main"], cwd=ROOT, check=True, timeout=LONGEST_S)
    return time.monotonic() - began
