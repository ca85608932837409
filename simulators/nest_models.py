"""The models of the course in NEST: one function a model, written as its users write them.

Each function returns the times of the spikes in ms, as NEST reports them. Times are in ms, potentials in mV, currents
in pA, capacitances in pF, conductances in nS. Models that NEST does not have are missing here; the chapter says which.
"""

import nest

# Parameters in rows, not one a line:
# fmt: off

nest.verbosity = nest.VerbosityLevel.WARNING


def lif(I=5000.0, duration=200.0, dt=0.1):
    """Leaky integrate-and-fire neuron."""
    nest.ResetKernel()
    nest.resolution = dt
    neuron = nest.Create(
        "iaf_psc_delta",
        params={
            "C_m": 2000.0, "tau_m": 10.0, "E_L": -70.0, "V_th": -50.0, "V_reset": -65.0, "t_ref": 0.0,
            "V_m": -70.0, "I_e": I,
        },
    )
    spikes = nest.Create("spike_recorder")
    nest.Connect(neuron, spikes)
    nest.Simulate(duration)
    return spikes.events["times"]


def lif_from_generator(I=5000.0, duration=200.0, dt=0.1):
    """The neuron of `lif` once more; its current now comes from another node of the network."""
    nest.ResetKernel()
    nest.resolution = dt
    neuron = nest.Create(
        "iaf_psc_delta",
        params={
            "C_m": 2000.0, "tau_m": 10.0, "E_L": -70.0, "V_th": -50.0, "V_reset": -65.0, "t_ref": 0.0,
            "V_m": -70.0,
        },
    )
    source = nest.Create("dc_generator", params={"amplitude": I})
    spikes = nest.Create("spike_recorder")
    nest.Connect(source, neuron, syn_spec={"delay": dt})
    nest.Connect(neuron, spikes)
    nest.Simulate(duration)
    return spikes.events["times"]


def lif_off_grid(I=5000.0, duration=200.0, dt=0.1):
    """Leaky integrate-and-fire neuron whose spikes are not bound to the grid."""
    nest.ResetKernel()
    nest.resolution = dt
    neuron = nest.Create(
        "iaf_psc_delta_ps",
        params={
            "C_m": 2000.0, "tau_m": 10.0, "E_L": -70.0, "V_th": -50.0, "V_reset": -65.0, "t_ref": dt,
            "V_m": -70.0, "I_e": I,
        },
    )
    spikes = nest.Create("spike_recorder")
    nest.Connect(neuron, spikes)
    nest.Simulate(duration)
    return spikes.events["times"]


def voltage_clamp(I=300.0, duration=100.0, dt=0.01):
    """Refractory by a clamp: V rests at V_reset for 2.5 ms."""
    nest.ResetKernel()
    nest.resolution = dt
    neuron = nest.Create(
        "iaf_psc_delta",
        params={
            "C_m": 100.0, "tau_m": 10.0, "E_L": -70.0, "V_th": -50.0, "V_reset": -65.0, "t_ref": 2.5,
            "V_m": -70.0, "I_e": I,
        },
    )
    spikes = nest.Create("spike_recorder")
    nest.Connect(neuron, spikes)
    nest.Simulate(duration)
    return spikes.events["times"]


def threshold_increase(I=300.0, duration=100.0, dt=0.01):
    """The nearest relative of the raised threshold: here a spike *adds* 250 mV to it, and 200 mV is not a ceiling."""
    nest.ResetKernel()
    nest.resolution = dt
    neuron = nest.Create(
        "glif_psc",
        params={
            "C_m": 100.0, "g": 10.0, "E_L": -70.0, "V_th": -50.0, "V_reset": -65.0, "t_ref": dt,
            "spike_dependent_threshold": True, "th_spike_add": 250.0, "th_spike_decay": 1.0,
            "voltage_reset_fraction": 0.0, "voltage_reset_add": 5.0, "V_m": -70.0,
        },
    )
    source = nest.Create("dc_generator", params={"amplitude": I})
    spikes = nest.Create("spike_recorder")
    nest.Connect(source, neuron, syn_spec={"delay": dt})
    nest.Connect(neuron, spikes)
    nest.Simulate(duration)
    return spikes.events["times"]


def sra(I=400.0, duration=700.0, dt=0.1):
    """Spike-rate adaptation: each spike adds to a slow potassium conductance."""
    nest.ResetKernel()
    nest.resolution = dt
    neuron = nest.Create(
        "iaf_cond_exp_sfa_rr",
        params={
            "C_m": 100.0, "g_L": 10.0, "E_L": -75.0, "V_th": -50.0, "V_reset": -80.0, "t_ref": 0.0,
            "E_sfa": -80.0, "q_sfa": 1.0, "tau_sfa": 200.0, "q_rr": 0.0, "V_m": -75.0,
        },
    )
    source = nest.Create("dc_generator", params={"amplitude": I, "start": 100.0, "stop": 600.0})
    spikes = nest.Create("spike_recorder")
    nest.Connect(source, neuron, syn_spec={"delay": dt})
    nest.Connect(neuron, spikes)
    nest.Simulate(duration)
    return spikes.events["times"]


def aelif(I=300.0, duration=700.0, dt=0.1):
    """Adaptive exponential neuron, under a pulse of current."""
    nest.ResetKernel()
    nest.resolution = dt
    neuron = nest.Create(
        "aeif_psc_delta",
        params={
            "C_m": 100.0, "g_L": 10.0, "E_L": -75.0, "V_th": -50.0, "V_reset": -80.0, "V_peak": 100.0,
            "Delta_T": 2.0, "a": 2.0, "b": 20.0, "tau_w": 200.0, "t_ref": 0.0, "V_m": -75.0,
        },
    )
    source = nest.Create("dc_generator", params={"amplitude": I, "start": 100.0, "stop": 600.0})
    spikes = nest.Create("spike_recorder")
    nest.Connect(source, neuron, syn_spec={"delay": dt})
    nest.Connect(neuron, spikes)
    nest.Simulate(duration)
    return spikes.events["times"]


def irregular(I=160.0, duration=800.0, dt=0.1):
    """Adaptive exponential neuron whose rhythm never repeats."""
    nest.ResetKernel()
    nest.resolution = dt
    neuron = nest.Create(
        "aeif_psc_delta",
        params={
            "C_m": 100.0, "g_L": 12.0, "E_L": -60.0, "V_th": -50.0, "V_reset": -48.0, "V_peak": 0.0,
            "Delta_T": 2.0, "a": -11.0, "b": 30.0, "tau_w": 130.0, "t_ref": 0.0, "V_m": -60.0, "I_e": I,
        },
    )
    spikes = nest.Create("spike_recorder")
    nest.Connect(neuron, spikes)
    nest.Simulate(duration)
    return spikes.events["times"]
