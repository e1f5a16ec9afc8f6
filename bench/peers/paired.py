"""Paired timing: ours and a peer alternate in one process, so that whatever else the machine does hits both.

    result = paired(ours, peer)          # two callables without arguments
    result.ratio, result.low, result.high    # median of peer time / our time, 95 % bootstrap interval
"""

import random
import statistics
import time
from typing import NamedTuple

PAIRS = 30
SHORTEST = 0.005  # seconds of a measurement: quicker calls are repeated
PAUSE = 0.01  # the thread pools of torch and BLAS spin for a while after their work; the other side would share the core


class Paired(NamedTuple):
    ratio: float
    low: float
    high: float
    ours: float  # median seconds of a call
    peer: float
    pairs: int


def once(call, repeats):
    time.sleep(PAUSE)
    call()  # wakes the core and brings the code back into its caches: both sides are measured warm
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def repeats_of(call):
    start = time.perf_counter()
    call()
    return max(1, int(SHORTEST / (time.perf_counter() - start)))


def paired(ours, peer):
    for call in (ours, peer, ours, peer):  # warm buffers and caches on both sides
        call()
    repeats = repeats_of(ours), repeats_of(peer)
    a, b = [], []
    for _ in range(PAIRS):
        a.append(once(ours, repeats[0]))
        b.append(once(peer, repeats[1]))
    ratios = [y / x for x, y in zip(a, b)]
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(1000))
    return Paired(statistics.median(ratios), medians[25], medians[974], statistics.median(a), statistics.median(b), len(a))
