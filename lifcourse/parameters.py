"""What every neuron of the course has: a capacitor, a resistor, and three potentials."""

import math
from dataclasses import dataclass, fields

from lifcourse import _checks


@dataclass(frozen=True, kw_only=True)
class NeuronParameters:
    """The membrane of an integrate-and-fire neuron.

    Parameters
    ----------
    C_m : float
        Membrane capacitance, in F; positive.
    R_m : float
        Membrane resistance, in Ω; positive.
    E_L : float
        Leak reversal potential, in V: where the membrane rests.
    V_th : float
        Threshold potential, in V.
    V_reset : float
        Potential to which a spike resets the membrane, in V. Each model demands that it lie below the potential at
        which that model counts a spike: `V_th`, or `V_max` for the adaptive exponential neuron.

    Raises
    ------
    ValueError
        If a value is not finite, or a capacitance or resistance is not positive.
    TypeError
        If a value is not a number.

    Warns
    -----
    UserWarning
        If a potential lies beyond ±1 V, the capacitance above 1 µF or the resistance below 1 kΩ: most likely a unit
        was forgotten.

    References
    ----------
    Miller, P., *An Introductory Course in Computational Neuroscience* (MIT Press, 2018), tutorial 2.1.

    Examples
    --------
    >>> from lifcourse.units import MOhm, mV, nA, nF
    >>> params = NeuronParameters(C_m=2 * nF, R_m=5 * MOhm, E_L=-70 * mV, V_th=-50 * mV, V_reset=-65 * mV)
    >>> round(params.I_th / nA, 6)
    4.0
    """

    C_m: float
    R_m: float
    E_L: float
    V_th: float
    V_reset: float

    def __post_init__(self):
        for field in fields(self):
            positive = field.name in ("C_m", "R_m")
            value = _checks.number(field.name, getattr(self, field.name), positive=positive)
            object.__setattr__(self, field.name, value)
        positive = {"R_m": 1 / self.R_m, "C_m": 1 / self.C_m, "R_m * C_m": self.tau_m}
        finite = {"I_th = (V_th - E_L) / R_m": self.I_th, "V_th - V_reset": self.V_th - self.V_reset}
        for name, value in (positive | finite).items():
            if not math.isfinite(value) or (name in positive and value == 0):
                raise ValueError(f"{name} is out of the range in which floating-point numbers work: {self!r}")
        for name in ("E_L", "V_th", "V_reset"):
            _checks.usual(name, getattr(self, name), "V", f"{name}=-70 * mV", below=-1, above=1)
        _checks.usual("C_m", self.C_m, "F", "C_m=100 * pF", above=1e-6)
        _checks.usual("R_m", self.R_m, "Ω", "R_m=100 * MOhm", below=1e3)

    @property
    def G_L(self):
        """Leak conductance 1/R_m, in S."""
        return 1.0 / self.R_m

    @property
    def tau_m(self):
        """Membrane time constant R_m C_m, in s."""
        return self.R_m * self.C_m

    @property
    def I_th(self):
        """Threshold current G_L (V_th − E_L), in A: the constant current that just carries V to V_th."""
        return (self.V_th - self.E_L) / self.R_m
