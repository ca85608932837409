"""Run all contestants in turn, again and again, and write down medians, ratios and what they say.

``python -m benchmarks``, or ``python -m benchmarks --quick`` to see that everything runs.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import report
from benchmarks.workloads import NAMES, updates

RESULTS = Path(__file__).parent / "results"
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count()))
# Contestant, cores. On one core, what is compared with C; on all cores, what is compared with simulators. With as few
# neurons as S1 to S3 have, OpenMP makes Brian2 and NEST slower, ten times and more: they take part with one thread.
MANY_NEURONS = tuple(name for name in NAMES if name.startswith("S4"))
CONTESTANTS = {
    "lifcourse, one thread": ("ours", CORES[-1:]),
    "C": ("strict_c", CORES[-1:]),
    "C with our exp": ("strict_c_plain_exp", CORES[-1:]),
    "lifcourse": ("ours", CORES),
    "NumPy": ("numpy_arrays", CORES),
    "JAX": ("jax_scan", CORES),
    "Brian2 standalone": ("brian2_standalone", CORES),
    "Brian2 standalone, one thread": ("brian2_standalone", CORES[-1:]),
    "NEST": ("nest", CORES),
    "NEST, one thread": ("nest", CORES[-1:]),
    "Brian2 Cython": ("brian2_cython", CORES),
}
# What a process frees, it keeps. Otherwise the C library gives it back to the system or not, depending on what was ever
# freed before, and a run that has to fetch it anew takes up to twice as long (C in S3: 3.2 instead of 1.5 ms).
KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": "4000000000", "MALLOC_MMAP_THRESHOLD_": "4000000000"}
# Further measurements of a workload: what is measured, and by whom.
EXTRAS = {
    "S2 random numbers": ["C"],
    "S4 LIF 10,000 all measures": ["C", "lifcourse, one thread"],
    "S4 LIF 1,000,000 all measures": ["C", "lifcourse, one thread"],
}


class Worker:
    """A contestant in a process of its own, waiting for the name of a workload."""

    def __init__(self, module, cores):
        command = [sys.executable, "-m", "benchmarks.worker", module, ",".join(map(str, cores))]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | KEEP_MEMORY,
        )
        hello = self.answer()
        self.workloads, self.error = hello.get("workloads", []), hello.get("error")

    def ask(self, workload):
        print(workload, file=self.process.stdin, flush=True)

    def answer(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"error": "the process ended"}

    def run(self, workload):
        try:
            self.ask(workload)
        except BrokenPipeError:
            return {"error": "the process has ended"}
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main():
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="one round, S1 to S3 only, no results written")
    arguments.add_argument("--rounds", type=int, default=25, help="at most so many rounds (default 25)")
    arguments.add_argument("--seconds", type=float, default=40.0, help="time for a contestant's rounds in a workload")
    options = arguments.parse_args()
    names = ("S1", "S2", "S3") if options.quick else NAMES
    workers, skipped = start()
    result = {"machine": machine(workers), "skipped": skipped, "workloads": {}}
    result["updates"] = {name: updates(name) for name in names}
    for name in names:
        print(f"{name}:", flush=True)
        result["workloads"][name] = compete(name, workers, 1 if options.quick else options.rounds, options.seconds)
    for worker in workers.values():
        worker.close()
    if not options.quick:
        result |= {"pair": pair(), "flat": flat(), "start": fresh_starts(), "memory": memory()}
    result["machine"]["load at the end"] = round(os.getloadavg()[0], 2)
    print(report.table(result), report.verdicts(result), sep="\n\n")
    if not options.quick:
        report.write(result, RESULTS)


def start():
    workers, skipped = {}, {}
    for label, (module, cores) in CONTESTANTS.items():
        worker = Worker(module, cores)
        if label in ("Brian2 standalone", "NEST"):
            worker.workloads = [name for name in worker.workloads if name in MANY_NEURONS]
        if label == "NEST, one thread":  # it takes a minute to set up a million neurons
            worker.workloads = [name for name in worker.workloads if "1,000,000" not in name]
        if worker.error:
            skipped[label] = worker.error
        else:
            workers[label] = worker
    for label, reason in skipped.items():
        print(f"{label} is left out: {reason}")
    return workers, skipped


def compete(name, workers, rounds, seconds):
    """Each contestant once to warm up (it may compile), then all in turn; slow ones take part in fewer rounds."""
    turns = []
    for label, worker in workers.items():
        if name in worker.workloads:
            turns.append((label, name, worker))
        # At once, not at the end of the round: claims compare or add the two, and the machine's pace drifts.
        extras = [extra for extra, labels in EXTRAS.items() if extra.startswith(name) and label in labels]
        turns += [(f"{extra}, {label}", extra, worker) for extra in extras]
    found = {}
    for key, workload, worker in turns:
        begin = time.perf_counter()
        answer = worker.run(workload)
        if "error" in answer:
            found[key] = {"error": answer["error"]}
        else:
            first = time.perf_counter() - begin
            found[key] = {"first": first, "spikes": answer["spikes"], "seconds": [], "alone": []}
    spent = dict.fromkeys(found, 0.0)
    for _ in range(rounds):
        for key, workload, worker in turns:
            if "error" not in found[key] and spent[key] < seconds:
                begin = time.perf_counter()
                answer = worker.run(workload)
                spent[key] += time.perf_counter() - begin
                for measure in ("seconds", "alone"):
                    found[key][measure].append(answer[measure])
    for key, each in found.items():
        if "error" not in each:
            each["median"] = statistics.median(each["seconds"])
            per_update = each["median"] / updates(name) * 1e9
            print(
                f"  {key:32} {each['median'] * 1e3:10.2f} ms {per_update:9.2f} ns  {each['spikes']} spikes", flush=True
            )
        else:
            print(f"  {key:32} failed: {each['error']}", flush=True)
    return found


def pair():
    """How much two processes at a time slow each other down: what this machine gives to a second thread."""
    if len(CORES) < 2:
        return None
    one, other = (Worker("strict_c", [core]) for core in CORES[:2])
    found = {}
    for name in ("S4 LIF 10,000", "S4 AELIF 10,000"):
        alone, together = [], []
        for _ in range(7):
            alone.append(one.run(name)["seconds"])
            one.ask(name)
            other.ask(name)
            together.append(max(one.answer()["seconds"], other.answer()["seconds"]))
        found[name] = 2 * statistics.median(alone) / statistics.median(together)
    one.close()
    other.close()
    return found


def fresh(program, cores=CORES):
    """Run a program in a fresh process and return the JSON that it prints."""
    command = [sys.executable, "-c", f"import os; os.sched_setaffinity(0, {list(cores)})\n{program}"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def flat():
    """Cost of an update, in ns, by number of neurons, on one thread."""
    found = {}
    for model in ("LIF", "AELIF"):
        costs = fresh(FLAT.format(model=model), CORES[-1:])
        found[model] = {width: statistics.median(each) for width, each in costs.items()}
    return found


FLAT = """
import json, time
from benchmarks.workloads import DT, many
from lifcourse import spike_counts
costs = {{}}
for turn in range(6):
    for width in (100, 1_000, 10_000, 100_000, 1_000_000):
        work = many("{model}", width, max(1000, 20_000_000 // width) * DT)
        start = time.perf_counter()
        spike_counts(work["neuron"], work["currents"], duration=work["duration"], dt=DT)
        if turn:
            cost = (time.perf_counter() - start) / width / round(work["duration"] / DT) * 1e9
            costs.setdefault(width, []).append(cost)
print(json.dumps(costs))
"""


def fresh_starts():
    """Seconds for the import, the first sweep and the next model in a fresh process with a warm cache."""
    turns = [fresh(START) for _ in range(6)][1:]
    return {key: statistics.median(turn[key] for turn in turns) for key in turns[0]}


START = """
import json, time
start = time.perf_counter()
import lifcourse
imported = time.perf_counter()
from lifcourse import fi_curve, presets
models = [presets.lif, presets.sra, presets.aelif, presets.voltage_clamp, presets.refractory_conductance]
times = [time.perf_counter()]
for model in models:
    fi_curve(model, [1e-10], duration=0.01, dt=1e-5)
    times.append(time.perf_counter())
steps = [after - before for before, after in zip(times, times[1:])]
print(json.dumps({"import": imported - start, "first sweep": times[1] - start, "further model": max(steps[1:])}))
"""


def memory():
    """Bytes that counts and all measures of a million neurons need at most, beyond the arrays that are returned."""
    return fresh(MEMORY)


MEMORY = """
import dataclasses, json, tracemalloc
from benchmarks.workloads import DT, S4
from lifcourse import fi_curve, spike_counts
work = S4["S4 AELIF 1,000,000"]
how = {"duration": work["duration"], "dt": DT}
beyond = {}
for run in (spike_counts, fi_curve):
    run(work["neuron"], work["currents"][:1000], **how)
    tracemalloc.start()
    result = run(work["neuron"], work["currents"], **how)
    arrays = vars(result).values() if dataclasses.is_dataclass(result) else [result]
    beyond[run.__name__] = tracemalloc.get_traced_memory()[1] - sum(array.nbytes for array in arrays)
    tracemalloc.stop()
print(json.dumps(beyond))
"""


def machine(workers):
    """What the numbers were measured on, without names of hosts or paths."""
    info = Path("/proc/cpuinfo")
    text = info.read_text() if info.exists() else ""
    model = re.search(r"model name\s*: (.*)", text)
    flags = re.search(r"flags\s*: (.*)", text)
    vectors = [name for name in ("avx2", "avx512f") if flags and name in flags[1].split()]
    versions = {}
    for package in ("numpy", "numba", "jax", "brian2", "nest-simulator"):
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    compiler = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True, check=False).stdout.strip()
    return {
        "processor": model[1] if model else platform.processor(),
        "cores": len(CORES),
        "vectors": vectors,
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "gcc": compiler,
        "versions": versions,
        "date": time.strftime("%Y-%m-%d"),
        "load at the start": round(os.getloadavg()[0], 2),
        "contestants": list(workers),
    }


if __name__ == "__main__":
    main()
