"""Refractory by a threshold that jumps up with each spike."""

from dataclasses import dataclass
from typing import ClassVar

from lifcourse.models._neuron import Neuron


@dataclass(frozen=True, kw_only=True)
class LIFThresholdIncrease(Neuron):
    r"""LIF neuron whose threshold jumps to `V_th_max` at a spike and relaxes back to its base `V_th`.

    .. math::

        C_m \frac{dV}{dt} &= G_L (E_L - V) + I \\
        \tau_{vth} \frac{dV_{th}}{dt} &= V_{th}^{(0)} - V_{th} \\
        V > V_{th} &\;\Rightarrow\; \text{spike},\; V \to V_{reset},\; V_{th} \to V_{th}^{max}

    Parameters
    ----------
    params : NeuronParameters
        The membrane; ``params.V_th`` is the base to which the threshold returns.
    V_th_max : float
        Threshold right after a spike, in V; not below ``params.V_th``.
    tau_vth : float
        Time constant with which the threshold relaxes, in s; positive.
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
    method 2.
    """

    V_th_max: float
    tau_vth: float

    states: ClassVar = ("V_th",)
    _positive: ClassVar = ("tau_vth",)

    def __post_init__(self):
        super().__post_init__()
        if self.V_th_max < self.params.V_th:
            raise ValueError(f"V_th_max = {self.V_th_max!r} V must not lie below V_th = {self.params.V_th!r} V")

    def rest(self):
        """State ``(V, V_th, 0)`` of a neuron that has been left alone for long."""
        return self.params.E_L, self.params.V_th, 0.0

    @staticmethod
    def max_dt(p, shortest_isi):
        """Time step from which on Euler is unstable, in s."""
        return min(2.0 * p.C_m / p.G_L, 2.0 * p.tau_vth)

    @staticmethod
    def step(p, V, V_th, y, I, noise, dt):
        """Advance by one forward Euler step of `dt`."""
        V = V + dt * (p.G_L * (p.E_L - V) + I) / p.C_m + noise
        V_th = V_th + dt * (p.V_th - V_th) / p.tau_vth
        spiked = V_th < V
        if spiked:
            V = p.V_reset
            V_th = p.V_th_max
        return V, V_th, y, spiked
