"""The neurons of the tutorials and the firing patterns of the adaptive exponential model, ready to use.

One source for tests, figures and benchmarks. Values: P. Miller, *An Introductory Course in Computational Neuroscience*
(MIT Press, 2018), tutorials 2.1 to 2.3; R. Naud, N. Marcille, C. Clopath and W. Gerstner, "Firing patterns in the
adaptive exponential integrate-and-fire model", Biol. Cybern. 99 (2008) 335–347, table 1.
"""

from lifcourse.models import AELIF, LIF, LIFSRA, LIFRefractoryConductance, LIFThresholdIncrease, LIFVoltageClamp
from lifcourse.parameters import NeuronParameters
from lifcourse.units import MOhm, ms, mV, nF, nS, pA, pF, uS

lif = LIF(NeuronParameters(C_m=2 * nF, R_m=5 * MOhm, E_L=-70 * mV, V_th=-50 * mV, V_reset=-65 * mV))
"""Tutorial 2.1."""

_refractory = NeuronParameters(C_m=100 * pF, R_m=100 * MOhm, E_L=-70 * mV, V_th=-50 * mV, V_reset=-65 * mV)
_raised = {"V_th_max": 200 * mV, "tau_vth": 1 * ms}
voltage_clamp = LIFVoltageClamp(_refractory, tau_ref=2.5 * ms)
"""Tutorial 2.2, method 1."""
threshold_increase = LIFThresholdIncrease(_refractory, **_raised)
"""Tutorial 2.2, method 2."""
refractory_conductance = LIFRefractoryConductance(
    _refractory, **_raised, E_K=-80 * mV, Delta_G_ref=2 * uS, tau_G_ref=0.2 * ms
)
"""Tutorial 2.2, method 3."""

_adapting = NeuronParameters(C_m=100 * pF, R_m=100 * MOhm, E_L=-75 * mV, V_th=-50 * mV, V_reset=-80 * mV)
sra = LIFSRA(_adapting, E_K=-80 * mV, Delta_G_SRA=1 * nS, tau_SRA=200 * ms)
"""Tutorial 2.3, spike-rate adaptation."""
aelif = AELIF(_adapting, Delta_th=2 * mV, a=2 * nS, b=20 * pA, tau_SRA=200 * ms, V_max=100 * mV)
"""Tutorial 2.3, the adaptive exponential neuron."""

_NAUD = {
    # pattern: C pF, g_L nS, E_L mV, a nS, tau_w ms, b pA, V_reset mV, I pA
    "tonic": (200, 10, -70, 2, 30, 0, -58, 500),
    "adaptation": (200, 12, -70, 2, 300, 60, -58, 500),
    "initial burst": (130, 18, -58, 4, 150, 120, -50, 400),
    "regular bursting": (200, 10, -58, 2, 120, 100, -46, 210),
    "delayed accelerating": (200, 12, -70, -10, 300, 0, -58, 300),
    "delayed regular bursting": (100, 10, -65, -10, 90, 30, -47, 110),
    "transient": (100, 10, -65, 10, 90, 100, -47, 180),
    "irregular": (100, 12, -60, -11, 130, 30, -48, 160),
}


def _pattern(C, g_L, E_L, a, tau_w, b, V_reset, I):
    membrane = NeuronParameters(C_m=C * pF, R_m=1 / (g_L * nS), E_L=E_L * mV, V_th=-50 * mV, V_reset=V_reset * mV)
    return AELIF(membrane, Delta_th=2 * mV, a=a * nS, b=b * pA, tau_SRA=tau_w * ms, V_max=0 * mV), I * pA


firing_patterns = {name: _pattern(*row) for name, row in _NAUD.items()}
"""Eight patterns by name, each a pair: the neuron and the constant current, in A, that brings it out."""
