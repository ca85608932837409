"""Brian2, in the way of its manual: equations as text, forward Euler."""

from benchmarks.workloads import DT, S1, S2, S3, S4, samples

AELIF = """
dV/dt = (G_L * (E_L - V + Delta_th * exp((V - V_th) / Delta_th)) - w + I) / C_m : volt
dw/dt = (a * (V - E_L) - w) / tau_SRA : amp
I : amp (constant)
"""
LIF = """
dV/dt = (G_L * (E_L - V) + I) / C_m {noise}: volt
I : amp (constant)
sigma : volt / second**0.5 (constant)
"""
SRA = """
dV/dt = (G_L * (E_L - V) + G * (E_K - V) + I(t)) / C_m : volt
dG/dt = -G / tau_SRA : siemens
"""


def units():
    from brian2 import amp, farad, second, siemens, volt

    return {
        "C_m": farad, "G_L": siemens, "E_L": volt, "V_th": volt, "V_reset": volt, "Delta_th": volt, "a": siemens,
        "b": amp, "tau_SRA": second, "V_max": volt, "E_K": volt, "Delta_G_SRA": siemens,
    }  # fmt: skip


def namespace(p):
    return {name: getattr(p, name) * unit for name, unit in units().items() if hasattr(p, name)}


def aelif(workload):
    from brian2 import NeuronGroup, SpikeMonitor, amp, second

    names = namespace(workload["neuron"].step_parameters())
    group = NeuronGroup(
        len(workload["currents"]), AELIF, threshold="V > V_max", reset="V = V_reset; w += b", method="euler",
        namespace=names, dt=DT * second,
    )  # fmt: skip
    group.V, group.I = names["E_L"], workload["currents"] * amp
    return group, SpikeMonitor(group, record=workload is S1)


def lif(workload, sigma=None):
    from brian2 import NeuronGroup, SpikeMonitor, amp, second, volt

    names = namespace(workload["neuron"].step_parameters())
    currents = workload["currents"]
    equations = LIF.format(noise="+ sigma * xi " if sigma else "")
    group = NeuronGroup(
        len(currents),
        equations,
        threshold="V > V_th",
        reset="V = V_reset",
        method="euler",
        namespace=names,
        dt=DT * second,
    )
    group.V, group.I = names["E_L"], currents * amp
    group.sigma = (sigma or 0.0) * volt / second**0.5
    return group, SpikeMonitor(group, record=False)


def sra():
    from brian2 import NeuronGroup, SpikeMonitor, StateMonitor, TimedArray, amp, second

    names = namespace(S3["neuron"].step_parameters()) | {"I": TimedArray(S3["current"] * amp, dt=DT * second)}
    group = NeuronGroup(
        1,
        SRA,
        threshold="V > V_th",
        reset="V = V_reset; G += Delta_G_SRA",
        method="euler",
        namespace=names,
        dt=DT * second,
    )
    group.V = names["E_L"]
    return group, SpikeMonitor(group), StateMonitor(group, ["V", "G"], record=True, dt=DT * second)


def parts():
    """For each workload the networks to be made and run, one after the other, and their durations."""
    from functools import partial

    s2 = [(partial(lif, S2, sigma), samples(S2) * DT) for sigma in S2["sigmas"]]
    many = {name: [(partial(aelif if "AELIF" in name else lif, S4[name]), samples(S4[name]) * DT)] for name in S4}
    return {"S1": [(partial(aelif, S1), samples(S1) * DT)], "S2": s2, "S3": [(sra, samples(S3) * DT)], **many}
