"""The adaptive exponential leaky integrate-and-fire neuron (AELIF, also AdEx)."""

import math
from dataclasses import dataclass
from typing import ClassVar

from lifcourse.models._exp import exp
from lifcourse.models._neuron import Neuron


@dataclass(frozen=True, kw_only=True)
class AELIF(Neuron):
    r"""Adaptive exponential LIF neuron: it makes its own upstroke, and adapts to V and to its spikes.

    .. math::

        C_m \frac{dV}{dt} &= G_L \left(E_L - V + \Delta_{th} \, e^{(V - V_{th})/\Delta_{th}}\right) - I_{SRA} + I \\
        \tau_{SRA} \frac{dI_{SRA}}{dt} &= a (V - E_L) - I_{SRA} \\
        V > V_{max} &\;\Rightarrow\; \text{spike},\; V \to V_{reset},\; I_{SRA} \to I_{SRA} + b

    Parameters
    ----------
    params : NeuronParameters
        The membrane; ``params.V_th`` is where the upstroke sets in, not where a spike is counted.
    Delta_th : float
        Sharpness of the upstroke, in V; positive.
    a : float
        Coupling of the adaptation current to the potential, in S.
    b : float
        What a spike adds to the adaptation current, in A.
    tau_SRA : float
        Time constant of the adaptation current, in s; positive.
    V_max : float
        Potential at which the upstroke is cut off and a spike counted, in V; above ``params.V_th``.
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
    Brette, R., and W. Gerstner, "Adaptive exponential integrate-and-fire model as an effective description of neuronal
    activity", J. Neurophysiol. 94 (2005) 3637–3642; P. Miller, *An Introductory Course in Computational Neuroscience*
    (MIT Press, 2018), tutorial 2.3.
    """

    Delta_th: float
    a: float
    b: float
    tau_SRA: float
    V_max: float

    states: ClassVar = ("I_SRA",)
    _positive: ClassVar = ("Delta_th", "tau_SRA")

    def __post_init__(self):
        super().__post_init__()
        if self.V_max <= self.params.V_th:
            raise ValueError(f"V_max = {self.V_max!r} V must lie above V_th = {self.params.V_th!r} V")

    def _spike_potential(self):
        return "V_max", self.V_max

    @staticmethod
    def max_dt(p, shortest_isi):
        """Time step from which on Euler is unstable around rest, where V and I_SRA are linear in each other, in s."""
        trace = p.G_L / p.C_m + 1.0 / p.tau_SRA
        determinant = (p.G_L + p.a) / p.C_m / p.tau_SRA
        discriminant = trace * trace - 4.0 * determinant
        if discriminant < 0.0:
            return trace / determinant
        return 4.0 / (trace + math.sqrt(discriminant))

    @staticmethod
    def step(p, V, I_SRA, y, I, noise, dt):
        """Advance by one forward Euler step of `dt`."""
        upstroke = p.Delta_th * exp((V - p.V_th) / p.Delta_th)
        dV = dt * (p.G_L * (p.E_L - V + upstroke) - I_SRA + I) / p.C_m + noise
        I_SRA = I_SRA + dt * (p.a * (V - p.E_L) - I_SRA) / p.tau_SRA
        V = V + dV
        spiked = p.V_max < V
        if spiked:
            V = p.V_reset
            I_SRA = I_SRA + p.b
        return V, I_SRA, y, spiked
