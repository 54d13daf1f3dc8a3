"""CPython's multiprocessing.Pool(N).map with the default chunk, round by round.

Reads lines `queue items milliseconds` (the queue has no meaning here) and answers each with
`result items seconds p50 p99 0`, times of whole maps in microseconds.
"""

import multiprocessing
import sys
import time


def same(item):
    return item


def measure(pool, items, seconds):
    taken = []
    began = now = time.perf_counter()
    while not taken or now - began < seconds:
        if pool.map(same, items) != items:
            raise SystemExit("the results are not the items")
        then = time.perf_counter()
        taken.append(then - now)
        now = then
    taken.sort()
    micros = [round(1e6 * taken[int(share * len(taken))]) for share in (0.5, 0.99)]
    return f"result {len(taken) * len(items)} {now - began:.6f} {micros[0]} {micros[1]} 0"


def main():
    items = []
    with multiprocessing.Pool(int(sys.argv[1])) as pool:
        for line in sys.stdin:
            _, count, millis = line.split()
            if len(items) != int(count):
                items = list(range(int(count)))
            print(measure(pool, items, int(millis) / 1000), flush=True)


if __name__ == "__main__":
    main()
