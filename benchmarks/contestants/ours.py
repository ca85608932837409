"""lifcourse."""

from functools import partial

import numpy as np

from benchmarks.workloads import DT, S1, S2, S3, S4
from lifcourse import fi_curve, simulate, spike_counts


def workloads(threads):
    def curve(workload):
        curve = fi_curve(workload["neuron"], workload["currents"], duration=workload["duration"], dt=DT)
        return int(curve.n_spikes.sum())

    def counts(workload):
        return int(spike_counts(workload["neuron"], workload["currents"], duration=workload["duration"], dt=DT).sum())

    def s2():
        rng, spikes = np.random.default_rng(1), 0
        for sigma in S2["sigmas"]:
            neuron = type(S2["neuron"])(S2["neuron"].params, noise_sigma=sigma)
            spikes += fi_curve(neuron, S2["currents"], duration=S2["duration"], dt=DT, rng=rng).n_spikes.sum()
        return int(spikes)

    def s3():
        return simulate(S3["neuron"], S3["current"], duration=S3["duration"], dt=DT).n_spikes

    measures = {f"{name} all measures": partial(curve, S4[name]) for name in S4 if "AELIF" not in name}
    return {
        "S1": partial(curve, S1), "S2": s2, "S3": s3, **{name: partial(counts, S4[name]) for name in S4}, **measures,
    }  # fmt: skip
