"""C written for the purpose, on one thread: `benchmarks/strict.c`, with exp of the C library."""

import ctypes
import subprocess
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.workloads import DT, S1, S2, S3, S4, samples

# No result depends on the flags that a processor sets at divisions by zero and the like. If these had to be right, gcc
# could not work on several neurons at once with our exp, unless there is AVX-512.
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-fno-trapping-math", "-std=c11")


class Membrane(ctypes.Structure):
    _fields_ = [(name, ctypes.c_double) for name in ("C_m", "G_L", "E_L", "V_th", "V_reset")]


class Adaptive(ctypes.Structure):
    _fields_ = [(name, ctypes.c_double) for name in ("Delta_th", "a", "b", "tau_SRA", "V_max")]


def compiled(exp):
    """The library, with `exp` or `plain_exp`."""
    source = Path(__file__).parent.parent / "strict.c"
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, "strict.so")
        subprocess.run(
            ["gcc", *FLAGS, f"-DEXP={exp}", "-shared", "-fPIC", "-o", str(library), str(source), "-lm"], check=True
        )
        return ctypes.CDLL(str(library))


def take(structure, p):
    return structure(*(getattr(p, name) for name, _ in structure._fields_))


def pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


def size(n):
    return ctypes.c_ssize_t(n)


def workloads(threads, exp="exp"):
    library, dt = compiled(exp), ctypes.c_double(DT)

    def s1(workload=S1):
        p, I = workload["neuron"].step_parameters(), workload["currents"]
        trains = np.zeros((len(I), 6))
        library.aelif_trains(
            size(len(I)), size(samples(workload)), dt, take(Membrane, p), take(Adaptive, p), pointer(I), pointer(trains)
        )
        return int(trains[:, 0].sum())

    def counts(workload):
        p, I = workload["neuron"].step_parameters(), workload["currents"]
        count, adaptive = np.empty(len(I), np.int64), hasattr(p, "Delta_th")
        function, own = (library.aelif_counts, (take(Adaptive, p),)) if adaptive else (library.lif_counts, ())
        function(size(len(I)), size(samples(workload)), dt, take(Membrane, p), *own, pointer(I), pointer(count))
        return int(count.sum())

    def s3():
        p, n = S3["neuron"].step_parameters(), samples(S3)
        V, G, spikes = np.empty(n), np.empty(n), np.empty(n, np.int64)
        return library.sra_trace(
            size(n), dt, take(Membrane, p), *map(ctypes.c_double, (p.E_K, p.Delta_G_SRA, p.tau_SRA)),
            pointer(S3["current"]), pointer(V), pointer(G), pointer(spikes),
        )  # fmt: skip

    normals = draw()  # beforehand: NumPy's time for it is measured by itself

    def s2():
        p, I, spikes = S2["neuron"].step_parameters(), S2["currents"], 0
        n, rest = size(samples(S2)), iter(normals)
        for sigma in S2["sigmas"]:
            trains = np.zeros((len(I), 6))
            if sigma:
                scale = ctypes.c_double(sigma * np.sqrt(DT))
                library.lif_noisy_trains(
                    size(len(I)), n, dt, take(Membrane, p), scale, pointer(I), pointer(next(rest)), pointer(trains)
                )
            else:
                library.lif_trains(size(len(I)), n, dt, take(Membrane, p), pointer(I), pointer(trains))
            spikes += trains[:, 0].sum()
        return int(spikes)

    result = {"S1": s1, "S2": s2, "S3": s3, **{name: partial(counts, S4[name]) for name in S4}}
    if exp == "exp":
        result["S2 random numbers"] = lambda: len(draw()) and 0

        def measures(workload):
            p, I = workload["neuron"].step_parameters(), workload["currents"]
            trains, mean_V = np.zeros((len(I), 6)), np.empty(len(I))
            library.lif_measures(
                size(len(I)),
                size(samples(workload)),
                dt,
                take(Membrane, p),
                pointer(I),
                pointer(trains),
                pointer(mean_V),
            )
            return int(trains[:, 0].sum())

        result |= {f"{name} all measures": partial(measures, S4[name]) for name in S4 if "AELIF" not in name}
    return result


def draw():
    """NumPy's own part of S2: for each level of noise, a stream a current, and its normal numbers in a row."""
    rng, shape = np.random.default_rng(1), (len(S2["currents"]), samples(S2) - 1)
    normals = [np.empty(shape) for sigma in S2["sigmas"] if sigma]
    for rows in normals:
        for stream, row in zip(rng.spawn(len(rows)), rows, strict=True):
            stream.standard_normal(out=row)
    return normals
