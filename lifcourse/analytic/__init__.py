"""Formulas: what can be known without simulating."""

from lifcourse.analytic.adaptation import adapted_firing_rate, adapted_isi, adiabatic_firing_rate
from lifcourse.analytic.aelif import FixedPoint, Nullclines, OnsetCurrents, fixed_points, nullclines, onset_currents
from lifcourse.analytic.aelif import _I_SRA_nullcline as _I_SRA_nullcline  # as functions of floats, for the page
from lifcourse.analytic.aelif import _V_nullcline as _V_nullcline
from lifcourse.analytic.lif import _firing_rate as _firing_rate
from lifcourse.analytic.lif import firing_rate, membrane_potential, threshold_current
from lifcourse.analytic.noise import isi_cv, noisy_firing_rate, subthreshold_sd

__all__ = [
    "FixedPoint",
    "Nullclines",
    "OnsetCurrents",
    "adapted_firing_rate",
    "adapted_isi",
    "adiabatic_firing_rate",
    "firing_rate",
    "fixed_points",
    "isi_cv",
    "membrane_potential",
    "noisy_firing_rate",
    "nullclines",
    "onset_currents",
    "subthreshold_sd",
    "threshold_current",
]
