"""Paired timing: ours and a peer alternate in one process, so that whatever else the machine does hits both.

    result = paired(ours, peer)          # two callables without arguments
    result.ratio, result.low, result.high    # median of peer time / our time, 95 % bootstrap interval
"""

import random
import statistics
import time
from typing import NamedTuple

PAIRS = 30
SECONDS = 3.0  # per side, where 30 pairs take less
MOST_PAIRS = 300
PAUSE = 0.01  # the thread pools of torch and BLAS spin for a while after their work; the other side would share the core


class Paired(NamedTuple):
    ratio: float
    low: float
    high: float
    ours: float  # median seconds of a call
    peer: float
    pairs: int


def once(call):
    time.sleep(PAUSE)
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def paired(ours, peer):
    for call in (ours, peer, ours, peer):  # warm buffers and caches on both sides
        call()
    a, b = [], []
    while len(a) < PAIRS or (min(sum(a), sum(b)) < SECONDS and max(sum(a), sum(b)) < 10 * SECONDS and len(a) < MOST_PAIRS):
        a.append(once(ours))
        b.append(once(peer))
    ratios = [y / x for x, y in zip(a, b)]
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(1000))
    return Paired(statistics.median(ratios), medians[25], medians[974], statistics.median(a), statistics.median(b), len(a))
