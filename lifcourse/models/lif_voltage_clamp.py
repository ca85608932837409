"""Refractory by force: the LIF neuron that a spike clamps at the reset potential."""

from dataclasses import dataclass
from typing import ClassVar

from lifcourse.models._neuron import Neuron


@dataclass(frozen=True, kw_only=True)
class LIFVoltageClamp(Neuron):
    r"""LIF neuron that is held at the reset potential for `tau_ref` after a spike.

    .. math::

        C_m \frac{dV}{dt} &= G_L (E_L - V) + I \\
        V > V_{th} &\;\Rightarrow\; \text{spike},\; V = V_{reset} \text{ for a time } \tau_{ref}

    V is `V_reset` at the spike's sample and at the ``tau_ref / dt - 1`` samples after it (rounded to whole samples).
    They are counted, since a comparison of times would gain or lose one by rounding.

    Parameters
    ----------
    params : NeuronParameters
        The membrane.
    tau_ref : float
        Refractory period, in s; not negative.
    noise_sigma : float, default 0.0
        Strength of the voltage noise, in V/√s; the clamp holds against it.

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    TypeError
        If a parameter is of the wrong type.

    References
    ----------
    Miller, P., *An Introductory Course in Computational Neuroscience* (MIT Press, 2018), tutorial 2.2,
    method 1.
    """

    tau_ref: float

    states: ClassVar = ("clamped_samples",)
    _nonnegative: ClassVar = ("noise_sigma", "tau_ref")

    @staticmethod
    def step(p, V, clamped_samples, y, I, noise, dt):
        """Advance by one forward Euler step of `dt`, or stay clamped."""
        V = V + dt * (p.G_L * (p.E_L - V) + I) / p.C_m + noise
        clamped = clamped_samples > 0.5
        if clamped:
            V = p.V_reset
            clamped_samples = clamped_samples - 1.0
        spiked = p.V_th < V
        if spiked:
            V = p.V_reset
            clamped_samples = p.tau_ref / dt - 1.0
        return V, clamped_samples, y, spiked
