"""One contestant in a process of its own: ``python -m benchmarks.worker NAME CORES``, say ``nest 0,1``.

It reads names of workloads, one a line, simulates each for a turn, and answers with a line of JSON.
"""

import importlib
import json
import os
import sys
import time

# A turn takes at least so many seconds. What a run finds in the caches then is its own, and not what others left there.
TURN = 0.1


def main():
    name, cores = sys.argv[1], [int(core) for core in sys.argv[2].split(",")]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a simulator prints does not get between the answers
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = str(len(cores))
    sys.argv = sys.argv[:1]  # NEST reads it
    try:
        workloads = importlib.import_module(f"benchmarks.contestants.{name}").workloads(len(cores))
    except Exception as error:
        answer(answers, {"error": f"{type(error).__name__}: {error}".splitlines()[0]})
        return
    answer(answers, {"workloads": list(workloads)})
    for line in sys.stdin:
        try:
            answer(answers, turn(workloads[line.strip()]))
        except Exception as error:
            answer(answers, {"error": f"{type(error).__name__}: {error}".splitlines()[0]})


def turn(workload):
    """Run a workload, a short one again and again: the mean in seconds, the first run alone, and the spikes."""
    begin, all_seconds = time.perf_counter(), []
    while not all_seconds or time.perf_counter() - begin < TURN:
        seconds, spikes = once(workload)
        all_seconds.append(seconds)
    return {"seconds": sum(all_seconds) / len(all_seconds), "alone": all_seconds[0], "spikes": spikes}


def once(workload):
    """Seconds and spikes of a workload: a function, or pairs of one that sets up (not timed) and one that runs."""
    if callable(workload):
        parts = [(lambda: None, lambda _: workload())]
    else:
        parts = workload if isinstance(workload, list) else [workload]
    seconds, spikes = 0.0, 0
    for prepare, run in parts:
        ready = prepare()
        start = time.perf_counter()
        spikes += run(ready)
        seconds += time.perf_counter() - start
    return seconds, spikes


def answer(answers, value):
    print(json.dumps(value), file=answers, flush=True)


if __name__ == "__main__":
    main()
