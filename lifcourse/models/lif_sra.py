"""Spike-rate adaptation: the LIF neuron that each spike slows down."""

import math
from dataclasses import dataclass
from typing import ClassVar

from lifcourse.models._neuron import Neuron


@dataclass(frozen=True, kw_only=True)
class LIFSRA(Neuron):
    r"""LIF neuron in which each spike opens a slow potassium conductance.

    .. math::

        C_m \frac{dV}{dt} &= G_L (E_L - V) + G_{SRA} (E_K - V) + I \\
        \tau_{SRA} \frac{dG_{SRA}}{dt} &= -G_{SRA} \\
        V > V_{th} &\;\Rightarrow\; \text{spike},\; V \to V_{reset},\; G_{SRA} \to G_{SRA} + \Delta G_{SRA}

    Parameters
    ----------
    params : NeuronParameters
        The membrane.
    E_K : float
        Reversal potential of the adaptation (potassium) conductance, in V.
    Delta_G_SRA : float
        What a spike adds to the adaptation conductance, in S; not negative.
    tau_SRA : float
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
    Miller, P., *An Introductory Course in Computational Neuroscience* (MIT Press, 2018), tutorial 2.3.
    """

    E_K: float
    Delta_G_SRA: float
    tau_SRA: float

    states: ClassVar = ("G_SRA",)
    _positive: ClassVar = ("tau_SRA",)
    _nonnegative: ClassVar = ("noise_sigma", "Delta_G_SRA")

    @staticmethod
    def max_dt(p, shortest_isi):
        """Time step from which on Euler is unstable, in s, or the conductance would swing below zero."""
        decay = max(-math.expm1(-shortest_isi / p.tau_SRA), 5e-324)  # too slow for a float, it is still not 0
        G_SRA = p.Delta_G_SRA / decay
        return min(2.0 * p.C_m / (p.G_L + G_SRA), p.tau_SRA)

    @staticmethod
    def step(p, V, G_SRA, y, I, noise, dt):
        """Advance by one forward Euler step of `dt`."""
        V = V + dt * (p.G_L * (p.E_L - V) + G_SRA * (p.E_K - V) + I) / p.C_m + noise
        G_SRA = G_SRA - dt * G_SRA / p.tau_SRA
        spiked = p.V_th < V
        if spiked:
            V = p.V_reset
            G_SRA = G_SRA + p.Delta_G_SRA
        return V, G_SRA, y, spiked
