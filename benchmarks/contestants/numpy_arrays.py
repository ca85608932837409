"""NumPy, the way one writes it by hand: a loop over time, arrays over neurons."""

from functools import partial

import numpy as np

from benchmarks.workloads import DT, S1, S2, S3, S4, samples


def aelif(workload):
    p, I = workload["neuron"].step_parameters(), workload["currents"]
    V, w, count = np.full(len(I), p.E_L), np.zeros(len(I)), np.zeros(len(I), np.int64)
    trains = []
    for k in range(1, samples(workload)):
        dV = DT * (p.G_L * (p.E_L - V + p.Delta_th * np.exp((V - p.V_th) / p.Delta_th)) - w + I) / p.C_m
        w += DT * (p.a * (V - p.E_L) - w) / p.tau_SRA
        V += dV
        spiked = V > p.V_max
        if spiked.any():
            V[spiked] = p.V_reset
            w[spiked] += p.b
            count[spiked] += 1
            trains.append((k, np.flatnonzero(spiked)))
    return int(count.sum())


def lif(workload, noise=None):
    p, I = workload["neuron"].step_parameters(), workload["currents"]
    V, count = np.full(len(I), p.E_L), np.zeros(len(I), np.int64)
    for k in range(1, samples(workload)):
        V += DT * (p.G_L * (p.E_L - V) + I) / p.C_m
        if noise is not None:
            V += noise[k - 1]
        spiked = V > p.V_th
        if spiked.any():
            V[spiked] = p.V_reset
            count[spiked] += 1
    return int(count.sum())


def s2():
    rng, spikes, shape = np.random.default_rng(1), 0, (samples(S2) - 1, len(S2["currents"]))
    for sigma in S2["sigmas"]:
        spikes += lif(S2, sigma * np.sqrt(DT) * rng.standard_normal(shape) if sigma else None)
    return spikes


def s3():
    p, n = S3["neuron"].step_parameters(), samples(S3)
    V, G, spikes = np.empty(n), np.empty(n), []
    V[0], G[0] = p.E_L, 0.0
    I = S3["current"]
    for k in range(1, n):
        V[k] = V[k - 1] + DT * (p.G_L * (p.E_L - V[k - 1]) + G[k - 1] * (p.E_K - V[k - 1]) + I[k - 1]) / p.C_m
        G[k] = G[k - 1] - DT * G[k - 1] / p.tau_SRA
        if V[k] > p.V_th:
            V[k] = p.V_reset
            G[k] += p.Delta_G_SRA
            spikes.append(k)
    return len(spikes)


def workloads(threads):
    many = {name: partial(aelif if "AELIF" in name else lif, S4[name]) for name in S4}
    return {"S1": partial(aelif, S1), "S2": s2, "S3": s3, **many}
