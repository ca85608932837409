"""How quantities are written: name, symbol, unit. One source for axis labels, sliders and read-outs."""

from typing import NamedTuple

from lifcourse import units


class Quantity(NamedTuple):
    """A quantity as a reader sees it.

    Attributes
    ----------
    name : str
        What it is, in words: "membrane potential".
    symbol : str
        Its symbol in HTML: "V<sub>th</sub>".
    unit : str
        Unit in which it is shown: "mV"; empty for a pure number.
    factor : float
        That unit in SI units: a value divided by `factor` is the number to show.
    """

    name: str
    symbol: str
    unit: str
    factor: float

    @property
    def label(self):
        """Label for an axis: name, symbol and unit."""
        parts = [self.name, self.symbol, f"({self.unit})" if self.unit else ""]
        return " ".join(part for part in parts if part)


def _quantity(name, symbol, unit, factor=None):
    return Quantity(name, symbol, unit, getattr(units, unit) if factor is None else factor)


QUANTITIES = {
    # time course
    "t": _quantity("time", "t", "s"),
    "t_ms": _quantity("time", "t", "ms"),
    "current": _quantity("current", "I", "pA"),
    "current_nA": _quantity("current", "I", "nA"),
    "V": _quantity("membrane potential", "V", "mV"),
    "V_th": _quantity("threshold", "V<sub>th</sub>", "mV"),
    "G_ref": _quantity("refractory conductance", "G<sub>ref</sub>", "nS"),
    "G_SRA": _quantity("adaptation conductance", "G<sub>SRA</sub>", "nS"),
    "I_SRA": _quantity("adaptation current", "I<sub>SRA</sub>", "pA"),
    # results
    "firing_rate": _quantity("firing rate", "f", "Hz"),
    "mean_V": _quantity("mean membrane potential", "⟨V⟩", "mV"),
    "isi": _quantity("interspike interval", "", "ms"),
    "cv": _quantity("coefficient of variation", "CV", "", 1.0),
    "dt": _quantity("time step", "Δt", "ms"),
    # parameters
    "C_m": _quantity("membrane capacitance", "C<sub>m</sub>", "pF"),
    "R_m": _quantity("membrane resistance", "R<sub>m</sub>", "MΩ", units.MOhm),
    "G_L": _quantity("leak conductance", "G<sub>L</sub>", "nS"),
    "E_L": _quantity("leak potential", "E<sub>L</sub>", "mV"),
    "E_K": _quantity("potassium potential", "E<sub>K</sub>", "mV"),
    "V_reset": _quantity("reset potential", "V<sub>reset</sub>", "mV"),
    "V_th_max": _quantity("highest threshold", "V<sub>th</sub><sup>max</sup>", "mV"),
    "V_max": _quantity("cut-off of the spike", "V<sub>max</sub>", "mV"),
    "tau_m": _quantity("membrane time constant", "τ<sub>m</sub>", "ms"),
    "tau_ref": _quantity("refractory period", "τ<sub>ref</sub>", "ms"),
    "tau_vth": _quantity("time constant of the threshold", "τ<sub>vth</sub>", "ms"),
    "tau_G_ref": _quantity("time constant of the conductance", "τ<sub>Gref</sub>", "ms"),
    "tau_SRA": _quantity("time constant of adaptation", "τ<sub>SRA</sub>", "ms"),
    "Delta_G_ref": _quantity("conductance a spike adds", "ΔG<sub>ref</sub>", "nS"),
    "Delta_G_SRA": _quantity("conductance a spike adds", "ΔG<sub>SRA</sub>", "nS"),
    "Delta_th": _quantity("sharpness of the upstroke", "Δ<sub>th</sub>", "mV"),
    "a": _quantity("subthreshold adaptation", "a", "nS"),
    "b": _quantity("adaptation a spike adds", "b", "pA"),
    "noise_sigma": _quantity("noise", "σ", "V/√s", 1.0),
}
