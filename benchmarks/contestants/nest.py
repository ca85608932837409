"""NEST: its own models that come nearest, with its own integrators; time to simulate, without setting up.

A million neurons take it more than 9 GB: they are set up and simulated in ten parts, one after the other.
"""

import numpy as np

from benchmarks.workloads import DT, S1, S2, S3, S4, samples

# NEST counts in ms, mV, pA, pF and nS.
ms, mV, pA, pF, nS = 1e-3, 1e-3, 1e-12, 1e-12, 1e-9


def membrane(p):
    return {"V_m": p.E_L / mV, "E_L": p.E_L / mV, "C_m": p.C_m / pF, "V_reset": p.V_reset / mV, "t_ref": 0.0}


def workloads(threads):
    import nest

    nest.set_verbosity("M_ERROR")

    def reset():
        nest.ResetKernel()
        nest.local_num_threads = threads
        nest.resolution = DT / ms
        nest.overwrite_files = True

    def aelif(workload):
        p = workload["neuron"].step_parameters()
        values = {
            **membrane(p), "g_L": p.G_L / nS, "V_th": p.V_th / mV, "Delta_T": p.Delta_th / mV, "a": p.a / nS,
            "b": p.b / pA, "tau_w": p.tau_SRA / ms, "V_peak": p.V_max / mV,
        }  # fmt: skip
        return nest.Create("aeif_psc_delta", len(workload["currents"]), {**values, "I_e": workload["currents"] / pA})

    def lif(workload):
        p = workload["neuron"].step_parameters()
        values = {**membrane(p), "tau_m": p.C_m / p.G_L / ms, "V_th": p.V_th / mV}
        return nest.Create("iaf_psc_delta", len(workload["currents"]), {**values, "I_e": workload["currents"] / pA})

    def spikes_of(make, workload, sigma=0.0):
        def prepare():
            reset()
            neurons, recorder = make(workload), nest.Create("spike_recorder")
            nest.Connect(neurons, recorder)
            if sigma:
                # a current noise whose effect on V in a step has the standard deviation sigma * sqrt(dt)
                std = sigma * workload["neuron"].params.C_m / DT**0.5 / pA
                nest.Connect(nest.Create("noise_generator", params={"std": std, "dt": DT / ms}), neurons)
            nest.Prepare()
            return recorder

        def run(recorder):
            nest.Run(samples(workload) * DT / ms)
            spikes = recorder.n_events
            nest.Cleanup()
            return spikes

        return prepare, run

    def s3_prepare():
        reset()
        p = S3["neuron"].step_parameters()
        values = {
            **membrane(p), "g_L": p.G_L / nS, "V_th": p.V_th / mV, "E_sfa": p.E_K / mV, "q_sfa": p.Delta_G_SRA / nS,
            "tau_sfa": p.tau_SRA / ms, "q_rr": 0.0,
        }  # fmt: skip
        neuron, recorder = nest.Create("iaf_cond_exp_sfa_rr", 1, values), nest.Create("spike_recorder")
        pulse = nest.Create("dc_generator", params={"amplitude": 400.0, "start": 5000.0, "stop": 10000.0})
        meter = nest.Create("multimeter", params={"interval": DT / ms, "record_from": ["V_m", "g_sfa"]})
        nest.Connect(pulse, neuron)
        nest.Connect(meter, neuron)
        nest.Connect(neuron, recorder)
        nest.Prepare()
        return recorder, meter

    def s3_run(devices):
        recorder, meter = devices
        nest.Run(samples(S3) * DT / ms)
        spikes = recorder.n_events
        meter.events["V_m"], meter.events["g_sfa"]
        nest.Cleanup()
        return spikes

    def many(name):
        currents, make = S4[name]["currents"], aelif if "AELIF" in name else lif
        parts = np.array_split(currents, max(1, len(currents) // 100_000))
        return [spikes_of(make, {**S4[name], "currents": part}) for part in parts]

    # NEST simulates one network at a time: each part of S2 and S4 is set up right before it runs.
    return {
        "S1": spikes_of(aelif, S1),
        "S2": [spikes_of(lif, S2, sigma) for sigma in S2["sigmas"]],
        "S3": (s3_prepare, s3_run),
        **{name: many(name) for name in S4},
    }
