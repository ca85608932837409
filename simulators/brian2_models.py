"""The models of the course in Brian2: one function a model, written as its users write them.

Each function returns the times of the spikes in ms, as Brian2 reports them. Parameters are those of the chapters.
"""

# ruff: noqa: F403, F405, F841  a function's variables are what its equations name
from brian2 import *  # as Brian2's users do: units and mathematical functions come by name

prefs.codegen.target = "numpy"  # one neuron for a second: compiling would take longer than running


def lif(I=5 * nA, duration=200 * ms, dt=0.1 * ms, method="euler"):
    """Leaky integrate-and-fire neuron."""
    start_scope()
    defaultclock.dt = dt
    C_m, R_m = 2 * nF, 5 * Mohm
    E_L, V_th, V_reset = -70 * mV, -50 * mV, -65 * mV
    equation = "dV/dt = ((E_L - V) / R_m + I) / C_m : volt"
    neuron = NeuronGroup(1, equation, threshold="V > V_th", reset="V = V_reset", method=method)
    neuron.V = E_L
    spikes = SpikeMonitor(neuron)
    run(duration)
    return spikes.t / ms


def voltage_clamp(I=300 * pA, duration=100 * ms, dt=0.01 * ms):
    """Refractory by a clamp: V rests at V_reset for 2.5 ms."""
    start_scope()
    defaultclock.dt = dt
    C_m, R_m = 100 * pF, 100 * Mohm
    E_L, V_th, V_reset = -70 * mV, -50 * mV, -65 * mV
    equation = "dV/dt = ((E_L - V) / R_m + I) / C_m : volt (unless refractory)"
    neuron = NeuronGroup(1, equation, threshold="V > V_th", reset="V = V_reset", refractory=2.5 * ms, method="euler")
    neuron.V = E_L
    spikes = SpikeMonitor(neuron)
    run(duration)
    return spikes.t / ms


def threshold_increase(I=300 * pA, duration=100 * ms, dt=0.01 * ms):
    """Refractory by a threshold that a spike raises to V_th_max."""
    start_scope()
    defaultclock.dt = dt
    C_m, R_m = 100 * pF, 100 * Mohm
    E_L, V_th_base, V_reset = -70 * mV, -50 * mV, -65 * mV
    V_th_max, tau_vth = 200 * mV, 1 * ms
    equations = """
    dV/dt = ((E_L - V) / R_m + I) / C_m : volt
    dV_th/dt = (V_th_base - V_th) / tau_vth : volt
    """
    reset = """
    V = V_reset
    V_th = V_th_max
    """
    neuron = NeuronGroup(1, equations, threshold="V > V_th", reset=reset, method="euler")
    neuron.V, neuron.V_th = E_L, V_th_base
    spikes = SpikeMonitor(neuron)
    run(duration)
    return spikes.t / ms


def refractory_conductance(I=300 * pA, duration=100 * ms, dt=0.01 * ms):
    """Refractory by a raised threshold and a potassium conductance; no reset of V."""
    start_scope()
    defaultclock.dt = dt
    C_m, R_m = 100 * pF, 100 * Mohm
    E_L, E_K, V_th_base = -70 * mV, -80 * mV, -50 * mV
    V_th_max, tau_vth = 200 * mV, 1 * ms
    Delta_G_ref, tau_G_ref = 2 * uS, 0.2 * ms
    equations = """
    dV/dt = ((E_L - V) / R_m + G_ref * (E_K - V) + I) / C_m : volt
    dV_th/dt = (V_th_base - V_th) / tau_vth : volt
    dG_ref/dt = -G_ref / tau_G_ref : siemens
    """
    reset = """
    V_th = V_th_max
    G_ref += Delta_G_ref
    """
    neuron = NeuronGroup(1, equations, threshold="V > V_th", reset=reset, method="euler")
    neuron.V, neuron.V_th = E_L, V_th_base
    spikes = SpikeMonitor(neuron)
    run(duration)
    return spikes.t / ms


def sra(amplitude=400 * pA, duration=700 * ms, dt=0.1 * ms):
    """Spike-rate adaptation: each spike adds to a slow potassium conductance."""
    start_scope()
    defaultclock.dt = dt
    I = TimedArray([0, 1, 1, 1, 1, 1, 0] * amplitude, dt=100 * ms)
    C_m, R_m = 100 * pF, 100 * Mohm
    E_L, E_K, V_th, V_reset = -75 * mV, -80 * mV, -50 * mV, -80 * mV
    Delta_G_SRA, tau_SRA = 1 * nS, 200 * ms
    equations = """
    dV/dt = ((E_L - V) / R_m + G_SRA * (E_K - V) + I(t)) / C_m : volt
    dG_SRA/dt = -G_SRA / tau_SRA : siemens
    """
    reset = """
    V = V_reset
    G_SRA += Delta_G_SRA
    """
    neuron = NeuronGroup(1, equations, threshold="V > V_th", reset=reset, method="euler")
    neuron.V = E_L
    spikes = SpikeMonitor(neuron)
    run(duration)
    return spikes.t / ms


def aelif(amplitude=300 * pA, duration=700 * ms, dt=0.1 * ms):
    """Adaptive exponential neuron, under a pulse of current."""
    start_scope()
    defaultclock.dt = dt
    I = TimedArray([0, 1, 1, 1, 1, 1, 0] * amplitude, dt=100 * ms)
    C_m, R_m = 100 * pF, 100 * Mohm
    E_L, V_th, V_reset, V_max = -75 * mV, -50 * mV, -80 * mV, 100 * mV
    Delta_th, tau_SRA, a, b = 2 * mV, 200 * ms, 2 * nS, 20 * pA
    equations = """
    dV/dt = ((E_L - V + Delta_th * exp((V - V_th) / Delta_th)) / R_m - I_SRA + I(t)) / C_m : volt
    dI_SRA/dt = (a * (V - E_L) - I_SRA) / tau_SRA : amp
    """
    reset = """
    V = V_reset
    I_SRA += b
    """
    neuron = NeuronGroup(1, equations, threshold="V > V_max", reset=reset, method="euler")
    neuron.V = E_L
    spikes = SpikeMonitor(neuron)
    run(duration)
    return spikes.t / ms


def irregular(I=160 * pA, duration=800 * ms, dt=0.1 * ms):
    """Adaptive exponential neuron whose rhythm never repeats."""
    start_scope()
    defaultclock.dt = dt
    C_m, G_L = 100 * pF, 12 * nS
    E_L, V_th, V_reset, V_max = -60 * mV, -50 * mV, -48 * mV, 0 * mV
    Delta_th, tau_SRA, a, b = 2 * mV, 130 * ms, -11 * nS, 30 * pA
    equations = """
    dV/dt = (G_L * (E_L - V + Delta_th * exp((V - V_th) / Delta_th)) - I_SRA + I) / C_m : volt
    dI_SRA/dt = (a * (V - E_L) - I_SRA) / tau_SRA : amp
    """
    reset = """
    V = V_reset
    I_SRA += b
    """
    neuron = NeuronGroup(1, equations, threshold="V > V_max", reset=reset, method="euler")
    neuron.V = E_L
    spikes = SpikeMonitor(neuron)
    run(duration)
    return spikes.t / ms
