"""The leaky integrate-and-fire neuron (LIF)."""

from dataclasses import dataclass

from lifcourse.models._neuron import Neuron


@dataclass(frozen=True, kw_only=True)
class LIF(Neuron):
    r"""Leaky integrate-and-fire neuron.

    .. math::

        C_m \frac{dV}{dt} &= G_L (E_L - V) + I \\
        V > V_{th} &\;\Rightarrow\; \text{spike},\; V \to V_{reset}

    Parameters
    ----------
    params : NeuronParameters
        The membrane.
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
    Lapicque, L., "Recherches quantitatives sur l'excitation électrique des nerfs traitée comme une polarisation",
    J. Physiol. Pathol. Gén. 9 (1907) 620–635; P. Miller, *An Introductory Course in Computational Neuroscience* (MIT
    Press, 2018), tutorial 2.1.
    """

    @staticmethod
    def step(p, V, x, y, I, noise, dt):
        """Advance by one forward Euler step of `dt`."""
        V = V + dt * (p.G_L * (p.E_L - V) + I) / p.C_m + noise
        spiked = p.V_th < V
        if spiked:
            V = p.V_reset
        return V, x, y, spiked
