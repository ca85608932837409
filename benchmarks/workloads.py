"""The four workloads, as numbers: what every contestant simulates."""

import numpy as np

from lifcourse import presets

DT = 1e-4

S1 = {"neuron": presets.aelif, "currents": np.arange(150, 346, 5) * 1e-12, "duration": 5.0}
"""The f–I curve of tutorial 2.3: AELIF, 40 currents, 5 s; spike counts and intervals."""

S2 = {
    "neuron": presets.lif,
    "currents": np.linspace(2e-9, 9e-9, 80),
    "sigmas": (0.0, 0.01, 0.03),
    "duration": 0.15,
}
"""The f–I curves of tutorial 2.1: LIF, 80 currents, three levels of noise in V/√s, 0.15 s."""

S3_STEPS = 150_000
_t = np.arange(S3_STEPS) * DT
S3 = {"neuron": presets.sra, "current": np.where((_t >= 5.0) & (_t < 10.0), 400e-12, 0.0), "duration": S3_STEPS * DT}
"""One neuron with spike-rate adaptation, 15 s with a pulse of 400 pA, all states at all samples."""


def many(model, width, duration):
    """S4: many neurons, each with a current of its own; counts."""
    neuron, low, high = {"LIF": (presets.lif, 2e-9, 9e-9), "AELIF": (presets.aelif, 150e-12, 345e-12)}[model]
    return {"neuron": neuron, "currents": np.linspace(low, high, width), "duration": duration}


S4 = {
    "S4 LIF 10,000": many("LIF", 10_000, 1.0),
    "S4 AELIF 10,000": many("AELIF", 10_000, 1.0),
    "S4 LIF 1,000,000": many("LIF", 1_000_000, 0.01),
    "S4 AELIF 1,000,000": many("AELIF", 1_000_000, 0.01),
}
"""10,000 neurons for 1 s, a million for 0.01 s."""

NAMES = ("S1", "S2", "S3", *S4)


def samples(workload):
    """Number of samples of a workload."""
    return round(workload["duration"] / DT)


def updates(name):
    """Number of updates of a neuron in a workload."""
    if name == "S1":
        return len(S1["currents"]) * samples(S1)
    if name == "S2":
        return len(S2["currents"]) * len(S2["sigmas"]) * samples(S2)
    if name == "S3":
        return S3_STEPS
    return len(S4[name]["currents"]) * samples(S4[name])
