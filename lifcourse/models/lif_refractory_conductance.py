"""Refractory by a raised threshold and a conductance that pulls the potential down."""

import math
from dataclasses import dataclass
from typing import ClassVar

from lifcourse.models._neuron import Neuron


@dataclass(frozen=True, kw_only=True)
class LIFRefractoryConductance(Neuron):
    r"""LIF neuron in which a spike raises the threshold and opens a potassium conductance; V is *not* reset.

    .. math::

        C_m \frac{dV}{dt} &= G_L (E_L - V) + G_{ref} (E_K - V) + I \\
        \tau_{Gref} \frac{dG_{ref}}{dt} &= -G_{ref} \\
        \tau_{vth} \frac{dV_{th}}{dt} &= V_{th}^{(0)} - V_{th} \\
        V > V_{th} &\;\Rightarrow\; \text{spike},\; V_{th} \to V_{th}^{max},\; G_{ref} \to G_{ref} + \Delta G_{ref}

    Parameters
    ----------
    params : NeuronParameters
        The membrane; ``params.V_th`` is the base of the threshold, ``params.V_reset`` is not used.
    V_th_max : float
        Threshold right after a spike, in V; not below ``params.V_th``.
    tau_vth : float
        Time constant with which the threshold relaxes, in s; positive.
    E_K : float
        Reversal potential of the refractory (potassium) conductance, in V.
    Delta_G_ref : float
        What a spike adds to the refractory conductance, in S; not negative.
    tau_G_ref : float
        Time constant with which the conductance decays, in s; positive.
    noise_sigma : float, default 0.0
        Strength of the voltage noise, in V/√s.

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    TypeError
        If a parameter is of the wrong type.

    References
    ----------
    Miller, P., *An Introductory Course in Computational Neuroscience* (MIT Press, 2018), tutorial 2.2,
    method 3.
    """

    V_th_max: float
    tau_vth: float
    E_K: float
    Delta_G_ref: float
    tau_G_ref: float

    states: ClassVar = ("V_th", "G_ref")
    _positive: ClassVar = ("tau_vth", "tau_G_ref")
    _nonnegative: ClassVar = ("noise_sigma", "Delta_G_ref")

    def __post_init__(self):
        super().__post_init__()
        if self.V_th_max < self.params.V_th:
            raise ValueError(f"V_th_max = {self.V_th_max!r} V must not lie below V_th = {self.params.V_th!r} V")

    def rest(self):
        """State ``(V, V_th, G_ref)`` of a neuron that has been left alone for long."""
        return self.params.E_L, self.params.V_th, 0.0

    @staticmethod
    def max_dt(p, shortest_isi):
        """Time step from which on Euler is unstable, in s, or the conductance would swing below zero."""
        decay = max(-math.expm1(-shortest_isi / p.tau_G_ref), 5e-324)  # too slow for a float, it is still not 0
        G_ref = p.Delta_G_ref / decay
        return min(2.0 * p.C_m / (p.G_L + G_ref), 2.0 * p.tau_vth, p.tau_G_ref)

    @staticmethod
    def step(p, V, V_th, G_ref, I, noise, dt):
        """Advance by one forward Euler step of `dt`."""
        V = V + dt * (p.G_L * (p.E_L - V) + G_ref * (p.E_K - V) + I) / p.C_m + noise
        V_th = V_th + dt * (p.V_th - V_th) / p.tau_vth
        G_ref = G_ref - dt * G_ref / p.tau_G_ref
        spiked = V_th < V
        if spiked:
            V_th = p.V_th_max
            G_ref = G_ref + p.Delta_G_ref
        return V, V_th, G_ref, spiked
